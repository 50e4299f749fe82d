#include "bench/transfer/signal_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "bench/harness/objective_text.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/ranks.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

constexpr size_t kFewest = 100;

using ColumnPointer = std::shared_ptr<const DenseColumn>;

// One or several columns; larger is better.
struct Signal {
  std::vector<ColumnPointer> columns;
  std::vector<double> signs;

  bool Has(size_t row) const {
    return std::all_of(
        columns.begin(), columns.end(),
        [row](const ColumnPointer& column) { return column->Mean(row).Ok(); });
  }

  std::vector<double> At(const std::vector<size_t>& rows) const {
    std::vector<double> sum(rows.size());
    for (size_t c = 0; c < columns.size(); ++c) {
      std::vector<double> values;
      for (const size_t row : rows) {
        values.push_back(signs[c] * columns[c]->Mean(row).value);
      }
      if (columns.size() == 1) return values;
      const std::vector<double> ranks = AverageRanks(values);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += ranks[i];
    }
    return sum;
  }
};

Signal LoadSignal(const Table& table, const SignalSpec& spec) {
  Signal signal;
  for (const ObjectiveSpec& metric : spec.metrics) {
    const Metric parsed = Metric::Parse(metric.metric);
    signal.columns.push_back(table.LoadOrCompute(parsed, metric.source));
    signal.signs.push_back(LargerIsBetter(metric) ? 1 : -1);
  }
  return signal;
}

// Of whom the study speaks.
std::vector<size_t> RowsOf(const Table& table, bool one_per_network) {
  std::vector<size_t> rows;
  std::vector<uint8_t> seen(table.EffectiveNetworks());
  for (size_t row = 0; row < table.Rows(); ++row) {
    if (!table.Connected(row)) continue;
    uint8_t& known = seen[table.EffectiveNetwork(row)];
    if (one_per_network && known != 0) continue;
    known = 1;
    rows.push_back(row);
  }
  return rows;
}

std::optional<double> MeanSeconds(const Table& table, const SignalSpec& spec,
                                  const std::vector<size_t>& rows) {
  if (spec.cost.empty()) return std::nullopt;
  const ColumnPointer column = table.LoadOrCompute(Metric::Parse(spec.cost));
  double sum = 0;
  size_t count = 0;
  for (const size_t row : rows) {
    if (!column->Mean(row).Ok()) continue;
    sum += column->Mean(row).value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return spec.cost_scale * sum / double(count);
}

double Optimum(const Signal& target, const std::vector<size_t>& all) {
  std::optional<double> best;
  for (const size_t row : all) {
    if (!target.Has(row)) continue;
    const double value = target.signs[0] * target.columns[0]->Mean(row).value;
    best = best ? std::max(*best, value) : value;
  }
  return best.value_or(0);
}

void CheckEnough(size_t architectures, const std::string& what) {
  if (architectures >= kFewest) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("transfer: {}: {} architectures have both of what is "
                          "compared; a study needs {}",
                          what, architectures, kFewest));
}

// Those of `all` that have both.
std::vector<size_t> RowsOf(const Signal& signal, const Signal& target,
                           const std::vector<size_t>& all) {
  std::vector<size_t> rows;
  for (const size_t row : all) {
    if (signal.Has(row) && target.Has(row)) rows.push_back(row);
  }
  return rows;
}

SignalTransfer Compare(const SignalStudySpec& spec, const Signal& signal,
                       const Signal& target, const std::vector<size_t>& all) {
  const std::vector<size_t> rows = RowsOf(signal, target, all);
  CheckEnough(rows.size(), spec.targets[0].name);
  const std::vector<double> x = signal.At(rows);
  const std::vector<double> y = target.At(rows);
  SignalTransfer out;
  out.architectures = rows.size();
  out.spearman = SpearmanRho(x, y);
  out.kendall = KendallTau(x, y);
  const std::vector<size_t> by_signal = LargestFirst(x);
  const std::vector<size_t> by_target = LargestFirst(y);
  const auto elite = static_cast<size_t>(
      std::max(1.0, std::floor(spec.elite * double(rows.size()))));
  std::vector<uint8_t> chosen(rows.size());
  for (size_t i = 0; i < elite; ++i) chosen[by_signal[i]] = 1;
  std::vector<double> elite_x;
  std::vector<double> elite_y;
  for (size_t i = 0; i < elite; ++i) {
    elite_x.push_back(x[by_target[i]]);
    elite_y.push_back(y[by_target[i]]);
    out.elite_recall += chosen[by_target[i]];
  }
  out.elite_recall /= double(elite);
  out.elite_kendall = KendallTau(elite_x, elite_y);
  for (const uint64_t k : spec.top) {
    double best = y[by_signal[0]];
    for (size_t i = 1; i < std::min<size_t>(k, rows.size()); ++i) {
      best = std::max(best, y[by_signal[i]]);
    }
    SignalChoice choice;
    choice.k = k;
    choice.best = target.signs[0] * best;
    choice.regret = y[by_target[0]] - best;
    choice.rank = 1 + static_cast<uint64_t>(std::count_if(
                          y.begin(), y.end(),
                          [best](double value) { return value > best; }));
    out.choices.push_back(choice);
  }
  return out;
}

