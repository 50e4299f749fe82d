#include "bench/report/report_csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/report/csv.h"
#include "bench/report/wording.h"
#include "tabular/error.h"
#include "tabular/metric.h"

namespace hwnas {
namespace {

using Fields = std::vector<std::string>;

std::string Number(double value) { return fmt::format("{}", value); }

std::vector<std::string> CsvFields(const ReportProblem& problem,
                                   const ReportStrategy& strategy, size_t m) {
  const ReportMeasure& measure = problem.measures[m];
  const ReportScore& score = strategy.scores[m];
  const SampleSummary& value = score.value;
  std::vector<std::string> fields = {problem.experiment,
                                     problem.name,
                                     problem.table_digest,
                                     problem.synthetic ? "SYNTHETIC" : "",
                                     strategy.label,
                                     strategy.id,
                                     measure.name,
                                     measure.unit,
                                     DirectionText(measure.direction),
                                     std::to_string(strategy.runs),
                                     std::to_string(strategy.failures.size()),
                                     std::to_string(value.count)};
  if (value.count == 0) {
    fields.resize(fields.size() + 8);
  } else {
    fields.insert(fields.end(),
                  {Number(value.mean), value.sd ? Number(*value.sd) : "",
                   Number(value.low), Number(value.high), Number(value.minimum),
                   Number(value.median), Number(value.maximum),
                   score.regret ? Number(score.regret->mean) : ""});
  }
  for (const uint64_t count :
       {strategy.trials, strategy.repeated, strategy.invalid, strategy.missing,
        strategy.infeasible}) {
    fields.push_back(std::to_string(count));
  }
  fields.push_back(Number(strategy.mean_evaluations));
  fields.push_back(Number(strategy.mean_simulated_seconds));
  return fields;
}

std::string Number(const std::optional<double>& value) {
  return value ? Number(*value) : "";
}

// What every row of a problem begins with.
Fields Of(const ReportProblem& problem, const Fields& more) {
  Fields fields = {problem.experiment, problem.name};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Fields Head(const Fields& more) {
  Fields fields = {"experiment", "problem"};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

void AddSummary(const ReportModel& model, std::string* out) {
  *out += CsvLine({"experiment",
                   "problem",
                   "table_digest",
                   "synthetic",
                   "strategy",
                   "version",
                   "measure",
                   "unit",
                   "direction",
                   "runs",
                   "failed",
                   "scored",
                   "mean",
                   "sd",
                   "low",
                   "high",
                   "min",
                   "median",
                   "max",
                   "mean_regret",
                   "trials",
                   "repeated",
                   "invalid",
                   "missing",
                   "infeasible",
                   "mean_evaluations",
                   "mean_simulated_seconds"});
  for (const ReportProblem& problem : model.problems) {
    for (const ReportStrategy& strategy : problem.strategies) {
      for (size_t m = 0; m < problem.measures.size(); ++m) {
        *out += CsvLine(CsvFields(problem, strategy, m));
      }
    }
  }
}

void AddValues(const ReportModel& model, std::string* out) {
  *out += CsvLine(Head({"strategy", "measure", "repetition", "value"}));
  for (const ReportProblem& problem : model.problems) {
    for (const ReportStrategy& strategy : problem.strategies) {
      for (size_t m = 0; m < problem.measures.size(); ++m) {
        for (size_t r = 0; r < problem.repetitions.size(); ++r) {
          *out += CsvLine(Of(problem, {strategy.label, problem.measures[m].name,
                                       std::to_string(problem.repetitions[r]),
                                       Number(strategy.scores[m].values[r])}));
        }
      }
    }
  }
}

void AddDifferences(const ReportModel& model, std::string* out) {
  *out += CsvLine(Head({"measure", "a", "b", "pairs", "mean", "low", "high",
                        "a_wins", "ties", "b_wins", "holm_p", "effect",
                        "margin", "equivalence_p", "relevance", "better"}));
  for (const ReportProblem& problem : model.problems) {
    for (const ReportDifference& d : problem.differences) {
      const ReportMeasure& measure = problem.measures[d.measure];
      *out += CsvLine(
          Of(problem,
             {measure.name, problem.strategies[d.a].label,
              problem.strategies[d.b].label, std::to_string(d.pairs),
              Number(d.mean), Number(d.low), Number(d.high),
              std::to_string(d.a_wins), std::to_string(d.ties),
              std::to_string(d.b_wins), Number(d.holm_p), Number(d.effect),
              Number(measure.margin), Number(d.equivalence_p),
              RelevanceName(RelevanceOf(d, measure.margin)),
              d.better ? problem.strategies[*d.better].label : ""}));
    }
  }
}

void AddCurves(const ReportModel& model, std::string* out) {
  *out += CsvLine(Head({"strategy", "measure", "axis", "spent", "runs", "mean",
                        "quartile1", "median", "quartile3"}));
  for (const ReportProblem& problem : model.problems) {
    for (const ReportStrategy& strategy : problem.strategies) {
      for (size_t a = 0; a < strategy.curves.size(); ++a) {
        for (size_t m = 0; m < strategy.curves[a].size(); ++m) {
          const ReportCurve& curve = strategy.curves[a][m];
          for (size_t i = 0; i < curve.runs.size(); ++i) {
            if (curve.runs[i] == 0) continue;
            *out += CsvLine(Of(
                problem,
                {strategy.label, problem.measures[m].name, problem.axes[a].name,
                 Number(problem.axes[a].grid[i]), std::to_string(curve.runs[i]),
                 Number(curve.mean[i]), Number(curve.quartile1[i]),
                 Number(curve.median[i]), Number(curve.quartile3[i])}));
          }
        }
      }
    }
  }
}

void AddTargets(const ReportModel& model, std::string* out) {
  *out += CsvLine(Head(
      {"strategy", "measure", "target", "reached", "expected_evaluations"}));
  for (const ReportProblem& problem : model.problems) {
    for (const ReportStrategy& strategy : problem.strategies) {
      for (size_t m = 0; m < strategy.hits.size(); ++m) {
        const ReportHits& hits = strategy.hits[m];
        for (size_t t = 0; t < hits.reached.size(); ++t) {
          *out += CsvLine(Of(problem, {strategy.label, problem.measures[m].name,
                                       Number(problem.targets[m][t]),
                                       std::to_string(hits.reached[t]),
                                       Number(hits.expected[t])}));
        }
      }
    }
  }
}

void AddEcdf(const ReportModel& model, std::string* out) {
  *out += CsvLine(Head({"strategy", "measure", "evaluations", "share"}));
  for (const ReportProblem& problem : model.problems) {
    for (const ReportStrategy& strategy : problem.strategies) {
      for (size_t m = 0; m < strategy.hits.size(); ++m) {
        const std::vector<double>& ecdf = strategy.hits[m].ecdf;
        for (size_t i = 0; i < ecdf.size(); ++i) {
          *out += CsvLine(
              Of(problem, {strategy.label, problem.measures[m].name,
                           Number(problem.axes[0].grid[i]), Number(ecdf[i])}));
        }
      }
    }
  }
}

void AddFront(const ReportModel& model, std::string* out) {
  *out += CsvLine(
      Head({"architecture", "architectures", "strategies", "metric", "value"}));
  for (const ReportProblem& problem : model.problems) {
    for (const ReportFrontPoint& point : problem.front) {
      Fields labels;
      for (const size_t s : point.strategies) {
        labels.push_back(problem.strategies[s].label);
      }
      for (size_t i = 0; i < point.scores.size(); ++i) {
        *out += CsvLine(Of(
            problem, {point.architecture, std::to_string(point.architectures),
                      fmt::format("{}", fmt::join(labels, " ")),
                      problem.scores[i].metric, Number(point.scores[i])}));
      }
    }
  }
}

void AddAttainment(const ReportModel& model, std::string* out) {
  *out += CsvLine(Head({"strategy", "share", "first", "second"}));
  for (const ReportProblem& problem : model.problems) {
    for (const ReportStrategy& strategy : problem.strategies) {
      for (const ReportAttainment& of : strategy.attainment) {
        for (size_t i = 0; i < of.first.size(); ++i) {
          *out +=
              CsvLine(Of(problem, {strategy.label, Number(of.share),
                                   Number(of.first[i]), Number(of.second[i])}));
        }
      }
    }
  }
}

void AddRanks(const ReportModel& model, std::string* out) {
  *out += CsvLine({"strategy", "mean_rank", "problems", "critical_difference"});
  if (!model.across) return;
  for (size_t i = 0; i < model.across->labels.size(); ++i) {
    *out +=
        CsvLine({model.across->labels[i], Number(model.across->mean_ranks[i]),
                 std::to_string(model.across->problems),
                 Number(model.across->critical_difference)});
  }
}

void AddWins(const ReportModel& model, std::string* out) {
  *out += CsvLine({"strategy", "against", "compared", "won", "lost"});
  if (!model.wins) return;
  const ReportWins& wins = *model.wins;
  for (size_t i = 0; i < wins.labels.size(); ++i) {
    for (size_t j = 0; j < wins.labels.size(); ++j) {
      if (i == j) continue;
      *out += CsvLine(
          {wins.labels[i], wins.labels[j], std::to_string(wins.compared[i][j]),
           std::to_string(wins.wins[i][j]), std::to_string(wins.wins[j][i])});
    }
  }
}

constexpr struct {
  const char* name;
  void (*add)(const ReportModel& model, std::string* out);
} kTables[] = {
    {"summary", AddSummary},
    {"values", AddValues},
    {"differences", AddDifferences},
    {"curves", AddCurves},
    {"targets", AddTargets},
    {"ecdf", AddEcdf},
    {"front", AddFront},
    {"attainment", AddAttainment},
    {"ranks", AddRanks},
    {"wins", AddWins},
};

}  // namespace

std::vector<std::string> ReportCsvNames() {
  std::vector<std::string> names;
  for (const auto& table : kTables) names.emplace_back(table.name);
  return names;
}

std::string ReportToCsv(const ReportModel& model, const std::string& name) {
  for (const auto& table : kTables) {
    if (name != table.name) continue;
    std::string out;
    table.add(model, &out);
    return out;
  }
  HWNAS_CHECK(false && "no such table");
  return "";
}

}  // namespace hwnas
