#include "bench/reproduce/reproduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "bench/report/csv.h"
#include "bench/report/report_model.h"
#include "bench/report/wording.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

// What a strategy's runs say of a column.
struct Ours {
  const ReportProblem* problem = nullptr;
  size_t measure = 0;
  size_t strategy = 0;
  const ReportScore& Score() const {
    return problem->strategies[strategy].scores[measure];
  }
};

// Runs each protocol on each split once.
class TransferRows {
 public:
  TransferRows(const PublishedTable& published, const Table& table,
               std::optional<uint64_t> seed, std::function<bool()> stop)
      : published_(published),
        table_(table),
        seed_(seed),
        stop_(std::move(stop)) {}

  // A column's figure in each draw.
  std::vector<double> Draws(const std::string& protocol,
                            const PublishedColumn& column) {
    if (column.geomean_of.empty()) return OfSplit(protocol, column);
    std::vector<double> sum;
    for (const std::string& name : column.geomean_of) {
      const auto part = std::find_if(
          published_.columns.begin(), published_.columns.end(),
          [&name](const PublishedColumn& c) { return c.name == name; });
      const std::vector<double> draws = OfSplit(protocol, *part);
      sum.resize(draws.size());
      for (size_t i = 0; i < draws.size(); ++i) {
        // The logarithm of a correlation that is none is none.
        sum[i] += std::log(std::max(draws[i], 1e-6));
      }
    }
    for (double& s : sum) s = std::exp(s / double(column.geomean_of.size()));
    return sum;
  }

 private:
  std::vector<double> OfSplit(const std::string& protocol,
                              const PublishedColumn& column) {
    const TransferStudy& study = Study(protocol, column.split);
    std::vector<double> mean;
    size_t targets = 0;
    for (const TransferFigure& figure : study.figures) {
      const bool wanted =
          column.targets.empty()
              ? figure.target == "mean"
              : std::find(column.targets.begin(), column.targets.end(),
                          figure.target) != column.targets.end();
      if (!wanted) continue;
      ++targets;
      mean.resize(figure.spearman.size());
      for (size_t i = 0; i < mean.size(); ++i) mean[i] += figure.spearman[i];
    }
    for (double& m : mean) m /= double(targets);
    return mean;
  }

  const TransferStudy& Study(const std::string& protocol,
                             const std::string& split_name) {
    const auto found = done_.find({protocol, split_name});
    if (found != done_.end()) return found->second;
    const auto split = std::find_if(
        published_.splits.begin(), published_.splits.end(),
        [&](const PublishedSplit& s) { return s.name == split_name; });
    const auto how = std::find_if(
        published_.protocols.begin(), published_.protocols.end(),
        [&](const TransferProtocol& p) { return p.name == protocol; });
    TransferStudySpec spec = how->study;
    spec.sources = split->source;
    spec.targets = split->target;
    if (seed_) spec.seed = *seed_;
    return done_[{protocol, split_name}] =
               RunTransferStudy(table_, spec, stop_);
  }

  const PublishedTable& published_;
  const Table& table_;
  std::optional<uint64_t> seed_;
  std::function<bool()> stop_;
  std::map<std::pair<std::string, std::string>, TransferStudy> done_;
};

class Comparer {
 public:
  Comparer(const PublishedTable& published, const Table& table,
           const ReportModel& model, TransferRows* transfer)
      : published_(published),
        table_(table),
        model_(model),
        transfer_(transfer) {}

  Reproduction Compare() {
    Reproduction out;
    out.name = published_.name;
    out.title = published_.title;
    out.source = published_.source;
    out.certainty = published_.certainty;
    out.note = published_.note;
    out.decimals = published_.decimals;
    out.synthetic = table_.Synthetic();
    for (const PublishedDifference& difference : published_.differences) {
      for (const size_t c : difference.columns) {
        out.differences.push_back(CompareRows(difference, c));
      }
    }
    for (const PublishedRow& row : published_.rows) {
      for (size_t c = 0; c < published_.columns.size(); ++c) {
        out.cells.push_back(CompareCell(row, c));
        Explain(out.differences, &out.cells.back());
      }
    }
    return out;
  }

 private:
  ReproducedCell CompareCell(const PublishedRow& row, size_t c) const {
    const PublishedCell& printed = row.cells[c];
    ReproducedCell cell;
    cell.row = row.name;
    cell.column = published_.columns[c].name;
    cell.published = printed.value;
    cell.published_sd = printed.sd;
    switch (row.source) {
      case RowSource::kNotBuilt:
        cell.verdict = Verdict::kNotBuilt;
        cell.reason = row.reason;
        return cell;
      case RowSource::kNotReproducible:
        cell.verdict = Verdict::kNotReproducible;
        cell.reason = row.reason;
        return cell;
      case RowSource::kOptimum:
        JudgeCell(printed, Optimum(c), &cell);
        return cell;
      case RowSource::kTransfer:
        JudgeTransfer(row, c, printed, &cell);
        return cell;
      case RowSource::kStrategy:
        JudgeCell(printed, Mean(row, c), &cell);
        return cell;
    }
    return cell;
  }

