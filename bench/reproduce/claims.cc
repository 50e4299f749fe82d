#include "bench/reproduce/claims.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include "bench/harness/objective_text.h"
#include "bench/report/wording.h"
#include "bench/transfer/platform_study.h"
#include "bench/transfer/platform_values.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/least_squares.h"
#include "tabular/analysis/ranks.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

constexpr std::array<const char*, 11> kNames = {
    "cost-order",       "costs-together", "sum-order",    "order",
    "two-stage",        "weighted-sums",  "random-needs", "few-shot",
    "operators-differ", "never-gains",    "joint"};

constexpr double kNearlyAll = 0.95;
constexpr size_t kMostNamed = 6;
constexpr size_t kResamples = 200;  // where each costs a sort of the table

std::string Percent(double share) { return Fixed(100 * share, 1) + " %"; }

Metric ParseMetric(const std::string& text) {
  return Metric::Parse(ParseObjective(text).metric);
}

std::shared_ptr<const DenseColumn> LoadText(const Table& table,
                                            const std::string& text) {
  const ObjectiveSpec spec = ParseObjective(text);
  return table.LoadOrCompute(Metric::Parse(spec.metric), spec.source);
}

void Need(bool there, const char* what) {
  if (!there) {
    throw Error(ErrorCode::kUsage,
                fmt::format("reproduce: this check of a claim needs {}", what));
  }
}

PlatformValues LoadValues(const ClaimSpec& spec, const Table& table) {
  Need(!spec.accuracy.metric.empty(), "an accuracy");
  return LoadPlatformValues(table, spec.accuracy, "latency", spec.platforms);
}

void SetMean(const std::vector<double>& values, ClaimAnswer* answer) {
  Rng rng = Rng::FromLabel(1, "reproduce/claim");
  const Interval interval = BootstrapMean(values, rng);
  answer->figure = interval.mean;
  answer->low = interval.low;
  answer->high = interval.high;
}

std::string Range(const ClaimAnswer& answer, int digits) {
  return fmt::format("{} [{}, {}]", Fixed(*answer.figure, digits),
                     Fixed(*answer.low, digits), Fixed(*answer.high, digits));
}

double Rho(const std::vector<double>& x, const std::vector<double>& y) {
  return SpearmanRho(x, y).value_or(0);
}

// By device, the rank correlation of a cost with the latency.
std::vector<double> RhoByDevice(const PlatformValues& values,
                                const std::vector<double>& cost) {
  std::vector<double> rho;
  for (const std::vector<double>& latency : values.costs) {
    rho.push_back(Rho(cost, latency));
  }
  return values.ByDevice(rho);
}

ClaimAnswer CostOrder(const ClaimSpec& spec, const ClaimData& data) {
  Need(spec.metrics.size() == 1, "one metric");
  const PlatformValues values = LoadValues(spec, data.table);
  const std::vector<double> rho = RhoByDevice(
      values, values.Other(data.table, ParseMetric(spec.metrics[0])));
  ClaimCases cases{"devices", {}, {}};
  for (size_t d = 0; d < rho.size(); ++d) {
    cases.Add(rho[d] < spec.holds_at, values.devices[d]);
  }
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  SetMean(rho, &answer);
  answer.reason = fmt::format(
      "rank correlation of {} and latency, mean over devices {}, from {} to "
      "{}; below {}: {}",
      spec.metrics[0], Range(answer, 3),
      Fixed(*std::min_element(rho.begin(), rho.end()), 3),
      Fixed(*std::max_element(rho.begin(), rho.end()), 3), spec.holds_at,
      cases.Text());
  return answer;
}