// An optional signal; nullopt where the table lacks it, or has not enough of
// it for a target.
std::optional<Signal> LoadOptional(const Table& table, const SignalSpec& spec,
                                   const std::vector<Signal>& targets,
                                   const std::vector<size_t>& rows) {
  std::optional<Signal> signal;
  try {
    signal = LoadSignal(table, spec);
  } catch (const Error& error) {
    if (error.Code() != ErrorCode::kNotFound) throw;
    return std::nullopt;
  }
  const bool enough =
      std::all_of(targets.begin(), targets.end(), [&](const Signal& target) {
        return RowsOf(*signal, target, rows).size() >= kFewest;
      });
  return enough ? signal : std::nullopt;
}

Gain Compare(const Table& table, const GainSpec& spec,
             const std::vector<size_t>& all) {
  const ColumnPointer column = table.LoadOrCompute(
      Metric::Parse(spec.metric.metric), spec.metric.source);
  const ColumnPointer other =
      table.LoadOrCompute(Metric::Parse(spec.over.metric), spec.over.source);
  Gain gain;
  gain.name = spec.name;
  gain.unit = FindQuantity(column->Info().metric.quantity).unit;
  std::vector<double> of;
  std::vector<double> over;
  for (const size_t row : all) {
    if (!column->Mean(row).Ok() || !other->Mean(row).Ok()) continue;
    of.push_back(column->Mean(row).value);
    over.push_back(other->Mean(row).value);
    gain.higher += of.back() > over.back() ? 1 : 0;
  }
  CheckEnough(of.size(), spec.name);
  gain.architectures = of.size();
  gain.higher /= double(of.size());
  gain.mean = Mean(of);
  gain.over = Mean(over);
  Rng rng = Rng::FromLabel(0, "transfer/gain/" + spec.name);
  gain.difference = BootstrapPairedDifference(of, over, rng);
  return gain;
}

}  // namespace

SignalStudy RunSignalStudy(const Table& table, const SignalStudySpec& spec) {
  SignalStudy out;
  out.elite = spec.elite;
  const std::vector<size_t> rows = RowsOf(table, spec.one_per_network);
  std::vector<Signal> targets;
  for (const SignalSpec& target : spec.targets) {
    targets.push_back(LoadSignal(table, target));
    out.targets.push_back(target.name);
    out.units.push_back(
        FindQuantity(targets.back().columns[0]->Info().metric.quantity).unit);
    out.optimum.push_back(targets.back().signs[0] *
                          Optimum(targets.back(), rows));
  }
  for (const SignalSpec& named : spec.signals) {
    const std::optional<Signal> signal =
        named.optional ? LoadOptional(table, named, targets, rows)
                       : LoadSignal(table, named);
    if (!signal) {
      out.left_out.push_back(named.name);
      continue;
    }
    out.signals.push_back(named.name);
    out.seconds.push_back(MeanSeconds(table, named, rows));
    for (size_t t = 0; t < targets.size(); ++t) {
      SignalTransfer transfer = Compare(spec, *signal, targets[t], rows);
      transfer.signal = out.signals.size() - 1;
      transfer.target = t;
      out.transfers.push_back(std::move(transfer));
    }
  }
  for (const GainSpec& gain : spec.gains) {
    out.gains.push_back(Compare(table, gain, rows));
  }
  return out;
}

}  // namespace hwnas
