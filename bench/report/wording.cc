#include "bench/report/wording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/harness/run.h"
#include "bench/report/transfer_section.h"
#include "tabular/metric.h"

namespace hwnas {
namespace {

// Fronts and failures are cut to this many lines; the JSON has all.
constexpr size_t kMostLines = 20;
// The rule of ReportDifference::better, in words.
constexpr const char* kClear =
    "Clear is a difference whose 95 % interval excludes 0 and whose Holm p is "
    "below 0.05; one is better only then.";
// More runs than this are drawn as their range.
constexpr size_t kMostRunsDrawn = 3000;

std::string WithUnit(const std::string& name, const std::string& unit) {
  return unit.empty() ? name : fmt::format("{} ({})", name, unit);
}

std::string NamedText(const ResultsProblem::Named& named) {
  std::string text = WithUnit(named.metric, named.unit);
  text +=
      named.direction == Direction::kMaximize ? ", maximised" : ", minimised";
  if (!named.origin.empty()) text += ", " + named.origin;
  if (!named.source.empty()) text += ", from " + named.source;
  return text;
}

std::string IntervalText(double low, double high, int decimals) {
  return fmt::format("[{}, {}]", Fixed(low, decimals), Fixed(high, decimals));
}

std::string BudgetText(const Protocol& protocol) {
  std::vector<std::string> parts;
  if (protocol.evaluations != 0) {
    parts.push_back(fmt::format("{} evaluations", protocol.evaluations));
  }
  if (protocol.simulated_seconds != 0) {
    parts.push_back(fmt::format(
        "{} simulated seconds{}", protocol.simulated_seconds,
        protocol.crossing_counts ? ", the evaluation that crosses counts"
                                 : ""));
  }
  if (protocol.workers != 1) {
    parts.push_back(fmt::format("{} simulated workers", protocol.workers));
  }
  std::vector<std::string> free;
  if (protocol.repeated == Charge::kFree) free.push_back("repeated");
  if (protocol.invalid == Charge::kFree) free.push_back("invalid");
  if (protocol.missing == Charge::kFree) free.push_back("missing");
  parts.push_back(free.empty() ? std::string("every proposal is charged")
                               : fmt::format("{} proposals are free",
                                             fmt::join(free, ", ")));
  parts.push_back(protocol.replicates
                      ? "observed values are one replicate's"
                      : "observed values are means of replicates");
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string RungText(const RungSpec& rung) {
  std::string text = rung.fidelity.empty() ? "as stated" : rung.fidelity;
  text += fmt::format(", cost {}", rung.cost_scale);
  if (!rung.cost.empty()) text += " × " + rung.cost;
  return text;
}

void AddProtocol(const ReportProblem& problem, Document* document) {
  std::vector<std::string> items;
  items.push_back(fmt::format(
      "table: {}{} (digest {:.12})", problem.table_title,
      problem.synthetic ? ", SYNTHETIC" : "", problem.table_digest));
  items.push_back(fmt::format(
      "space: {}{}", problem.space_name,
      problem.connected_only ? ", connected architectures only" : ""));
  const uint64_t rows = problem.searched.all_architectures;
  if (rows != 0 && problem.space_size && rows < *problem.space_size) {
    items.push_back(
        fmt::format("the table holds {} of the {} architectures of the space",
                    rows, *problem.space_size));
  }
  if (const Coverage& part = problem.searched; !part.Whole()) {
    items.push_back(fmt::format(
        "part of it: {} of {} architectures, {} of {} networks, those that "
        "are measured; all else is not measured yet",
        part.architectures, part.all_architectures, part.networks,
        part.all_networks));
  }
  for (const auto& named : problem.objectives) {
    items.push_back("observed: " + NamedText(named));
  }
  for (size_t i = 0; i < problem.constraints.size(); ++i) {
    items.push_back(
        fmt::format("constraint: {} {} {}", NamedText(problem.constraints[i]),
                    problem.upper[i] ? "<=" : ">=", problem.bounds[i]));
  }
  for (const auto& named : problem.scores) {
    items.push_back("judged: " + NamedText(named));
  }
  for (const RungSpec& rung : problem.ladder) {
    items.push_back("fidelity: " + RungText(rung));
  }
  items.push_back("budget: " + BudgetText(problem.protocol));
  document->List(std::move(items));
}

// What fronts are measured by, with what it has of the measure.
std::string ReferenceText(const ReportProblem& problem,
                          const ReportMeasure& measure, int decimals) {
  const size_t points = problem.true_front.size();
  if (points == 0) {
    return "; measured by the best of all runs together, since these results "
           "do not hold the true front";
  }
  std::string text = fmt::format("; measured by the true front ({} point{}",
                                 points, points == 1 ? "" : "s");
  if (measure.optimum) text += ", " + Fixed(*measure.optimum, decimals);
  return text + ")";
}

void AddMeasure(const ReportProblem& problem, size_t m, Document* document) {
  const ReportMeasure& measure = problem.measures[m];
  const int decimals = Decimals(problem, m);
  std::string caption = WithUnit(measure.name, measure.unit);
  caption += measure.direction == Direction::kMaximize ? ", higher is better"
                                                       : ", lower is better";
  std::vector<std::string> header = {"strategy", "runs", "mean", "sd",
                                     "95 % interval"};
  if (!measure.score) {
    caption += ReferenceText(problem, measure, decimals);
  } else if (measure.optimum) {
    caption += fmt::format("; the table's optimum is {}",
                           Fixed(*measure.optimum, decimals));
  }
  if (measure.optimum) header.push_back("regret");
  header.insert(header.end(), {"min", "median", "max"});
  std::vector<size_t> order = RankBy(problem, m);
  for (size_t s = 0; s < problem.strategies.size(); ++s) {
    if (std::find(order.begin(), order.end(), s) == order.end()) {
      order.push_back(s);
    }
  }
  std::vector<std::vector<std::string>> rows;
  for (const size_t s : order) {
    const ReportScore& score = problem.strategies[s].scores[m];
    const SampleSummary& value = score.value;
    std::vector<std::string> row = {problem.strategies[s].label,
                                    std::to_string(value.count)};
    if (value.count == 0) {
      row.resize(header.size(), "-");
    } else {
      row.push_back(Fixed(value.mean, decimals));
      row.push_back(value.sd ? Fixed(*value.sd, decimals) : "-");
      row.push_back(value.count > 1
                        ? IntervalText(value.low, value.high, decimals)
                        : "-");
      if (measure.optimum) row.push_back(Fixed(score.regret->mean, decimals));
      row.push_back(Fixed(value.minimum, decimals));
      row.push_back(Fixed(value.median, decimals));
      row.push_back(Fixed(value.maximum, decimals));
    }
    rows.push_back(std::move(row));
  }
  document->Table(std::move(caption), std::move(header), std::move(rows));
}

// Means of the first measure on the way, at one to four counts a decade.
void AddProgress(const ReportProblem& problem, Document* document) {
  if (problem.measures.empty()) return;
  std::vector<std::string> header = {"strategy"};
  std::vector<size_t> points;
  const std::vector<double>& grid = problem.axes[0].grid;
  for (size_t i = 0; i < grid.size(); ++i) {
    const auto count = static_cast<uint64_t>(grid[i]);
    if (!IsCheckpoint(count) && i + 1 < grid.size()) continue;
    points.push_back(i);
    header.push_back(std::to_string(count));
  }
  std::vector<std::vector<std::string>> rows;
  bool some = false;  // means that are not of all runs
  for (const size_t s : problem.ranking) {
    const ReportStrategy& strategy = problem.strategies[s];
    if (strategy.curves.empty()) continue;
    std::vector<std::string> row = {strategy.label};
    const ReportCurve& curve = strategy.curves[0][0];
    const size_t runs = strategy.runs - strategy.failures.size();
    for (const size_t i : points) {
      if (curve.runs[i] == 0) {
        row.push_back("-");
        continue;
      }
      row.push_back(Fixed(curve.mean[i], Decimals(problem, 0)));
      if (curve.runs[i] == runs) continue;
      row.back() += fmt::format(" ({}/{})", curve.runs[i], runs);
      some = true;
    }
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return;
  std::string caption =
      fmt::format("Mean {} of the best observed, by evaluations",
                  WithUnit(problem.measures[0].name, problem.measures[0].unit));
  if (some) {
    caption +=
        "; (m/n): of the m of n runs that have one by then, so such means can "
        "move the wrong way";
  }
  document->Table(std::move(caption), std::move(header), std::move(rows));
}

// Expected evaluations to some of the targets, with the share of runs that
// reach them.
void AddTargets(const ReportProblem& problem, Document* document) {
  // Of the ladder: a half, a tenth and a hundredth of the gap, the best.
  constexpr size_t kShown[] = {3, 10, 20, 21};
  for (size_t m = 0; m < problem.targets.size(); ++m) {
    const std::vector<double>& targets = problem.targets[m];
    if (targets.empty()) continue;
    const int decimals = Decimals(problem, m);
    std::vector<size_t> shown;
    std::vector<std::string> header = {"strategy"};
    for (const size_t t : kShown) {
      if (t >= targets.size()) continue;
      shown.push_back(t);
      header.push_back(Fixed(targets[t], decimals));
    }
    if (shown.empty()) {
      shown.push_back(0);
      header.push_back(Fixed(targets[0], decimals));
    }
    std::vector<std::vector<std::string>> rows;
    for (const size_t s : problem.ranking) {
      const ReportStrategy& strategy = problem.strategies[s];
      if (m >= strategy.hits.size()) continue;
      std::vector<std::string> row = {strategy.label};
      const size_t runs = strategy.runs - strategy.failures.size();
      for (const size_t t : shown) {
        const std::optional<double>& expected = strategy.hits[m].expected[t];
        row.push_back(expected ? fmt::format("{} ({}/{})", Fixed(*expected, 1),
                                             strategy.hits[m].reached[t], runs)
                               : "-");
      }
      rows.push_back(std::move(row));
    }
    if (rows.empty()) continue;
    document->Table(
        fmt::format(
            "Expected evaluations until {} is reached, and in how many "
            "runs it was",
            WithUnit(problem.measures[m].name, problem.measures[m].unit)),
        std::move(header), std::move(rows));
  }
}

// What strategies observed from predictors, how well these rank, and what
// collecting their data and fitting them cost.
void AddSurrogates(const ReportProblem& problem, Document* document) {
  if (problem.surrogates.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const ResultsProblem::Predicted& s : problem.surrogates) {
    rows.push_back(
        {s.metric, s.predictor, s.encoding.empty() ? "-" : s.encoding,
         std::to_string(s.fitted_on), std::to_string(s.source_values),
         std::to_string(s.draws), s.noise ? "yes" : "no",
         s.kendall ? Fixed(*s.kendall, 3) : "-",
         s.mae ? fmt::format("{:.3g}", *s.mae) : "-", Fixed(s.query_seconds, 0),
         fmt::format("{:.3g}", s.fit_seconds)});
  }
  document->Table(
      "Observed from predictors; Kendall tau and MAE against measured values "
      "that they were not fitted on; seconds are charged to every run",
      {"metric", "predictor", "encoding", "fitted on", "of sources", "draws",
       "noise", "Kendall tau", "MAE", "collecting (s)", "fitting (s)"},
      std::move(rows));
}

// Of a p value what matters is its order.
std::string PValue(double p) { return p < 0.0001 ? "<0.0001" : Fixed(p, 4); }

// With a space before it. Percentages differ by points.
std::string DifferenceUnit(const ReportMeasure& measure) {
  if (measure.unit.empty()) return "";
  return measure.unit == "%" ? " points" : " " + measure.unit;
}

std::string Margin(const ReportMeasure& measure) {
  return fmt::format("{:.3g}{}", measure.margin, DifferenceUnit(measure));
}

std::string RelevanceText(const ReportDifference& difference,
                          const ReportMeasure& measure) {
  if (measure.margin <= 0 || difference.pairs < 2) return "-";
  switch (RelevanceOf(difference, measure.margin)) {
    case Relevance::kMatters:
      return "yes, more than " + Margin(measure);
    case Relevance::kEquivalent:
      return "no, less than " + Margin(measure);
    case Relevance::kUnclear:
      break;
  }
  return "unclear at " + Margin(measure);
}

// The difference between two strategies in the first measure, if there is one.
const ReportDifference* FirstDifference(const ReportProblem& problem, size_t a,
                                        size_t b) {
  for (const ReportDifference& d : problem.differences) {
    if (d.measure == 0 && d.a == std::min(a, b) && d.b == std::max(a, b)) {
      return &d;
    }
  }
  return nullptr;
}

void AddDifferences(const ReportProblem& problem, Document* document) {
  if (problem.differences.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const ReportDifference& d : problem.differences) {
    const int decimals = Decimals(problem, d.measure);
    rows.push_back(
        {fmt::format("{} - {}", problem.strategies[d.a].label,
                     problem.strategies[d.b].label),
         problem.measures[d.measure].name, std::to_string(d.pairs),
         Signed(d.mean, decimals),
         d.pairs > 1 ? fmt::format("[{}, {}]", Signed(d.low, decimals),
                                   Signed(d.high, decimals))
                     : "-",
         fmt::format("{}/{}/{}", d.a_wins, d.ties, d.b_wins), PValue(d.holm_p),
         Signed(d.effect, 2),
         d.better ? problem.strategies[*d.better].label : "no clear difference",
         RelevanceText(d, problem.measures[d.measure])});
  }
  document->Table("Differences, paired by repetition. " + std::string(kClear),
                  {"pair", "measure", "pairs", "difference", "95 % interval",
                   "won/tied/lost", "Holm p", "effect", "better", "matters"},
                  std::move(rows));
}

void AddTrials(const ReportProblem& problem, Document* document) {
  std::vector<std::vector<std::string>> rows;
  for (const ReportStrategy& s : problem.strategies) {
    std::vector<std::string> ends;
    for (const auto& [end, count] : s.ends) {
      ends.push_back(fmt::format("{} {}", count, end));
    }
    rows.push_back({s.label, s.id, std::to_string(s.trials),
                    Fixed(s.mean_evaluations, 1),
                    Fixed(s.mean_simulated_seconds, 0),
                    Share(s.repeated, s.trials), Share(s.invalid, s.trials),
                    Share(s.missing, s.trials), Share(s.infeasible, s.trials),
                    fmt::format("{}", fmt::join(ends, ", "))});
  }
  document->Table("Trials (evaluations and simulated seconds per run)",
                  {"strategy", "version", "trials", "evaluations", "seconds",
                   "repeated", "invalid", "missing", "infeasible", "ended by"},
                  std::move(rows));
}

void AddBest(const ReportProblem& problem, Document* document) {
  std::vector<std::vector<std::string>> rows;
  for (const size_t s : problem.ranking) {
    const ReportStrategy& strategy = problem.strategies[s];
    if (strategy.best_architecture.empty()) continue;
    const SampleSummary& value = strategy.scores[0].value;
    const bool high = problem.measures[0].direction == Direction::kMaximize;
    rows.push_back(
        {strategy.label,
         Fixed(high ? value.maximum : value.minimum, Decimals(problem, 0)),
         strategy.best_architecture});
  }
  if (rows.empty()) return;
  document->Table("Best answer of all runs",
                  {"strategy", problem.measures[0].name, "architecture"},
                  std::move(rows));
}

void AddFront(const ReportProblem& problem, Document* document) {
  if (problem.front.empty()) return;
  std::vector<std::string> header;
  for (const auto& named : problem.scores) {
    header.push_back(WithUnit(named.metric, named.unit));
  }
  header.insert(header.end(), {"architectures", "architecture", "found by"});
  std::vector<std::vector<std::string>> rows;
  for (const ReportFrontPoint& point : problem.front) {
    if (rows.size() == kMostLines) break;
    std::vector<std::string> row;
    for (const double value : point.scores) {
      row.push_back(fmt::format("{:.6g}", value));
    }
    row.push_back(std::to_string(point.architectures));
    row.push_back(point.architecture);
    std::vector<std::string> labels;
    for (const size_t s : point.strategies) {
      labels.push_back(problem.strategies[s].label);
    }
    row.push_back(fmt::format("{}", fmt::join(labels, ", ")));
    rows.push_back(std::move(row));
  }
  std::string caption =
      "Non-dominated answers of all runs together, one row a point; of "
      "architectures with equal scores one is named";
  if (rows.size() < problem.front.size()) {
    caption += fmt::format(" (the first {} of {}; the JSON has all)",
                           rows.size(), problem.front.size());
  }
  document->Table(std::move(caption), std::move(header), std::move(rows));
}

void AddFailures(const ReportProblem& problem, Document* document) {
  std::vector<std::vector<std::string>> rows;
  size_t failures = 0;
  for (const ReportStrategy& strategy : problem.strategies) {
    for (const ReportFailure& failure : strategy.failures) {
      ++failures;
      if (rows.size() == kMostLines) continue;
      rows.push_back(
          {strategy.label, std::to_string(failure.repetition), failure.reason});
    }
  }
  if (rows.empty()) return;
  std::string caption = "Failed runs";
  if (rows.size() < failures) {
    caption += fmt::format(" (the first {} of {}; the JSON has all)",
                           rows.size(), failures);
  }
  document->Table(std::move(caption), {"strategy", "repetition", "reason"},
                  std::move(rows));
}

// Folds away what `add` adds, if anything.
void Fold(const std::string& summary, const ReportProblem& problem,
          void (*add)(const ReportProblem& problem, Document* document),
          Document* document) {
  Document inner;
  add(problem, &inner);
  if (inner.Blocks().empty()) return;
  document->BeginDetails(summary);
  document->Append(std::move(inner));
  document->EndDetails();
}

bool HasProgress(const ReportProblem& problem, size_t m) {
  for (const ReportStrategy& strategy : problem.strategies) {
    if (m < strategy.hits.size()) return true;
  }
  return false;
}

std::string FrontCaption(const ReportProblem& problem) {
  std::string caption =
      "Answers that no other dominates, fewer where they lie close; grey: of "
      "several strategies";
  if (problem.scores.size() != 2) return caption;
  caption += ", and what half of each strategy's runs attain";
  if (!problem.true_front.empty()) caption += "; dashed: the true front";
  return caption;
}

// `p` is the problem's position in the report, by which its figures know it.
void AddMeasureFigures(const ReportProblem& problem, size_t p, size_t m,
                       Document* document) {
  const std::string of =
      WithUnit(problem.measures[m].name, problem.measures[m].unit);
  size_t runs = 0;
  for (const ReportStrategy& strategy : problem.strategies) {
    runs += strategy.scores[m].value.count;
  }
  const bool each = runs <= kMostRunsDrawn;
  document->Figure(fmt::format("means {} {}{}", p, m, each ? "" : " range"),
                   of + ": mean and 95 % interval; faint, " +
                       (each ? "each run" : "the range of runs"));
  if (problem.ranking.size() > 1) {
    document->Figure(fmt::format("pairs {} {}", p, m),
                     of + ": repetitions won, tied and lost by the row's "
                          "strategy against the column's");
  }
  if (m == 0 && !problem.front.empty()) {
    document->Figure(fmt::format("front {}", p), FrontCaption(problem));
  }
  if (!HasProgress(problem, m)) return;
  document->Figure(
      fmt::format("anytime {} {}", p, m),
      of + " of the best observed so far: median and quartiles of runs");
  document->Figure(fmt::format("targets {} {}", p, m),
                   "Share of runs and targets reached (ECDF), " + of);
}

void AddFigures(const ReportProblem& problem, size_t p, Document* document) {
  if (problem.ranking.empty()) return;
  AddMeasureFigures(problem, p, 0, document);
  if (problem.measures.size() < 2) return;
  document->BeginDetails("Figures of the other measures");
  for (size_t m = 1; m < problem.measures.size(); ++m) {
    AddMeasureFigures(problem, p, m, document);
  }
  document->EndDetails();
}

void AddProblem(const ReportProblem& problem, size_t p, Document* document) {
  document->Heading(2, fmt::format("{}/{}{}", problem.experiment, problem.name,
                                   problem.synthetic ? " (SYNTHETIC)" : ""));
  document->Paragraph(Finding(problem));
  document->Warnings(problem.warnings);
  for (size_t m = 0; m < problem.measures.size(); ++m) {
    AddMeasure(problem, m, document);
  }
  AddSurrogates(problem, document);
  AddFigures(problem, p, document);
  Fold("Differences, pair by pair", problem, AddDifferences, document);
  Fold("Progress in numbers", problem, AddProgress, document);
  Fold("Expected running time", problem, AddTargets, document);
  Fold("Best answers", problem, AddBest, document);
  Fold("Non-dominated answers", problem, AddFront, document);
  Fold("What was proposed, and how runs ended", problem, AddTrials, document);
  AddFailures(problem, document);
  Fold("Protocol", problem, AddProtocol, document);
}

}  // namespace

int Decimals(const ReportProblem& problem, size_t measure) {
  double worst = 0;
  for (const ReportStrategy& strategy : problem.strategies) {
    const SampleSummary& value = strategy.scores[measure].value;
    if (!value.sd) continue;
    worst = std::max(worst,
                     *value.sd / std::sqrt(static_cast<double>(value.count)));
  }
  if (worst <= 0) return 3;
  const double digits = 1 - std::floor(std::log10(worst));
  return static_cast<int>(std::clamp(digits, 0.0, 8.0));
}

std::string Fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.starts_with('-') &&
      text.find_first_not_of("-0.") == std::string::npos) {
    text.erase(0, 1);
  }
  return text;
}

std::string Signed(double value, int decimals) {
  const std::string text = Fixed(value, decimals);
  return text.starts_with('-') ? text : "+" + text;
}

std::string Share(uint64_t part, uint64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) /
                                     static_cast<double>(whole));
}

