#include "bench/report/report_warnings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "bench/harness/run_notes.h"
#include "strategies/registry.h"
#include "tabular/analysis/correlation.h"
#include "tabular/metric.h"

namespace hwnas {
namespace {

using Named = ResultsProblem::Named;

constexpr const char* kSynthetic =
    "SYNTHETIC: the accuracies are made up by a generator; no figure here "
    "says anything about real networks";

class Writer {
 public:
  Writer(const ReportProblem& problem,
         const std::vector<DictionaryEntry>& dictionary,
         const ReportOptions& options)
      : problem_(problem), dictionary_(dictionary), options_(options) {}

  std::vector<std::string> Write() {
    if (problem_.synthetic) Add(kSynthetic);
    AddTestObserved();
    AddFeatures();
    AddPredicted();
    AddOrigins();
    AddRedundant();
    AddFirstAlone();
    AddRuns();
    AddNothingClear();
    AddLacking();
    AddUnscored();
    AddBroken();
    AddWasted();
    return std::move(lines_);
  }

 private:
  void Add(std::string line) { lines_.push_back(std::move(line)); }

  void AddTestObserved() {
    for (const Named& objective : problem_.objectives) {
      if (Metric::Parse(objective.metric).split == "test") {
        Add(
            fmt::format("test data observed: strategies see {}, so it cannot "
                        "judge them",
                        objective.metric));
      }
    }
  }

  void AddFeatures() {
    if (problem_.features.empty()) return;
    Add(fmt::format("strategies may read before evaluating: {}",
                    fmt::join(problem_.features, ", ")));
  }

  // Costs on platforms are measured or modelled: to compare one with the
  // other is to compare a device with a formula.
  void AddOrigins() {
    std::map<std::string, std::set<std::string>> platform_costs;
    for (const auto* list :
         {&problem_.objectives, &problem_.constraints, &problem_.scores}) {
      for (const Named& named : *list) {
        if (!Metric::Parse(named.metric).platform.empty()) {
          platform_costs[named.origin].insert(named.metric);
        }
      }
    }
    if (platform_costs.size() < 2) return;
    std::vector<std::string> parts;
    for (const auto& [origin, metrics] : platform_costs) {
      parts.push_back(fmt::format("{} ({})", fmt::join(metrics, ", "), origin));
    }
    Add(fmt::format("models mixed with measurements: {}",
                    fmt::join(parts, "; ")));
  }

  void AddPredicted() {
    for (const ReportPredicted& p : problem_.predicted) {
      Add(
          fmt::format("predicted, not measured: {:.1f} % of the {} {} values "
                      "of {}",
                      100.0 * double(p.predicted) / double(p.values), p.values,
                      p.judged ? "judged" : "observed", p.metric));
    }
  }

  void AddRedundant() {
    for (size_t i = 0; i < problem_.objectives.size(); ++i) {
      for (size_t j = i + 1; j < problem_.objectives.size(); ++j) {
        AddRedundantPair(i, j);
      }
    }
  }

  void AddRedundantPair(size_t i, size_t j) {
    std::vector<double> x;
    std::vector<double> y;
    for (const DictionaryEntry& entry : dictionary_) {
      if (entry.values.size() <= j) continue;
      x.push_back(entry.values[i]);
      y.push_back(entry.values[j]);
    }
    const std::optional<double> rho = SpearmanRho(x, y);
    if (!rho || std::abs(*rho) < options_.redundant_correlation) return;
    Add(
        fmt::format("redundant objectives: {} and {} rank the {} networks met "
                    "alike (Spearman {:.3f})",
                    problem_.objectives[i].metric,
                    problem_.objectives[j].metric, x.size(), *rho));
  }

  void AddFirstAlone() {
    if (problem_.objectives.size() < 2) return;
    std::vector<std::string> names;
    for (const ReportStrategy& strategy : problem_.strategies) {
      for (const StrategyInfo& info : BuiltInStrategies()) {
        if (info.Id() == strategy.id && SearchesFirstAlone(info)) {
          names.push_back(Quoted(strategy.label));
        }
      }
    }
    if (names.empty()) return;
    Add(fmt::format("{} {} by the first objective alone, {}",
                    fmt::join(names, ", "),
                    names.size() == 1 ? "searches" : "search",
                    problem_.objectives[0].metric));
  }

