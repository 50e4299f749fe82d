#include "bench/transfer/platform_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "bench/predict/table_features.h"
#include "predictors/few_shot.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/hypervolume.h"
#include "tabular/analysis/ranks.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

using Values = std::vector<double>;     // by architecture of the study
using Members = std::vector<uint32_t>;  // positions in it

constexpr double kBeyondNadir = 0.1;  // of the box

class Study {
 public:
  Study(const Table& table, const PlatformStudySpec& spec,
        const std::function<bool()>& stop)
      : table_(table), spec_(spec), stop_(stop) {}

  PlatformStudy Run() {
    Load();
    for (const Values& cost : values_.costs) {
      fronts_.push_back(FrontOf(cost));
      out_.front.push_back(fronts_.back().size());
      boxes_.push_back(BoxOf(cost, fronts_.back()));
    }
    Correlate();
    for (size_t from = 0; from < values_.costs.size(); ++from) {
      Poll();
      for (size_t to = 0; to < values_.costs.size(); ++to) {
        out_.transfers.push_back(TransferOf(from, to));
      }
    }
    GroupDevices();
    Cluster();
    AddRemedies();
    return std::move(out_);
  }

 private:
  // A front's normalised box: hypervolumes in it are shares of one scale.
  struct Box {
    double least_accuracy = 0;
    double accuracy_range = 1;
    double least_cost = 0;
    double cost_range = 1;
    double volume = 0;  // of the platform's own front
  };

  void Poll() const {
    if (stop_ && stop_()) throw Error(ErrorCode::kInterrupted, "interrupted");
  }

  void Load() {
    values_ = LoadPlatformValues(table_, spec_.accuracy, spec_.quantity,
                                 spec_.platforms);
    out_.devices = values_.devices;
    out_.settings = values_.settings;
    out_.architectures = values_.rows.size();
    out_.accuracy = values_.accuracy_metric.Text();
    out_.unit = FindQuantity(values_.accuracy_metric.quantity).unit;
    out_.quantity = spec_.quantity;
    out_.cluster_at = spec_.cluster_at;
    for (size_t i = 0; i < values_.costs.size(); ++i) {
      const auto [low, high] =
          std::minmax_element(values_.costs[i].begin(), values_.costs[i].end());
      if (*low == *high) out_.constant.push_back(i);
    }
  }

  Members FrontOf(const Values& cost) const {
    return CostFront(values_.accuracy, cost);
  }

  Box BoxOf(const Values& cost, const Members& front) const {
    Box box;
    const auto range = [&front](const Values& values, double* least) {
      double low = values[front[0]];
      double high = low;
      for (const uint32_t i : front) {
        low = std::min(low, values[i]);
        high = std::max(high, values[i]);
      }
      *least = low;
      return high > low ? high - low : 1.0;
    };
    box.accuracy_range = range(values_.accuracy, &box.least_accuracy);
    box.cost_range = range(cost, &box.least_cost);
    box.volume = Volume(box, cost, front);
    return box;
  }

  double Volume(const Box& box, const Values& cost,
                const Members& members) const {
    std::vector<double> points;
    for (const uint32_t i : members) {
      points.push_back(1 - (values_.accuracy[i] - box.least_accuracy) /
                               box.accuracy_range);
      points.push_back((cost[i] - box.least_cost) / box.cost_range);
    }
    const std::vector<double> reference(2, 1 + kBeyondNadir);
    return Hypervolume(points, reference);
  }

  // What a choice of architectures loses on a platform against its own front.
  double Lost(size_t setting, const Members& members) const {
    const Box& box = boxes_[setting];
    return std::max(
        0.0, 1 - Volume(box, values_.costs[setting], members) / box.volume);
  }