std::string Finding(const ReportProblem& problem) {
  const std::string mark = problem.synthetic ? "SYNTHETIC: " : "";
  if (problem.ranking.empty()) {
    return mark + "No run left anything to compare.";
  }
  const ReportMeasure& measure = problem.measures[0];
  const int decimals = Decimals(problem, 0);
  const std::string unit = measure.unit.empty() ? "" : " " + measure.unit;
  const ReportStrategy& first = problem.strategies[problem.ranking[0]];
  std::string text =
      fmt::format("{}{} leads in {} with {}{}", mark, first.label, measure.name,
                  Fixed(first.scores[0].value.mean, decimals), unit);
  if (problem.ranking.size() < 2) return text + "; nothing to compare it with.";
  const size_t a = problem.ranking[0];
  const size_t b = problem.ranking[1];
  const ReportDifference* d = FirstDifference(problem, a, b);
  if (d == nullptr) {
    return text + fmt::format("; it has no repetition in common with {}.",
                              problem.strategies[b].label);
  }
  const double sign = d->a == a ? 1 : -1;
  text += fmt::format(", {}{} from {}", Signed(sign * d->mean, decimals),
                      DifferenceUnit(measure), problem.strategies[b].label);
  if (d->pairs > 1) {
    text += fmt::format(" (95 % interval {} to {} over {} pairs, Holm p {})",
                        Signed(sign > 0 ? d->low : -d->high, decimals),
                        Signed(sign > 0 ? d->high : -d->low, decimals),
                        d->pairs, PValue(d->holm_p));
  }
  text += d->better ? "." : ": no clear difference.";
  std::vector<std::string> behind;
  for (const size_t s : problem.ranking) {
    const ReportDifference* to = FirstDifference(problem, a, s);
    if (to != nullptr && to->better == a) {
      behind.push_back(problem.strategies[s].label);
    }
  }
  const size_t others = problem.ranking.size() - 1;
  if (behind.empty() || (behind.size() == 1 && d->better)) return text;
  if (behind.size() == others) return text + " All others are clearly behind.";
  // Long lists are for the tables.
  if (behind.size() > 4) {
    return text + fmt::format(" Clearly behind: {} of the {} others.",
                              behind.size(), others);
  }
  return text + fmt::format(" Clearly behind: {}.", fmt::join(behind, ", "));
}

