#include "bench/reproduce/reproduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/harness/objective_text.h"
#include "bench/report/report_model.h"
#include "bench/report/wording.h"
#include "bench/reproduce/drawn_figures.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/sha256.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

// What a strategy's runs say of a column.
struct Ours {
  const ReportProblem* problem = nullptr;
  size_t measure = 0;
  size_t strategy = 0;
  const ReportScore& Score() const {
    return problem->strategies[strategy].scores[measure];
  }
};

class Comparer {
 public:
  Comparer(const PublishedTable& published, ClaimData data,
           const DrawnFigures& drawn, CellStore* finished)
      : published_(published),
        data_(std::move(data)),
        table_(data_.table),
        model_(data_.model),
        drawn_(drawn),
        finished_(finished) {}

  Reproduction Compare() {
    Reproduction out = Described(published_);
    out.synthetic = table_.Synthetic();
    for (const PublishedDifference& difference : published_.differences) {
      for (const size_t c : difference.columns) {
        out.differences.push_back(CompareRows(difference, c));
      }
    }
    for (const PublishedRow& row : published_.rows) {
      for (ReproducedCell& cell : CellsOf(row, out.differences)) {
        out.cells.push_back(std::move(cell));
      }
    }
    for (const PublishedMean& mean : published_.means) {
      out.differences.push_back(MeanOver(mean));
    }
    return out;
  }

