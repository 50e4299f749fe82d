#include "bench/predict/transfer_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "bench/predict/table_features.h"
#include "tabular/analysis/correlation.h"
#include "tabular/number.h"
#include "tabular/search_space.h"

namespace hwnas {
namespace {

constexpr double kNormalQuantile = 1.6448536269514722;

double Since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

// Random `count` of the pool, in the order drawn.
std::vector<uint32_t> Draw(std::vector<uint32_t> pool, size_t count, Rng& rng) {
  count = std::min(count, pool.size());
  for (size_t i = 0; i < count; ++i) {
    std::swap(pool[i], pool[i + rng.Below(pool.size() - i)]);
  }
  pool.resize(count);
  return pool;
}

class Study {
 public:
  Study(const Table& table, const TransferStudySpec& spec)
      : table_(table), spec_(spec) {
    if (spec.sources.empty() || spec.targets.empty()) {
      throw Error(ErrorCode::kUsage,
                  "transfer: name platforms to learn from and platforms to "
                  "predict");
    }
    const std::shared_ptr<const DenseColumn> any = Load(spec.targets[0]);
    NetworkInput input;
    const bool known = FindNetworkInput(any->Info().metric.dataset, &input);
    for (const std::string& encoding :
         FewShotEncodings(*table.BaseSpace(), known)) {
      blocks_.push_back(
          TableFeatures(table, encoding, {}, any->Info().metric.dataset)
              .features);
    }
    if ((spec.sampler == Sampler::kFixed) != spec.reference.has_value()) {
      throw Error(ErrorCode::kUsage,
                  "transfer: the sampler 'fixed' and a reference set go "
                  "together; give both or neither");
    }
    for (const std::string& s : spec.sources) sources_.push_back(Load(s));
    for (const std::string& t : spec.targets) targets_.push_back(Load(t));
    for (uint32_t row = 0; row < table.Rows(); ++row) {
      const auto has = [row](const auto& column) {
        return column->Mean(row).Ok();
      };
      if (!std::ranges::all_of(sources_, has) ||
          !std::ranges::all_of(targets_, has)) {
        continue;
      }
      (InSubset(row) ? subset_ : pool_).push_back(row);
    }
    FindReference();
    const size_t wanted = spec.source_architectures;
    if (pool_.size() < wanted + (spec.subset ? 0 : 10)) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("transfer: {} of {} architectures with values "
                              "everywhere are too many to learn from; ask for "
                              "fewer",
                              wanted, pool_.size()));
    }
  }

  // One draw: the figures of all targets, by number of samples.
  void Run(size_t draw, bool leave_one_out, TransferStudy* study,
           std::vector<std::vector<double>>* rho) {
    Rng rng = Rng::FromLabel(spec_.seed, fmt::format("transfer/draw/{}", draw));
    const std::vector<uint32_t> rows = SourceRows(rng);
    const std::vector<uint32_t> candidates =
        spec_.reference         ? reference_
        : spec_.candidates == 0 ? rows
                                : Draw(rows, spec_.candidates, rng);
    std::vector<uint8_t> used(table_.Rows());
    for (const uint32_t row : rows) used[row] = 1;
    std::vector<uint32_t> scored = subset_;
    if (!spec_.subset) {
      for (const uint32_t row : pool_) {
        if (used[row] == 0) scored.push_back(row);
      }
    }
    study->scored = std::max(study->scored, scored.size());
    TransferDraw& record = study->draws.emplace_back();
    record.learnt = rows;
    record.scored = scored;
    std::optional<FewShot> shared;
    for (size_t t = 0; t < targets_.size(); ++t) {
      if (!shared || leave_one_out) {
        const auto begin = std::chrono::steady_clock::now();
        std::vector<std::vector<double>> values;
        for (size_t s = 0; s < sources_.size(); ++s) {
          if (leave_one_out && s == t) continue;
          values.push_back(Values(*sources_[s], rows));
        }
        shared.emplace(blocks_, rows, values);
        study->seconds_learning += Since(begin);
      }
      for (size_t k = 0; k < spec_.samples.size(); ++k) {
        const auto begin = std::chrono::steady_clock::now();
        Rng own = Rng::FromLabel(
            spec_.seed, fmt::format("transfer/draw/{}/{}/{}", draw,
                                    spec_.targets[t], spec_.samples[k]));
        const std::vector<uint32_t> chosen =
            shared->Choose(spec_.sampler, spec_.samples[k], candidates, own);
        record.samples.push_back({spec_.targets[t], chosen});
        const Predictions p =
            shared->Adapt(chosen, Values(*targets_[t], chosen));
        study->seconds_adapting += Since(begin);
        Score(p, *targets_[t], Kept(*targets_[t], scored),
              &study->figures[k * (targets_.size() + 1) + t]);
        (*rho)[k].push_back(
            study->figures[k * (targets_.size() + 1) + t].spearman.back());
      }
    }
  }

 private:
  std::shared_ptr<const DenseColumn> Load(const std::string& platform) const {
    Metric metric;
    metric.quantity = spec_.quantity;
    metric.platform = platform;
    return table_.Load(table_.GetColumn(metric));
  }

  void FindReference() {
    if (!spec_.reference) return;
    for (const int64_t index : spec_.reference->indices) {
      const std::optional<size_t> row =
          table_.FindAlias(spec_.reference->scheme, std::to_string(index));
      const auto number = static_cast<uint32_t>(row.value_or(0));
      if (!row || std::ranges::find(pool_, number) == pool_.end()) {
        throw Error(ErrorCode::kUsage,
                    fmt::format("transfer: {} {} of the reference set is {}",
                                Quoted(spec_.reference->scheme), index,
                                row ? "scored, or lacks a value on a platform"
                                    : "not in the table"));
      }
      if (std::ranges::find(reference_, number) == reference_.end()) {
        reference_.push_back(number);
      }
    }
  }