// Fitted on a random half, the rank correlation on the other.
double HeldOutRho(const std::vector<std::vector<double>>& columns,
                  const std::vector<double>& y,
                  const std::vector<uint8_t>& learn) {
  std::vector<double> x;
  std::vector<double> fitted;
  for (size_t i = 0; i < y.size(); ++i) {
    if (learn[i] == 0) continue;
    for (const std::vector<double>& column : columns) x.push_back(column[i]);
    fitted.push_back(y[i]);
  }
  const auto c = LeastSquares(x, columns.size(), fitted);
  if (!c) return 0;
  std::vector<double> predicted;
  std::vector<double> truth;
  for (size_t i = 0; i < y.size(); ++i) {
    if (learn[i] != 0) continue;
    double sum = (*c)[0];
    for (size_t k = 0; k < columns.size(); ++k) {
      sum += (*c)[k + 1] * columns[k][i];
    }
    predicted.push_back(sum);
    truth.push_back(y[i]);
  }
  return Rho(predicted, truth);
}

ClaimAnswer CostsTogether(const ClaimSpec& spec, const ClaimData& data) {
  Need(!spec.metrics.empty(), "metrics");
  const PlatformValues values = LoadValues(spec, data.table);
  std::vector<std::vector<double>> columns;
  std::vector<std::string> alone;
  for (const std::string& metric : spec.metrics) {
    columns.push_back(values.Other(data.table, ParseMetric(metric)));
    alone.push_back(fmt::format(
        "{} {}", metric, Fixed(Mean(RhoByDevice(values, columns.back())), 3)));
  }
  Rng rng = Rng::FromLabel(1, "reproduce/claim/half");
  std::vector<uint8_t> learn;
  for (size_t i = 0; i < values.rows.size(); ++i) {
    learn.push_back(static_cast<uint8_t>(rng.Below(2)));
  }
  std::vector<double> by_setting;
  for (const std::vector<double>& latency : values.costs) {
    by_setting.push_back(HeldOutRho(columns, latency, learn));
  }
  const std::vector<double> rho = values.ByDevice(by_setting);
  ClaimCases cases{"devices", {}, {}};
  for (size_t d = 0; d < rho.size(); ++d) {
    cases.Add(rho[d] >= spec.holds_at, values.devices[d]);
  }
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  SetMean(rho, &answer);
  answer.reason = fmt::format(
      "rank correlation of latency and its least-squares fit by {}, on the "
      "other half, mean over devices {} (alone: {}); at least {}: {}",
      fmt::join(spec.metrics, " and "), Range(answer, 3),
      fmt::join(alone, ", "), spec.holds_at, cases.Text());
  return answer;
}

// Two metrics of the architectures that have both.
struct Both {
  std::vector<double> x;
  std::vector<double> y;
};

Both LoadBoth(const Table& table, const std::string& x,
              const std::vector<std::string>& sum) {
  const auto first = LoadText(table, x);
  std::vector<std::shared_ptr<const DenseColumn>> columns;
  for (const std::string& text : sum) columns.push_back(LoadText(table, text));
  Both both;
  for (size_t row = 0; row < table.Rows(); ++row) {
    if (!table.Connected(row) || !first->Mean(row).Ok()) continue;
    double y = 0;
    bool all = true;
    for (const auto& column : columns) {
      all = all && column->Mean(row).Ok();
      y += column->Mean(row).value;
    }
    if (!all) continue;
    both.x.push_back(first->Mean(row).value);
    both.y.push_back(y);
  }
  Need(both.x.size() > 1, "architectures with both metrics");
  return both;
}

// The correlation's percentile interval over resampled architectures.
template <typename Correlation>
void SetCorrelation(const std::vector<Both>& all, Correlation correlation,
                    ClaimAnswer* answer) {
  const auto mean = [&](const std::vector<Both>& list) {
    double sum = 0;
    for (const Both& both : list) sum += correlation(both);
    return sum / double(list.size());
  };
  answer->figure = mean(all);
  Rng rng = Rng::FromLabel(1, "reproduce/claim/rows");
  std::vector<double> draws;
  for (size_t r = 0; r < kResamples; ++r) {
    std::vector<Both> list;
    for (const Both& both : all) {
      Both drawn;
      for (size_t i = 0; i < both.x.size(); ++i) {
        const size_t k = rng.Below(both.x.size());
        drawn.x.push_back(both.x[k]);
        drawn.y.push_back(both.y[k]);
      }
      list.push_back(std::move(drawn));
    }
    draws.push_back(mean(list));
  }
  answer->low = Quantile(draws, 0.025);
  answer->high = Quantile(draws, 0.975);
}