  void JudgeCell(const PublishedCell& printed,
                 const std::optional<Figure>& ours,
                 ReproducedCell* cell) const {
    if (!ours) {
      cell->reason = "no run left an answer that this metric can judge";
      return;
    }
    cell->ours = ours->value;
    cell->ours_sd = ours->sd;
    if (table_.Synthetic()) {
      cell->reason = "SYNTHETIC: the table's values are made up";
      return;
    }
    if (!printed.value) {
      cell->reason = "the source prints no figure here";
      return;
    }
    const Figure figure{*printed.value, printed.sd, published_.runs};
    Judgement judgement = JudgeFigure(figure, *ours, published_.decimals,
                                      printed.tolerance, published_.certainty);
    cell->verdict = judgement.verdict;
    cell->reason = std::move(judgement.reason);
  }

  void JudgeTransfer(const PublishedRow& row, size_t c,
                     const PublishedCell& printed, ReproducedCell* cell) const {
    const std::vector<double> draws =
        transfer_->Draws(row.protocol, published_.columns[c]);
    JudgeCell(
        printed,
        Figure{hwnas::Mean(draws), StandardDeviation(draws), draws.size()},
        cell);
    Rng rng = Rng::FromLabel(1, "reproduce/transfer");
    const Interval interval = BootstrapMean(draws, rng);
    const int digits = published_.decimals + 1;
    cell->reason += fmt::format("{}[{}, {}] over {} draws",
                                cell->reason.empty() ? "" : "; ",
                                Fixed(interval.low, digits),
                                Fixed(interval.high, digits), draws.size());
  }

  // The best stored value; it is one number, so it varies by nothing.
  std::optional<Figure> Optimum(size_t c) const {
    const Metric metric =
        table_.Complete(Metric::Parse(published_.columns[c].metric));
    const Direction direction = FindQuantity(metric.quantity).direction;
    const auto column = table_.LoadOrCompute(metric);
    std::optional<Figure> best;
    for (size_t row = 0; row < table_.Rows(); ++row) {
      const Value value = column->Mean(row);
      if (!value.Ok()) continue;
      const bool better = direction == Direction::kMaximize
                              ? best && value.value > best->value
                              : best && value.value < best->value;
      if (!best || better) best = Figure{value.value, 0.0, 0};
    }
    return best;
  }

  std::optional<Figure> Mean(const PublishedRow& row, size_t c) const {
    const Ours ours = Find(row, c);
    const SampleSummary& value = ours.Score().value;
    if (value.count == 0) return std::nullopt;
    return Figure{value.mean, value.sd, value.count};
  }

  Ours Find(const PublishedRow& row, size_t c) const {
    const PublishedColumn& column = published_.columns[c];
    const std::string metric =
        table_.Complete(Metric::Parse(column.metric)).Text();
    Ours ours;
    for (const ReportProblem& problem : model_.problems) {
      if (problem.experiment == published_.experiment->name &&
          problem.name == column.problem) {
        ours.problem = &problem;
      }
    }
    HWNAS_CHECK(ours.problem != nullptr);
    const auto& measures = ours.problem->measures;
    while (ours.measure < measures.size() &&
           measures[ours.measure].name != metric) {
      ++ours.measure;
    }
    if (ours.measure == measures.size()) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("{}: problem '{}' does not score {}, which "
                      "column '{}' needs; add it to its score",
                      published_.name, column.problem, metric, column.name));
    }
    const auto& strategies = ours.problem->strategies;
    while (strategies[ours.strategy].label != row.strategy) ++ours.strategy;
    return ours;
  }

  const PublishedRow& Row(const std::string& name) const {
    return *std::find_if(
        published_.rows.begin(), published_.rows.end(),
        [&name](const PublishedRow& row) { return row.name == name; });
  }

  ReproducedDifference CompareRows(const PublishedDifference& stated,
                                   size_t c) const {
    const Ours a = Find(Row(stated.a), c);
    const Ours b = Find(Row(stated.b), c);
    ReproducedDifference out;
    out.a = stated.a;
    out.b = stated.b;
    out.column = published_.columns[c].name;
    out.expected = stated.expect_better;
    const size_t first = std::min(a.strategy, b.strategy);
    const size_t second = std::max(a.strategy, b.strategy);
    for (const ReportDifference& d : a.problem->differences) {
      if (d.measure != a.measure || d.a != first || d.b != second) continue;
      const bool maximise =
          a.problem->measures[a.measure].direction == Direction::kMaximize;
      const bool keep = (d.a == a.strategy) == maximise;
      out.pairs = d.pairs;
      out.mean = keep ? d.mean : -d.mean;
      out.low = keep ? d.low : -d.high;
      out.high = keep ? d.high : -d.low;
    }
    return out;
  }

  void Explain(const std::vector<ReproducedDifference>& differences,
               ReproducedCell* cell) const {
    for (const ReproducedDifference& d : differences) {
      if (d.a != cell->row || d.column != cell->column || d.pairs == 0) {
        continue;
      }
      const int digits = published_.decimals + 1;
      cell->reason += fmt::format("{}better than {} by {} [{}, {}] in {} pairs",
                                  cell->reason.empty() ? "" : "; ", d.b,
                                  Signed(d.mean, digits), Signed(d.low, digits),
                                  Signed(d.high, digits), d.pairs);
    }
  }

  const PublishedTable& published_;
  const Table& table_;
  const ReportModel& model_;
  TransferRows* transfer_;
};