 private:
  std::vector<ReproducedCell> CellsOf(
      const PublishedRow& row,
      const std::vector<ReproducedDifference>& differences) const {
    if (finished_ != nullptr) {
      if (auto cells = finished_->Find(row.name)) return std::move(*cells);
    }
    std::vector<ReproducedCell> cells;
    for (size_t c = 0; c < published_.columns.size(); ++c) {
      // A fact is of some columns only.
      if (row.source == RowSource::kStatistic && !row.cells[c].value) continue;
      cells.push_back(CompareCell(row, c));
      MarkBroken(row, c, &cells.back());
      Explain(differences, &cells.back());
    }
    if (finished_ != nullptr) finished_->Add(row.name, cells);
    return cells;
  }

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
      case RowSource::kNotTestable:
        cell.reason = WithClaim(row, row.reason);
        return cell;
      case RowSource::kClaim:
        Answer(row, &cell);
        return cell;
      case RowSource::kOptimum:
        JudgeCell(row, printed, Optimum(c), &cell);
        return cell;
      case RowSource::kStatistic:
        JudgeCell(row, printed, StatisticOf(row, c), &cell);
        return cell;
      case RowSource::kSelection:
        JudgeCell(row, printed, Selected(row, c), &cell);
        return cell;
      case RowSource::kTransfer:
      case RowSource::kPredictor:
        JudgeDraws(row, printed, drawn_.Of(row, published_.columns[c]), &cell);
        return cell;
      case RowSource::kStrategy:
        JudgeCell(row, printed, Mean(row, c), &cell);
        return cell;
    }
    return cell;
  }

  static std::string WithClaim(const PublishedRow& row,
                               const std::string& reason) {
    if (row.claim.claim.empty()) return reason;
    return fmt::format("\"{}\": {}", row.claim.claim, reason);
  }

  void Answer(const PublishedRow& row, ReproducedCell* cell) const {
    ClaimAnswer answer = AnswerClaim(row.claim, data_);
    cell->ours = answer.figure;
    cell->low = answer.low;
    cell->high = answer.high;
    cell->verdict = table_.Synthetic() ? Verdict::kNotTestable : answer.verdict;
    cell->reason = WithClaim(
        row, (table_.Synthetic() ? "SYNTHETIC: the table's values are made "
                                   "up; "
                                 : "") +
                 answer.reason);
  }

  // As published; what varies by an unknown amount is taken to vary as ours.
  Figure Published(const PublishedRow& row, const PublishedCell& printed,
                   const Figure& ours) const {
    const size_t runs = row.runs > 0 ? row.runs : published_.runs;
    const bool borrow = row.source == RowSource::kPredictor && !printed.sd;
    return {*printed.value, borrow ? ours.sd : printed.sd, runs};
  }

  void JudgeCell(const PublishedRow& row, const PublishedCell& printed,
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
    const Figure figure = Published(row, printed, *ours);
    Judgement judgement = JudgeFigure(figure, *ours, published_.decimals,
                                      printed.tolerance, published_.certainty);
    cell->verdict = judgement.verdict;
    cell->reason = std::move(judgement.reason);
  }

  static Figure FigureOf(const std::vector<double>& draws) {
    return {hwnas::Mean(draws), StandardDeviation(draws), draws.size()};
  }

  void JudgeDraws(const PublishedRow& row, const PublishedCell& printed,
                  const std::vector<double>& draws,
                  ReproducedCell* cell) const {
    JudgeCell(row, printed, FigureOf(draws), cell);
    Rng rng = Rng::FromLabel(1, "reproduce/transfer");
    const Interval interval = BootstrapMean(draws, rng);
    const int digits = published_.decimals + 1;
    cell->low = interval.low;
    cell->high = interval.high;
    cell->reason += fmt::format("{}[{}, {}] over {} draws",
                                cell->reason.empty() ? "" : "; ",
                                Fixed(interval.low, digits),
                                Fixed(interval.high, digits), draws.size());
  }

  // Draws of predictors, paired where as many architectures are learnt from.
  ReproducedDifference CompareDraws(const PublishedDifference& stated,
                                    size_t c) const {
    const PublishedColumn& column = published_.columns[c];
    const std::vector<double> a = drawn_.Of(Row(stated.a), column);
    const std::vector<double> b = drawn_.Of(Row(stated.b), column);
    const double sign = column.figure == &PredictionFigures::mae ? -1 : 1;
    std::vector<double> differences;
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      differences.push_back(sign * (a[i] - b[i]));
    }
    Rng rng = Rng::FromLabel(1, "reproduce/difference");
    const Interval interval = BootstrapMean(differences, rng);
    ReproducedDifference out;
    out.a = stated.a;
    out.b = stated.b;
    out.column = column.name;
    out.expected = stated.expect_better;
    out.pairs = differences.size();
    out.mean = interval.mean;
    out.low = interval.low;
    out.high = interval.high;
    return out;
  }

  // Ours less published over all cells of some rows; the interval is normal,
  // from the standard errors of both sides.
  ReproducedDifference MeanOver(const PublishedMean& mean) const {
    constexpr double kHalfWidth = 1.959963984540054;
    ReproducedDifference out;
    out.a = mean.name;
    out.b = "published";
    out.column = "all";
    out.not_worse = true;
    double variance = 0;
    for (const std::string& name : mean.rows) {
      const PublishedRow& row = Row(name);
      for (size_t c = 0; c < published_.columns.size(); ++c) {
        const PublishedCell& printed = row.cells[c];
        if (!printed.value) continue;
        const PublishedColumn& column = published_.columns[c];
        const Figure ours = FigureOf(drawn_.Of(row, column));
        const Figure theirs = Published(row, printed, ours);
        const double sign = column.figure == &PredictionFigures::mae ? -1 : 1;
        out.mean += sign * (ours.value - theirs.value);
        for (const Figure& figure : {ours, theirs}) {
          if (!figure.sd || figure.runs == 0) continue;
          variance += *figure.sd * *figure.sd / double(figure.runs);
        }
        ++out.pairs;
      }
    }
    if (out.pairs == 0) return out;
    const double half = kHalfWidth * std::sqrt(variance) / double(out.pairs);
    out.mean /= double(out.pairs);
    out.low = out.mean - half;
    out.high = out.mean + half;
    return out;
  }

  std::optional<Figure> Scaled(std::optional<double> value, size_t c) const {
    if (!value) return std::nullopt;
    return Figure{*value * published_.columns[c].scale, std::nullopt, 0};
  }

  // The best stored value; it is one number, so it varies by nothing.
  std::optional<Figure> Optimum(size_t c) const {
    auto figure =
        Scaled(ComputeStatistic(table_, MetricOf({}, c), Statistic::kBest), c);
    if (figure) figure->sd = 0.0;
    return figure;
  }

  std::optional<Figure> StatisticOf(const PublishedRow& row, size_t c) const {
    std::optional<Figure> figure =
        Scaled(ComputeStatistic(table_, MetricOf(row, c), row.statistic,
                                row.architecture),
               c);
    // Counts and ranks have no unit.
    if (figure && (row.statistic == Statistic::kCount ||
                   row.statistic == Statistic::kRank)) {
      figure->value /= published_.columns[c].scale;
    }
    return figure;
  }

  std::optional<Figure> Selected(const PublishedRow& row, size_t c) const {
    const auto chosen = SelectRow(table_, row.selection);
    if (!chosen) return std::nullopt;
    return Scaled(ValueAt(table_, MetricOf(row, c), *chosen), c);
  }

  ObjectiveSpec MetricOf(const PublishedRow& row, size_t c) const {
    ObjectiveSpec spec = ParseObjective(published_.columns[c].metric);
    if (published_.columns[c].on_platform) {
      Metric metric = Metric::Parse(spec.metric);
      metric.platform = row.platform;
      spec.metric = metric.Text();
    }
    return spec;
  }

  // Printed and own values that break a limit of the row.
  void MarkBroken(const PublishedRow& row, size_t c,
                  ReproducedCell* cell) const {
    if (row.selection.limits.empty()) return;
    const Metric metric =
        table_.Complete(Metric::Parse(MetricOf(row, c).metric));
    for (const Constraint& limit : row.selection.limits) {
      if (table_.Complete(limit.metric) != metric) continue;
      const double scale = published_.columns[c].scale;
      if (!cell->published || limit.Satisfied(*cell->published / scale)) {
        continue;
      }
      cell->reason += fmt::format(
          "{}the published value breaks the row's "
          "limit, {} {}",
          cell->reason.empty() ? "" : "; ",
          limit.upper ? "at most" : "at least", limit.bound * scale);
    }
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
    if (Row(stated.a).source == RowSource::kPredictor) {
      return CompareDraws(stated, c);
    }
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
  const ClaimData data_;
  const Table& table_;
  const ReportModel& model_;
  const DrawnFigures& drawn_;
  CellStore* finished_;
};

}  // namespace