std::string DoesItMatter(const ReportProblem& problem) {
  if (problem.ranking.size() < 2) return "-";
  const ReportDifference* d =
      FirstDifference(problem, problem.ranking[0], problem.ranking[1]);
  return d == nullptr ? "-" : RelevanceText(*d, problem.measures[0]);
}

const char* DirectionText(Direction direction) {
  return direction == Direction::kMaximize ? "max" : "min";
}

const char* RelevanceName(Relevance relevance) {
  switch (relevance) {
    case Relevance::kMatters:
      return "matters";
    case Relevance::kEquivalent:
      return "equivalent";
    case Relevance::kUnclear:
      break;
  }
  return "unclear";
}

std::string ReportTitle(const ReportModel& model) {
  if (!model.HasResults()) return "What transfers";
  return model.synthetic ? "hwnas report (SYNTHETIC)" : "hwnas report";
}

namespace {

void AddRanks(const ReportModel& model, Document* document) {
  if (!model.across) return;
  const ReportAcross& across = *model.across;
  document->Paragraph(fmt::format(
      "Friedman's test of mean ranks in each problem's first measure, {} "
      "problems as blocks: chi-squared {:.2f}, p {}. Two strategies whose mean "
      "ranks are less than {:.2f} apart (Nemenyi, 5 %) are not told apart.",
      across.problems, across.statistic, PValue(across.p),
      across.critical_difference));
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < across.labels.size(); ++i) {
    rows.push_back({across.labels[i], Fixed(across.mean_ranks[i], 2)});
  }
  document->Table("Mean ranks (1 is best)", {"strategy", "mean rank"},
                  std::move(rows));
}