ClaimAnswer SumOrder(const ClaimSpec& spec, const ClaimData& data) {
  Need(spec.metrics.size() == 1 && !spec.against.empty(),
       "one metric, and those of the sum");
  const Both both = LoadBoth(data.table, spec.metrics[0], spec.against);
  ClaimAnswer answer;
  SetCorrelation(
      {both}, [](const Both& b) { return Rho(b.x, b.y); }, &answer);
  answer.verdict = *answer.low >= spec.holds_at   ? Verdict::kSupported
                   : *answer.high < spec.holds_at ? Verdict::kRefuted
                                                  : Verdict::kDepends;
  std::vector<std::string> parts;
  for (const std::string& part : spec.against) {
    const Both one = LoadBoth(data.table, spec.metrics[0], {part});
    parts.push_back(fmt::format("{} {}", part, Fixed(Rho(one.x, one.y), 3)));
  }
  answer.reason = fmt::format(
      "rank correlation of {} and the sum of {}: {} over {} architectures; a "
      "good indicator has at least {} (parts: {})",
      spec.metrics[0], fmt::join(spec.against, " and "), Range(answer, 3),
      both.x.size(), spec.holds_at, fmt::join(parts, ", "));
  return answer;
}

Both EliteOf(const Both& both, double share) {
  std::vector<size_t> order = LargestFirst(both.y);
  order.resize(std::max<size_t>(2, size_t(share * double(order.size()))));
  Both elite;
  for (const size_t i : order) {
    elite.x.push_back(both.x[i]);
    elite.y.push_back(both.y[i]);
  }
  return elite;
}

ClaimAnswer Order(const ClaimSpec& spec, const ClaimData& data) {
  Need(!spec.metrics.empty() && spec.metrics.size() == spec.against.size(),
       "as many metrics as those to set against");
  std::vector<Both> all;
  ClaimCases cases{"orders", {}, {}};
  std::vector<std::string> found;
  for (size_t i = 0; i < spec.metrics.size(); ++i) {
    all.push_back(LoadBoth(data.table, spec.metrics[i], {spec.against[i]}));
    const Both elite = EliteOf(all.back(), spec.elite);
    const double whole = Rho(all.back().x, all.back().y);
    const double best = Rho(elite.x, elite.y);
    const std::string name = ParseMetric(spec.against[i]).dataset;
    cases.Add(whole >= spec.holds_at, name + " all");
    cases.Add(best >= spec.holds_at, name + " elite");
    found.push_back(
        fmt::format("{} {} and {}", name, Fixed(whole, 3), Fixed(best, 3)));
  }
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  SetCorrelation(
      all, [](const Both& b) { return Rho(b.x, b.y); }, &answer);
  answer.reason = fmt::format(
      "rank correlation, mean {}; of all and of the best {}: {}; at least {}: "
      "{}",
      Range(answer, 3), Percent(spec.elite), fmt::join(found, ", "),
      spec.holds_at, cases.Text());
  return answer;
}

ClaimAnswer TwoStage(const ClaimSpec& spec, const ClaimData& data) {
  const PlatformValues values = LoadValues(spec, data.table);
  const std::vector<double>& accuracy = values.accuracy;
  std::vector<size_t> order = LargestFirst(accuracy);
  order.resize(std::min<size_t>(order.size(), 100));
  std::vector<double> broken;  // by setting
  size_t none = 0;
  for (const std::vector<double>& cost : values.costs) {
    double share = 0;
    for (const double quantile : spec.limits) {
      const double limit = Quantile(cost, quantile);
      share += cost[order[0]] > limit;
      none += std::none_of(order.begin(), order.end(),
                           [&](uint32_t i) { return cost[i] <= limit; });
    }
    broken.push_back(share / double(spec.limits.size()));
  }
  const std::vector<double> by_device = values.ByDevice(broken);
  ClaimCases cases{"devices", {}, {}};
  for (size_t d = 0; d < by_device.size(); ++d) {
    cases.Add(by_device[d] >= spec.holds_at, values.devices[d]);
  }
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  SetMean(by_device, &answer);
  answer.reason = fmt::format(
      "share of {} limits a device (quantiles of its latency) that the most "
      "accurate network breaks: {}; at least {}: {}. Of its 100 most accurate "
      "none keeps the limit in {} of {} cases",
      spec.limits.size(), Range(answer, 3), spec.holds_at, cases.Text(), none,
      values.costs.size() * spec.limits.size());
  return answer;
}