  void AddRuns() {
    for (const ReportStrategy& strategy : problem_.strategies) {
      const std::string label = Quoted(strategy.label);
      if (!strategy.failures.empty()) {
        Add(fmt::format("{}: {} of {} runs failed; they are in no figure",
                        label, strategy.failures.size(), strategy.runs));
      }
      const size_t finished = strategy.runs - strategy.failures.size();
      if (finished > 0 && finished < options_.few_repetitions) {
        Add(fmt::format("{}: only {} finished {}; the interval says little",
                        label, finished, finished == 1 ? "run" : "runs"));
      }
      if (strategy.runs < problem_.repetitions.size()) {
        Add(fmt::format("{}: {} of {} repetitions are recorded", label,
                        strategy.runs, problem_.repetitions.size()));
      }
      const auto capped = strategy.ends.find(RunEndName(RunEnd::kMaxTrials));
      if (capped != strategy.ends.end()) {
        Add(fmt::format("{}: {} of {} runs ended at the cap on trials", label,
                        capped->second, strategy.runs));
      }
    }
  }

  void AddNothingClear() {
    const std::optional<double> least = LeastHolmP(problem_);
    if (!least || *least < kClearP) return;
    size_t pairs = 0;
    for (const ReportDifference& d : problem_.differences) {
      pairs = std::max(pairs, d.pairs);
    }
    Add(
        fmt::format("too few runs for any difference to be clear: with {} in "
                    "common Holm's p is {:.2g} at least",
                    pairs, *least));
  }

  void AddLacking() {
    for (const ReportStrategy& strategy : problem_.strategies) {
      for (size_t m = 0; m < strategy.scores.size(); ++m) {
        if (strategy.scores[m].unscored == 0) continue;
        Add(fmt::format("{}: {} of {} runs gave no answer that {} can judge",
                        Quoted(strategy.label), strategy.scores[m].unscored,
                        strategy.runs, problem_.measures[m].name));
      }
    }
  }

  void AddUnscored() {
    for (const ReportStrategy& strategy : problem_.strategies) {
      if (strategy.unscored_answers == 0) continue;
      Add(fmt::format(
          "{}: {} of the {} architectures that its runs answered "
          "with lack a score in the table; these are not judged",
          Quoted(strategy.label), strategy.unscored_answers, strategy.answers));
    }
  }

  // What a strategy that is not broken seldom does.
  void AddWasted() {
    for (const ReportStrategy& strategy : problem_.strategies) {
      const auto percent = [&strategy](uint64_t part) {
        return 100.0 * static_cast<double>(part) /
               static_cast<double>(strategy.trials);
      };
      if (strategy.invalid * 10 > strategy.trials) {
        Add(
            fmt::format("{}: {:.1f} % of its proposals are no architecture of "
                        "the space",
                        Quoted(strategy.label), percent(strategy.invalid)));
      }
      if (strategy.repeated * 2 > strategy.trials) {
        Add(fmt::format("{}: {:.1f} % of its proposals repeat earlier ones",
                        Quoted(strategy.label), percent(strategy.repeated)));
      }
    }
  }

  void AddBroken() {
    for (const ReportStrategy& strategy : problem_.strategies) {
      if (strategy.infeasible_answers == 0) continue;
      Add(fmt::format(
          "constraint broken: {} answered in {} of {} runs with "
          "architectures that violate one; these are not scored",
          Quoted(strategy.label), strategy.infeasible_answers, strategy.runs));
    }
  }

  const ReportProblem& problem_;
  const std::vector<DictionaryEntry>& dictionary_;
  const ReportOptions& options_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> ProblemWarnings(
    const ReportProblem& problem,
    const std::vector<DictionaryEntry>& dictionary,
    const ReportOptions& options) {
  return Writer(problem, dictionary, options).Write();
}

std::vector<std::string> ModelWarnings(const ReportModel& model) {
  std::vector<std::string> lines;
  if (model.synthetic) lines.push_back(kSynthetic);
  std::set<std::string> labels;
  for (const ReportProblem& problem : model.problems) {
    for (const ReportStrategy& strategy : problem.strategies) {
      labels.insert(strategy.label);
    }
  }
  for (const ReportProblem& problem : model.problems) {
    std::set<std::string> lacking = labels;
    for (const ReportStrategy& strategy : problem.strategies) {
      lacking.erase(strategy.label);
    }
    if (lacking.empty()) continue;
    std::vector<std::string> names;
    for (const std::string& label : lacking) names.push_back(Quoted(label));
    lines.push_back(fmt::format(
        "{} {} not run on {}/{}", fmt::join(names, ", "),
        names.size() == 1 ? "was" : "were", problem.experiment, problem.name));
  }
  return lines;
}

}  // namespace hwnas