  // The reference set and, of the others, as many as are missing.
  std::vector<uint32_t> SourceRows(Rng& rng) const {
    const std::vector<uint32_t> drawn =
        Draw(pool_, spec_.source_architectures, rng);
    std::vector<uint32_t> rows = reference_;
    for (const uint32_t row : drawn) {
      if (rows.size() >= spec_.source_architectures) break;
      if (std::ranges::find(reference_, row) == reference_.end()) {
        rows.push_back(row);
      }
    }
    return rows;
  }

  bool InSubset(uint32_t row) const {
    if (!spec_.subset) return false;
    const auto index =
        TryParseInteger(table_.AliasOf(spec_.subset->scheme, row));
    return index && *index >= spec_.subset->first &&
           *index <= spec_.subset->last;
  }

  static std::vector<double> Values(const DenseColumn& column,
                                    std::span<const uint32_t> rows) {
    std::vector<double> values;
    for (const uint32_t row : rows) values.push_back(column.Mean(row).value);
    return values;
  }

  // The scored rows without a subset's extremes.
  std::vector<uint32_t> Kept(const DenseColumn& column,
                             std::vector<uint32_t> rows) const {
    if (!spec_.subset) return rows;
    std::stable_sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) {
      return column.Mean(a).value < column.Mean(b).value;
    });
    const auto drop = static_cast<long>(
        std::floor(spec_.subset->drop_share * double(rows.size())));
    return {rows.begin() + drop, rows.end() - drop};
  }

  static void Score(const Predictions& p, const DenseColumn& column,
                    const std::vector<uint32_t>& rows, TransferFigure* figure) {
    std::vector<double> predicted;
    const std::vector<double> truth = Values(column, rows);
    size_t held = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      predicted.push_back(p.mean[rows[i]]);
      held +=
          std::abs(predicted[i] - truth[i]) <= kNormalQuantile * p.sd[rows[i]];
    }
    const auto rho = SpearmanRho(predicted, truth);
    if (!rho) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("transfer: values of {} are constant where they "
                              "are scored",
                              figure->target));
    }
    figure->spearman.push_back(*rho);
    figure->coverage += double(held) / double(rows.size());
  }

  const Table& table_;
  const TransferStudySpec& spec_;
  std::vector<Features> blocks_;
  std::vector<std::shared_ptr<const DenseColumn>> sources_;
  std::vector<std::shared_ptr<const DenseColumn>> targets_;
  std::vector<uint32_t> pool_;
  std::vector<uint32_t> subset_;
  std::vector<uint32_t> reference_;
};

TransferStudy RunStudy(const Table& table, const TransferStudySpec& spec,
                       bool leave_one_out, const std::function<bool()>& stop) {
  Study study(table, spec);
  TransferStudy out;
  for (const size_t samples : spec.samples) {
    for (const std::string& target : spec.targets) {
      out.figures.push_back({target, samples, {}, {}, 0});
    }
    out.figures.push_back({"mean", samples, {}, {}, 0});
  }
  for (size_t draw = 0; draw < spec.draws; ++draw) {
    if (stop && stop()) throw Error(ErrorCode::kInterrupted, "interrupted");
    std::vector<std::vector<double>> rho(spec.samples.size());
    study.Run(draw, leave_one_out, &out, &rho);
    for (size_t k = 0; k < spec.samples.size(); ++k) {
      const double sum = std::accumulate(rho[k].begin(), rho[k].end(), 0.0);
      out.figures[(k + 1) * (spec.targets.size() + 1) - 1].spearman.push_back(
          sum / double(rho[k].size()));
    }
  }
  const auto draws = static_cast<double>(spec.draws);
  for (size_t i = 0; i < out.figures.size(); ++i) {
    TransferFigure& figure = out.figures[i];
    figure.coverage /= draws;
    Rng rng = Rng::FromLabel(
        spec.seed,
        fmt::format("transfer/interval/{}/{}", figure.target, figure.samples));
    figure.mean = BootstrapMean(figure.spearman, rng);
  }
  for (size_t k = 0; k < spec.samples.size(); ++k) {
    const size_t begin = k * (spec.targets.size() + 1);
    double sum = 0;
    for (size_t t = 0; t < spec.targets.size(); ++t) {
      sum += out.figures[begin + t].coverage;
    }
    out.figures[begin + spec.targets.size()].coverage =
        sum / double(spec.targets.size());
  }
  out.seconds_learning /= draws;
  out.seconds_adapting /=
      draws * double(spec.targets.size() * spec.samples.size());
  return out;
}

}  // namespace

TransferStudy RunTransferStudy(const Table& table,
                               const TransferStudySpec& spec,
                               const std::function<bool()>& stop) {
  for (const std::string& target : spec.targets) {
    if (std::ranges::find(spec.sources, target) != spec.sources.end()) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("transfer: {} is a source and a target; leave it "
                              "out of one",
                              target));
    }
  }
  return RunStudy(table, spec, false, stop);
}

TransferStudy RunLeaveOneSourceOut(const Table& table,
                                   const TransferStudySpec& spec,
                                   const std::function<bool()>& stop) {
  TransferStudySpec own = spec;
  own.targets = spec.sources;
  if (own.sources.size() < 2) {
    throw Error(ErrorCode::kUsage,
                "transfer: leaving one source out needs two or more");
  }
  return RunStudy(table, own, true, stop);
}

}  // namespace hwnas