// Front members, by cost; those that minimise some weighted sum of both
// normalised objectives, copies counted once.
struct Hull {
  size_t front = 0;
  size_t any = 0;     // by any weights
  size_t eleven = 0;  // by eleven evenly spaced ones
  size_t hundred = 0;
};

Hull HullOf(const std::vector<double>& accuracy,
            const std::vector<double>& cost) {
  std::vector<std::pair<double, double>> front;  // cost, -accuracy
  for (const uint32_t i : CostFront(accuracy, cost)) {
    front.emplace_back(cost[i], -accuracy[i]);
  }
  std::sort(front.begin(), front.end());
  front.erase(std::unique(front.begin(), front.end()), front.end());
  Hull out;
  out.front = front.size();
  // Lower convex hull, left to right; collinear points are reached too.
  std::vector<std::pair<double, double>> hull;
  for (const auto& p : front) {
    while (hull.size() >= 2) {
      const auto& a = hull[hull.size() - 2];
      const auto& b = hull.back();
      const double turn = (b.first - a.first) * (p.second - a.second) -
                          (b.second - a.second) * (p.first - a.first);
      if (turn >= 0) break;
      hull.pop_back();
    }
    hull.push_back(p);
  }
  out.any = hull.size();
  const double width = front.back().first - front.front().first;
  const double height = front.front().second - front.back().second;
  const auto sweep = [&](int weights) {
    std::set<size_t> reached;
    for (int w = 0; w < weights; ++w) {
      const double share = double(w) / double(weights - 1);
      size_t best = 0;
      double least = 0;
      for (size_t i = 0; i < front.size(); ++i) {
        const double sum =
            share * front[i].first / std::max(width, 1e-300) +
            (1 - share) * front[i].second / std::max(height, 1e-300);
        if (i > 0 && sum >= least) continue;
        least = sum;
        best = i;
      }
      reached.insert(best);
    }
    return reached.size();
  };
  out.eleven = sweep(11);
  out.hundred = sweep(101);
  return out;
}

ClaimAnswer WeightedSums(const ClaimSpec& spec, const ClaimData& data) {
  const PlatformValues values = LoadValues(spec, data.table);
  std::vector<double> any;
  std::vector<double> eleven;
  std::vector<double> hundred;
  for (const std::vector<double>& cost : values.costs) {
    const Hull hull = HullOf(values.accuracy, cost);
    any.push_back(double(hull.any) / double(hull.front));
    eleven.push_back(double(hull.eleven) / double(hull.front));
    hundred.push_back(double(hull.hundred) / double(hull.front));
  }
  const std::vector<double> by_device = values.ByDevice(any);
  ClaimCases cases{"devices", {}, {}};
  for (size_t d = 0; d < by_device.size(); ++d) {
    cases.Add(by_device[d] < 1, values.devices[d]);
  }
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  SetMean(by_device, &answer);
  answer.reason = fmt::format(
      "share of the true front of accuracy and latency that minimises some "
      "weighted sum: {}; some are missed: {}. One exhaustive run for each of "
      "11 evenly spaced weights finds {} of the front, for each of 101 {}",
      Range(answer, 3), cases.Text(), Percent(Mean(values.ByDevice(eleven))),
      Percent(Mean(values.ByDevice(hundred))));
  return answer;
}