Json Number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json ToJson(const Reproduction& reproduction) {
  Json cells = Json::array();
  for (const ReproducedCell& cell : reproduction.cells) {
    cells.push_back({{"row", cell.row},
                     {"column", cell.column},
                     {"published", Number(cell.published)},
                     {"published_sd", Number(cell.published_sd)},
                     {"ours", Number(cell.ours)},
                     {"ours_sd", Number(cell.ours_sd)},
                     {"verdict", VerdictName(cell.verdict)},
                     {"reason", cell.reason}});
  }
  return {{"name", reproduction.name}, {"cells", std::move(cells)}};
}

std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string FigureText(const std::optional<double>& value,
                       const std::optional<double>& sd, int decimals) {
  if (!value) return "-";
  std::string text = Fixed(*value, decimals);
  if (sd) text += " ± " + Fixed(*sd, decimals);
  return text;
}

}  // namespace

bool Reproduction::Agrees() const {
  for (const ReproducedCell& cell : cells) {
    if (cell.verdict == Verdict::kNotReproduced ||
        cell.verdict == Verdict::kDiffersFromRecalled) {
      return false;
    }
  }
  // What a synthetic table says is neither for nor against the source.
  return synthetic ||
         std::all_of(differences.begin(), differences.end(),
                     [](const ReproducedDifference& d) { return d.Holds(); });
}

Reproduction Reproduce(const PublishedTable& published,
                       std::shared_ptr<const Table> table, Results& results,
                       std::optional<uint64_t> seed,
                       const RunOptions& options) {
  ReportModel model;
  if (published.experiment) {
    Experiment experiment = *published.experiment;
    if (seed) experiment.seed = *seed;
    if (RunExperiment(experiment, table, results, options).interrupted) {
      throw Error(ErrorCode::kInterrupted, "interrupted");
    }
    model = MakeReport(results);
  }
  TransferRows transfer(published, *table, seed, options.interrupted);
  return Comparer(published, *table, model, &transfer).Compare();
}

std::string ReproductionToJson(const Reproduction& reproduction) {
  return Dump(ToJson(reproduction));
}

std::string ReproductionsToJson(const std::vector<Reproduction>& list) {
  Json json = Json::array();
  for (const Reproduction& reproduction : list) {
    json.push_back(ToJson(reproduction));
  }
  return Dump({{"reproduce", std::move(json)}});
}

std::string ReproductionsToCsv(const std::vector<Reproduction>& list) {
  std::string out =
      CsvLine({"name", "row", "column", "published", "published_sd", "ours",
               "ours_sd", "verdict", "reason"});
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string();
  };
  for (const Reproduction& reproduction : list) {
    for (const ReproducedCell& cell : reproduction.cells) {
      out += CsvLine({reproduction.name, cell.row, cell.column,
                      number(cell.published), number(cell.published_sd),
                      number(cell.ours), number(cell.ours_sd),
                      VerdictName(cell.verdict), cell.reason});
    }
  }
  return out;
}

void AddReproduction(const Reproduction& reproduction, Document* document) {
  const int digits = reproduction.decimals;
  document->Heading(
      2, reproduction.name + (reproduction.synthetic ? " (SYNTHETIC)" : ""));
  document->List({reproduction.title, "source: " + reproduction.source,
                  fmt::format("published values: {}",
                              CertaintyName(reproduction.certainty))});
  if (!reproduction.note.empty()) document->Paragraph(reproduction.note);
  std::vector<std::vector<std::string>> rows;
  for (const ReproducedCell& cell : reproduction.cells) {
    rows.push_back({cell.row, cell.column,
                    FigureText(cell.published, cell.published_sd, digits),
                    FigureText(cell.ours, cell.ours_sd, digits),
                    cell.published && cell.ours
                        ? Signed(*cell.ours - *cell.published, digits)
                        : "-",
                    VerdictName(cell.verdict), cell.reason});
  }
  document->Table(
      "",
      {"row", "column", "published", "ours", "difference", "verdict", "reason"},
      std::move(rows));
  if (reproduction.differences.empty()) return;
  rows.clear();
  for (const ReproducedDifference& d : reproduction.differences) {
    rows.push_back({fmt::format("{} - {}", d.a, d.b), d.column,
                    std::to_string(d.pairs), Signed(d.mean, digits + 1),
                    fmt::format("[{}, {}]", Signed(d.low, digits + 1),
                                Signed(d.high, digits + 1)),
                    !d.expected  ? "-"
                    : d.low > 0  ? "as the source says"
                    : d.high < 0 ? "the opposite"
                                 : "no clear difference"});
  }
  document->Table(
      "Paired differences (positive: the first is better)",
      {"rows", "column", "pairs", "mean", "95 % interval", "better"},
      std::move(rows));
}

}  // namespace hwnas