Reproduction Reproduce(const PublishedTable& published,
                       std::shared_ptr<const Table> table, Results& results,
                       std::optional<uint64_t> seed, const RunOptions& options,
                       CellStore* finished) {
  ReportModel model;
  if (published.experiment) {
    Experiment experiment = *published.experiment;
    if (seed) experiment.seed = *seed;
    if (RunExperiment(experiment, table, results, options).interrupted) {
      throw Error(ErrorCode::kInterrupted, "interrupted");
    }
    model = MakeReport(results);
  }
  const std::string name =
      published.experiment ? published.experiment->name : "";
  ClaimData data{*table, results, model, name, options.interrupted};
  DrawnFigures drawn(published, *table, seed, finished);
  drawn.Run(options.threads, options.interrupted);
  return Comparer(published, std::move(data), drawn, finished).Compare();
}

std::string ReproductionKey(const PublishedTable& published, const Table& table,
                            std::optional<uint64_t> seed) {
  Sha256 key;
  key.Add(std::string_view("reproduce-cells@1"));
  key.Add(std::string_view(Version()));
  key.Add(std::string_view(BuildInfo()));
  key.Add(std::string_view(published.digest));
  key.Add(std::string_view(table.Digest()));
  key.Add(uint64_t{seed.has_value()});
  key.Add(seed.value_or(0));
  return key.HexDigest();
}

}  // namespace hwnas