ClaimAnswer FewShotClaim(const ClaimSpec& spec, const ClaimData& data) {
  Need(!spec.accuracy.metric.empty(), "an accuracy");
  PlatformStudySpec study;
  study.accuracy = spec.accuracy;
  study.platforms = spec.platforms;
  const PlatformStudy done = RunPlatformStudy(data.table, study, data.stop);
  const Remedy& cheap = done.remedies.back();
  ClaimCases cases{"devices", {}, {}};
  for (size_t d = 0; d < cheap.lost.size(); ++d) {
    cases.Add(cheap.lost[d] > spec.holds_at, done.devices[d]);
  }
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  SetMean(cheap.lost, &answer);
  answer.reason = fmt::format(
      "accuracies do not depend on the platform, so that latency alone is to "
      "be had again: {} measurements instead of {} ('{}') lose {} of the "
      "front's hypervolume in the mean over devices; more than {}, so that "
      "only the whole process would do: {}. Every accuracy trained again would "
      "cost the same for each device",
      cheap.measurements, done.architectures, cheap.name, Range(answer, 3),
      spec.holds_at, cases.Text());
  return answer;
}

// How often each operator but the last occurs, by architecture. `names` is
// then all operators; what it held before comes first and last.
std::vector<double> OperatorCounts(const Table& table,
                                   const PlatformValues& values,
                                   std::vector<std::string>* names) {
  const auto decisions = table.BaseSpace()->Decisions();
  for (const Decision& decision : decisions) {
    for (const std::string& choice : decision.choices) {
      if (std::find(names->begin(), names->end(), choice) == names->end()) {
        names->insert(names->end() - 1, choice);
      }
    }
  }
  const size_t columns = names->size() - 1;
  std::vector<double> x(values.rows.size() * columns);
  for (size_t i = 0; i < values.rows.size(); ++i) {
    const Architecture& a = table.ArchitectureAt(values.rows[i]);
    for (size_t k = 0; k < decisions.size(); ++k) {
      const auto at =
          std::find(names->begin(), names->end(), decisions[k].choices[a[k]]);
      const auto column = size_t(at - names->begin());
      if (column < columns) ++x[i * columns + column];
    }
  }
  return x;
}

ClaimAnswer Operators(const ClaimSpec& spec, const ClaimData& data) {
  Need(spec.operators.size() == 3, "two operators, and one that is free");
  const PlatformValues values = LoadValues(spec, data.table);
  std::vector<std::string> names = spec.operators;
  const std::vector<double> x = OperatorCounts(data.table, values, &names);
  std::vector<double> log_ratio;  // by setting
  for (size_t i = 0; i < values.costs.size(); ++i) {
    const auto c = LeastSquares(x, names.size() - 1, values.costs[i]);
    if (!c || !((*c)[1] > 0) || !((*c)[2] > 0)) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("reproduce: on {} the operators have no cost "
                              "each by least squares",
                              values.settings[i].id));
    }
    log_ratio.push_back(std::log((*c)[1] / (*c)[2]));
  }
  const std::vector<double> by_device = values.ByDevice(log_ratio);
  ClaimCases cases{"pairs of devices", {}, {}};
  for (size_t a = 0; a < by_device.size(); ++a) {
    for (size_t b = a + 1; b < by_device.size(); ++b) {
      cases.Add(
          std::abs(by_device[a] - by_device[b]) >= std::log(spec.holds_at),
          values.devices[a] + "-" + values.devices[b]);
    }
  }
  const auto [least, most] =
      std::minmax_element(by_device.begin(), by_device.end());
  ClaimAnswer answer;
  answer.verdict = cases.GetVerdict();
  SetMean(by_device, &answer);
  for (auto* value : {&answer.figure, &answer.low, &answer.high}) {
    *value = std::exp(**value);
  }
  answer.reason = fmt::format(
      "{} costs {} times what {} does, geometric mean over devices (least "
      "squares on operator counts), {} on {}, {} on {}; by a factor of at "
      "least {} apart: {}",
      spec.operators[0], Range(answer, 2), spec.operators[1],
      Fixed(std::exp(*least), 2),
      values.devices[size_t(least - by_device.begin())],
      Fixed(std::exp(*most), 2),
      values.devices[size_t(most - by_device.begin())], spec.holds_at,
      cases.Text());
  return answer;
}