void AddAcrossFigures(const ReportModel& model, Document* document) {
  if (model.across) {
    document->Figure("ranks",
                     "Critical-difference diagram: mean ranks over problems; "
                     "bars join strategies that are not told apart");
  }
  if (model.wins && model.wins->labels.size() > 1) {
    document->Figure("wins",
                     "Problems that the row's strategy clearly won, did not "
                     "clearly win or lose, and clearly lost against the "
                     "column's");
  }
}

void AddWins(const ReportModel& model, Document* document) {
  if (!model.wins || model.wins->labels.size() < 2) return;
  const ReportWins& wins = *model.wins;
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < wins.labels.size(); ++i) {
    size_t won = 0;
    size_t lost = 0;
    size_t all = 0;
    for (size_t j = 0; j < wins.labels.size(); ++j) {
      won += wins.wins[i][j];
      lost += wins.wins[j][i];
      all += wins.compared[i][j];
    }
    rows.push_back({wins.labels[i], std::to_string(won),
                    std::to_string(all - won - lost), std::to_string(lost)});
  }
  document->Table(
      "Pairs of strategy and problem, in each first measure",
      {"strategy", "clearly won", "no clear difference", "clearly lost"},
      std::move(rows));
}

// "2 problems, 4 strategies, 160 runs, 28,000 trials."
std::string Extent(const ReportModel& model) {
  std::set<std::string> labels;
  uint64_t runs = 0;
  uint64_t failed = 0;
  uint64_t trials = 0;
  for (const ReportProblem& problem : model.problems) {
    for (const ReportStrategy& strategy : problem.strategies) {
      labels.insert(strategy.label);
      runs += strategy.runs;
      failed += strategy.failures.size();
      trials += strategy.trials;
    }
  }
  const auto count = [](uint64_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  std::string text = fmt::format(
      "{}, {} {}, {}", count(model.problems.size(), "problem"), labels.size(),
      labels.size() == 1 ? "strategy" : "strategies", count(runs, "run"));
  if (failed > 0) text += fmt::format(" ({} failed)", failed);
  return text + fmt::format(", {}.", count(trials, "trial"));
}

void AddResults(const ReportModel& model, Document* document) {
  document->Warnings(model.warnings);
  document->Heading(2, "Summary");
  std::vector<std::string> findings;
  for (const ReportProblem& problem : model.problems) {
    const std::string matters = DoesItMatter(problem);
    findings.push_back(fmt::format("{}/{}: {}", problem.experiment,
                                   problem.name, Finding(problem)));
    if (matters != "-") {
      findings.back() += " Does the lead matter: " + matters + ".";
    }
  }
  document->List(std::move(findings));
  if (model.across || model.wins) document->Heading(2, "Across problems");
  AddAcrossFigures(model, document);
  AddRanks(model, document);
  AddWins(model, document);
  for (size_t p = 0; p < model.problems.size(); ++p) {
    AddProblem(model.problems[p], p, document);
  }
}

std::vector<std::string> Provenance(const ReportModel& model) {
  std::vector<std::string> items;
  if (model.HasResults()) {
    items.push_back(fmt::format("results: digest {}", model.digest));
  }
  for (const ReportExperiment& experiment : model.experiments) {
    items.push_back(fmt::format("experiment: {}, master seed {}",
                                experiment.name, experiment.seed));
  }
  for (const TransferAnswer& study : model.studies) {
    items.push_back(TransferProvenance(study));
  }
  if (!model.HasResults()) return items;
  items.push_back(
      "intervals: percentile bootstrap of the mean over repetitions");
  items.push_back(
      "a difference is clear when its interval excludes 0 and its p value is "
      "below 0.05");
  items.push_back(
      "it matters when it is clear and its whole interval is beyond the "
      "margin, and "
      "does not when two one-sided t tests place it within (5 %)");
  items.push_back(
      "p values: Wilcoxon's signed-rank test, adjusted by Holm over the pairs "
      "of a measure; effect: matched-pairs rank-biserial correlation");
  return items;
}

}  // namespace

Document ReportDocument(const ReportModel& model, const std::string& note) {
  Document document;
  document.Heading(1, ReportTitle(model));
  if (model.HasResults()) document.Paragraph(Extent(model));
  if (!note.empty()) document.Paragraph(note);
  if (model.HasResults()) AddResults(model, &document);
  for (size_t i = 0; i < model.studies.size(); ++i) {
    AddTransfer(model.studies[i], i, &document);
  }
  document.Heading(2, "Provenance");
  document.List(Provenance(model));
  return document;
}

}  // namespace hwnas