  void Correlate() {
    std::vector<Values> ranks;
    for (const Values& cost : values_.costs)
      ranks.push_back(AverageRanks(cost));
    const size_t n = values_.costs.size();
    out_.rho.assign(n * n, 1.0);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = i + 1; j < n; ++j) {
        // Without a coefficient (one is constant) nothing is shared.
        const double rho = PearsonR(ranks[i], ranks[j]).value_or(0);
        out_.rho[i * n + j] = rho;
        out_.rho[j * n + i] = rho;
      }
    }
  }

  uint32_t Choose(const Values& cost, double limit) const {
    return MostAccurateWithin(values_.accuracy, cost, limit);
  }

  PlatformTransfer TransferOf(size_t from, size_t to) const {
    PlatformTransfer out;
    out.from = from;
    out.to = to;
    out.hypervolume_lost = Lost(to, fronts_[from]);
    const Values& a = values_.costs[from];
    const Values& b = values_.costs[to];
    double lost = 0;
    double rank = 0;
    size_t kept = 0;
    for (const double quantile : spec_.limits) {
      const double limit_a = Quantile(a, quantile);
      const double limit_b = Quantile(b, quantile);
      const uint32_t chosen = Choose(a, limit_a);
      size_t within = 0;
      size_t both = 0;
      size_t better = 0;
      for (size_t i = 0; i < a.size(); ++i) {
        if (b[i] > limit_b) continue;
        ++within;
        both += a[i] <= limit_a;
        better += values_.accuracy[i] > values_.accuracy[chosen];
      }
      out.recall += double(both) / double(within);
      if (b[chosen] > limit_b) {
        ++out.broken;
        continue;
      }
      ++kept;
      lost += values_.accuracy[Choose(b, limit_b)] - values_.accuracy[chosen];
      rank += double(better + 1);
    }
    const auto limits = double(spec_.limits.size());
    out.recall /= limits;
    out.broken /= limits;
    if (kept > 0) {
      out.accuracy_lost = lost / double(kept);
      out.rank = rank / double(kept);
    }
    return out;
  }

  void GroupDevices() {
    const size_t n = out_.settings.size();
    for (size_t from = 0; from < out_.devices.size(); ++from) {
      for (size_t to = 0; to < out_.devices.size(); ++to) {
        DeviceTransfer sum;
        sum.from = from;
        sum.to = to;
        size_t pairs = 0;
        size_t kept = 0;
        double lost = 0;
        double rank = 0;
        for (const PlatformTransfer& t : out_.transfers) {
          if (t.from == t.to || out_.settings[t.from].device != from ||
              out_.settings[t.to].device != to) {
            continue;
          }
          ++pairs;
          sum.rho += out_.rho[t.from * n + t.to];
          sum.hypervolume_lost += t.hypervolume_lost;
          sum.recall += t.recall;
          sum.broken += t.broken;
          if (t.accuracy_lost) {
            ++kept;
            lost += *t.accuracy_lost;
            rank += *t.rank;
          }
        }
        if (pairs == 0) continue;
        sum.rho /= double(pairs);
        sum.hypervolume_lost /= double(pairs);
        sum.recall /= double(pairs);
        sum.broken /= double(pairs);
        if (kept > 0) {
          sum.accuracy_lost = lost / double(kept);
          sum.rank = rank / double(kept);
        }
        out_.device_transfers.push_back(sum);
      }
    }
  }

  double Linkage(const std::vector<size_t>& a,
                 const std::vector<size_t>& b) const {
    double sum = 0;
    for (const size_t i : a) {
      for (const size_t j : b) sum += out_.Device(i, j)->rho;
    }
    return sum / double(a.size() * b.size());
  }

  void Cluster() {
    auto& clusters = out_.clusters;
    for (size_t i = 0; i < out_.devices.size(); ++i) clusters.push_back({i});
    while (clusters.size() > 1) {
      double best = -2;
      size_t left = 0;
      size_t right = 0;
      for (size_t i = 0; i < clusters.size(); ++i) {
        for (size_t j = i + 1; j < clusters.size(); ++j) {
          const double linkage = Linkage(clusters[i], clusters[j]);
          if (linkage <= best) continue;
          best = linkage;
          left = i;
          right = j;
        }
      }
      if (best < spec_.cluster_at) break;
      clusters[left].insert(clusters[left].end(), clusters[right].begin(),
                            clusters[right].end());
      clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(right));
    }
    for (std::vector<size_t>& cluster : clusters) {
      std::sort(cluster.begin(), cluster.end());
    }
    std::stable_sort(
        clusters.begin(), clusters.end(),
        [](const auto& a, const auto& b) { return a.size() > b.size(); });
  }

  // Settings of the other devices.
  std::vector<size_t> Others(size_t setting) const {
    std::vector<size_t> others;
    for (size_t i = 0; i < out_.settings.size(); ++i) {
      if (out_.settings[i].device != out_.settings[setting].device) {
        others.push_back(i);
      }
    }
    return others;
  }

  void AddRemedies() {
    if (out_.devices.size() < 2) return;
    const size_t n = values_.costs.size();
    std::vector<double> any(n);
    std::vector<double> worst(n);
    std::vector<double> consensus(n);
    for (size_t to = 0; to < n; ++to) {
      const std::vector<size_t> others = Others(to);
      for (const size_t from : others) {
        const double lost = out_.Transfer(from, to).hypervolume_lost;
        any[to] += lost / double(others.size());
        worst[to] = std::max(worst[to], lost);
      }
      consensus[to] = Lost(to, FrontOf(MeanRank(to)));
    }
    AddRemedy("another device's front, mean", 0, any);
    AddRemedy("another device's front, worst", 0, worst);
    AddRemedy("front of the mean rank on the other devices", 0, consensus);
    if (!spec_.proxy.empty()) AddProxy();
    if (spec_.samples > 0) AddMeasured();
  }

  void AddProxy() {
    const Values proxy = values_.Other(table_, Metric::Parse(spec_.proxy));
    const Members front = FrontOf(proxy);
    std::vector<double> lost;
    for (size_t to = 0; to < values_.costs.size(); ++to) {
      lost.push_back(Lost(to, front));
    }
    AddRemedy("front by " + spec_.proxy, 0, lost);
  }

  // Each device once, however many settings it has.
  Values MeanRank(size_t to) const {
    Values mean(values_.rows.size());
    for (const size_t i : Others(to)) {
      const size_t device = out_.settings[i].device;
      const auto settings = double(std::count_if(
          out_.settings.begin(), out_.settings.end(),
          [device](const StudySetting& s) { return s.device == device; }));
      const Values ranks = AverageRanks(values_.costs[i]);
      for (size_t k = 0; k < mean.size(); ++k) mean[k] += ranks[k] / settings;
    }
    return mean;
  }

  // What a few measurements buy: the device most like it by them, and our
  // few-shot transfer.
  void AddMeasured() {
    std::vector<Features> blocks;
    Metric cost;
    cost.quantity = spec_.quantity;
    cost.platform = out_.settings[0].id;
    const std::string dataset = table_.GetColumn(cost).metric.dataset;
    for (const std::string& encoding : FewShotEncodings(*table_.BaseSpace())) {
      blocks.push_back(TableFeatures(table_, encoding, {}, dataset)
                           .features.Select(values_.rows));
    }
    std::vector<uint32_t> all(values_.rows.size());
    std::iota(all.begin(), all.end(), 0u);
    const size_t learnt =
        std::min<size_t>(spec_.source_architectures, values_.rows.size());
    Rng rng = Rng::FromLabel(spec_.seed, "transfer/platforms");
    for (size_t i = 0; i < learnt; ++i) {
      std::swap(all[i], all[i + rng.Below(all.size() - i)]);
    }
    const Members sources(all.begin(),
                          all.begin() + static_cast<std::ptrdiff_t>(learnt));
    std::vector<double> nearest;
    std::vector<double> predicted;
    for (size_t to = 0; to < values_.costs.size(); ++to) {
      Poll();
      MeasureFew(to, blocks, sources, &nearest, &predicted);
    }
    AddRemedy("front of the most alike by these", spec_.samples, nearest);
    AddRemedy("front by our few-shot transfer", spec_.samples, predicted);
  }

  void MeasureFew(size_t to, std::span<const Features> blocks,
                  const Members& sources, std::vector<double>* nearest,
                  std::vector<double>* predicted) const {
    std::vector<Values> values;
    const std::vector<size_t> others = Others(to);
    for (const size_t i : others)
      values.push_back(At(values_.costs[i], sources));
    const FewShot few_shot(blocks, sources, values);
    Rng rng = Rng::FromLabel(spec_.seed,
                             "transfer/platforms/" + out_.settings[to].id);
    const Members measured =
        few_shot.Choose(Sampler::kDOptimal, spec_.samples, sources, rng);
    const Values truth = At(values_.costs[to], measured);
    size_t alike = others[0];
    double best = -2;
    for (const size_t i : others) {
      const double rho =
          SpearmanRho(At(values_.costs[i], measured), truth).value_or(0);
      if (rho <= best) continue;
      best = rho;
      alike = i;
    }
    nearest->push_back(out_.Transfer(alike, to).hypervolume_lost);
    predicted->push_back(
        Lost(to, FrontOf(few_shot.Adapt(measured, truth).mean)));
  }

  static Values At(const Values& values, const Members& members) {
    Values out;
    for (const uint32_t i : members) out.push_back(values[i]);
    return out;
  }

  void AddRemedy(const std::string& name, uint64_t measurements,
                 const std::vector<double>& by_setting) {
    out_.remedies.push_back({name, measurements, values_.ByDevice(by_setting)});
  }

  const Table& table_;
  const PlatformStudySpec& spec_;
  const std::function<bool()>& stop_;
  PlatformStudy out_;
  PlatformValues values_;
  std::vector<Members> fronts_;
  std::vector<Box> boxes_;
};

}  // namespace

const DeviceTransfer* PlatformStudy::Device(size_t from, size_t to) const {
  for (const DeviceTransfer& transfer : device_transfers) {
    if (transfer.from == from && transfer.to == to) return &transfer;
  }
  return nullptr;
}

PlatformStudy RunPlatformStudy(const Table& table,
                               const PlatformStudySpec& spec,
                               const std::function<bool()>& stop) {
  return Study(table, spec, stop).Run();
}

}  // namespace hwnas