ClaimAnswer NeverGains(const ClaimSpec& spec, const ClaimData& data) {
  Need(spec.metrics.size() == 1 && spec.against.size() == 1,
       "one metric and one to set against");
  const auto small = LoadText(data.table, spec.metrics[0]);
  const auto whole = LoadText(data.table, spec.against[0]);
  Need(small->Info().replicates == whole->Info().replicates,
       "columns with the same replicates");
  std::vector<double> shares;  // of an architecture's replicates that gain
  size_t pairs = 0;
  size_t gains = 0;
  size_t clear = 0;
  double most = 0;
  for (size_t row = 0; row < data.table.Rows(); ++row) {
    size_t own = 0;
    size_t up = 0;
    for (size_t r = 0; r < small->Replicates(); ++r) {
      const Value a = small->At(row, r);
      const Value b = whole->At(row, r);
      if (!a.Ok() || !b.Ok()) continue;
      const double gain = a.value - b.value;
      ++own;
      up += gain > 0;
      clear += gain > spec.holds_at;
      most = std::max(most, gain);
    }
    if (own == 0) continue;
    pairs += own;
    gains += up;
    shares.push_back(double(up) / double(own));
  }
  Need(pairs > 0, "architectures with both metrics");
  ClaimAnswer answer;
  answer.verdict = gains == 0 ? Verdict::kSupported : Verdict::kRefuted;
  SetMean(shares, &answer);
  answer.reason = fmt::format(
      "{} of {} trainings are more accurate as {} than as {} (share, mean over "
      "architectures: {}), {} of them by more than {} points, at most by {}; "
      "one that gains refutes a 'never'",
      gains, pairs, spec.metrics[0], spec.against[0], Range(answer, 4), clear,
      spec.holds_at, Fixed(most, 2));
  return answer;
}

}  // namespace

ClaimCheck ParseClaimCheck(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return ClaimCheck(i);
  }
  FailUnknown("check of a claim", std::string(name),
              {kNames.begin(), kNames.end()});
}

Verdict ClaimCases::GetVerdict() const {
  const auto all = double(holds.size() + fails.size());
  if (all == 0) return Verdict::kNotTestable;
  const double share = double(holds.size()) / all;
  if (share >= kNearlyAll) return Verdict::kSupported;
  return share <= 1 - kNearlyAll ? Verdict::kRefuted : Verdict::kDepends;
}

std::string ClaimCases::Text() const {
  std::string text = fmt::format("holds for {} of {} {}", holds.size(),
                                 holds.size() + fails.size(), what);
  if (holds.empty() || fails.empty()) return text;
  const bool name_fails = fails.size() <= holds.size();
  const std::vector<std::string>& names = name_fails ? fails : holds;
  if (names.size() > kMostNamed) return text;
  return text + fmt::format(" ({}: {})", name_fails ? "not" : "these",
                            fmt::join(names, ", "));
}

ClaimAnswer AnswerClaim(const ClaimSpec& spec, const ClaimData& data) {
  switch (spec.check) {
    case ClaimCheck::kCostOrder:
      return CostOrder(spec, data);
    case ClaimCheck::kCostsTogether:
      return CostsTogether(spec, data);
    case ClaimCheck::kSumOrder:
      return SumOrder(spec, data);
    case ClaimCheck::kOrder:
      return Order(spec, data);
    case ClaimCheck::kTwoStage:
      return TwoStage(spec, data);
    case ClaimCheck::kWeightedSums:
      return WeightedSums(spec, data);
    case ClaimCheck::kFewShot:
      return FewShotClaim(spec, data);
    case ClaimCheck::kOperators:
      return Operators(spec, data);
    case ClaimCheck::kNeverGains:
      return NeverGains(spec, data);
    case ClaimCheck::kRandomNeeds:
    case ClaimCheck::kJoint:
      return AnswerFromRuns(spec, data);
  }
  return {};
}

}  // namespace hwnas
