#include "datasets/derive/compress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "datasets/derive/session.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas::derive {
namespace {

constexpr size_t kCalibrationImages = 256;
constexpr double kFineTuningShare = 0.1;  // of the recipe's peak rate
constexpr int kFractions = 32;            // scales that are tried
constexpr int kBins = 1024;               // of a histogram of activations
constexpr float kNarrowest = 1e-30f;      // a histogram; narrower is constant

/// How often values fall where, between the smallest and the largest.
class Histogram {
 public:
  void Widen(std::span<const float> values) {
    for (const float value : values) {
      low_ = std::min(low_, value);
      high_ = std::max(high_, value);
      finite_ = finite_ && std::isfinite(value);
    }
  }
  /// Whether all that was seen is, and how far apart.
  bool Finite() const { return finite_ && std::isfinite(high_ - low_); }
  /// After all was seen by Widen(). 0 need not lie on a bin's middle.
  void Count(std::span<const float> values) {
    if (Constant()) return;
    const float scale = static_cast<float>(kBins) / (high_ - low_);
    for (const float value : values) {
      const int bin = static_cast<int>((value - low_) * scale);
      ++counts_[static_cast<size_t>(std::min(bin, kBins - 1))];
    }
    // Exact zeros, which a ReLU makes many of, cost nothing at any step.
    for (const float value : values) zeros_ += value == 0.0f ? 1 : 0;
  }

  /// Over the fractions of the largest step, the one with the least error.
  Rounding Choose(int bits) const {
    Rounding best;
    if (Constant()) return best;
    double least = 0;
    for (int i = 1; i <= kFractions; ++i) {
      const Rounding tried = Scaled(bits, static_cast<float>(i) / kFractions);
      const double error = Error(tried);
      if (best.step == 0.0f || error < least) {
        best = tried;
        least = error;
      }
    }
    return best;
  }

 private:
  bool Constant() const { return !(high_ - low_ >= kNarrowest); }

  Rounding Scaled(int bits, float fraction) const {
    Rounding rounding;
    rounding.levels = static_cast<float>((1 << bits) - 1);
    rounding.step = fraction * (high_ - low_) / rounding.levels;
    rounding.lowest = std::max(-rounding.levels,
                               std::nearbyint(fraction * low_ / rounding.step));
    return rounding;
  }

  double Error(const Rounding& rounding) const {
    const double width =
        static_cast<double>(high_ - low_) / static_cast<double>(kBins);
    double error = 0;
    for (int bin = 0; bin < kBins; ++bin) {
      const int64_t count = counts_[static_cast<size_t>(bin)];
      if (count == 0) continue;
      const double value = static_cast<double>(low_) + (bin + 0.5) * width;
      const double level =
          std::clamp(std::nearbyint(value / static_cast<double>(rounding.step)),
                     static_cast<double>(rounding.lowest),
                     static_cast<double>(rounding.lowest + rounding.levels));
      const double off = value - level * static_cast<double>(rounding.step);
      const double weighed = static_cast<double>(
          low_ == 0.0f && bin == 0 ? count - zeros_ : count);
      error += weighed * off * off;
    }
    return error;
  }

  float low_ = 0;  // 0 is always inside
  float high_ = 0;
  bool finite_ = true;
  int64_t zeros_ = 0;
  std::array<int64_t, kBins> counts_ = {};
};

class Compressor {
 public:
  Compressor(const Plan& plan, const Recipe& recipe, const ImageSets& data,
             const Kernels& kernels, Workspace* workspace)
      : recipe_(recipe),
        data_(data),
        session_(plan, recipe, kernels, workspace) {
    layers_ = Net().FoldedLayers();
  }

  CompressedNetwork Run(int sparsity, uint64_t seed, int images,
                        std::span<const float> weights) {
    Load(weights);
    CompressedNetwork out;
    if (sparsity > 0) {
      Prune(sparsity);
      if (!FineTune(sparsity, seed, images)) {
        out.diverged = true;
        return out;
      }
    }
    if (!Calibrate()) {
      out.diverged = true;
      return out;
    }
    out.nonzero = CountNonzero();
    for (const int bits : kBitWidths) {
      Quantise(bits);
      out.scores.push_back({session_.CountCorrect(data_.validation),
                            session_.CountCorrect(data_.test)});
    }
    return out;
  }

 private:
  Network& Net() { return session_.Net(); }

  void Load(std::span<const float> weights) {
    const auto parameters = Net().Parameters();
    const auto statistics = Net().Statistics();
    HWNAS_CHECK(weights.size() == parameters.size() + statistics.size());
    Net().Initialize(0, "");  // no momentum of an earlier training
    std::copy_n(weights.begin(), parameters.size(), parameters.begin());
    std::copy_n(weights.begin() + static_cast<long>(parameters.size()),
                statistics.size(), statistics.begin());
  }

  std::span<float> WeightsOf(const Network::FoldedLayer& layer) {
    return Net().Parameters().subspan(
        layer.parameters,
        static_cast<size_t>(layer.outputs) * static_cast<size_t>(layer.each));
  }

  void Prune(int sparsity) {
    pruned_.clear();
    for (const Network::FoldedLayer& layer : layers_) {
      const std::span<float> weights = WeightsOf(layer);
      std::vector<size_t> order(weights.size());
      std::iota(order.begin(), order.end(), size_t{0});
      std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return std::abs(weights[a]) < std::abs(weights[b]);
      });
      const size_t count = weights.size() * static_cast<size_t>(sparsity) / 100;
      for (size_t i = 0; i < count; ++i) {
        pruned_.push_back(layer.parameters + order[i]);
      }
    }
    Mask();
  }

  void Mask() {
    const std::span<float> parameters = Net().Parameters();
    for (const size_t at : pruned_) parameters[at] = 0;
  }

  bool FineTune(int sparsity, uint64_t seed, int images) {
    Rng rng = Rng::FromLabel(
        seed, fmt::format("{}/fine-tune/{}", recipe_.name, sparsity));
    std::vector<uint32_t> order(static_cast<size_t>(images));
    std::iota(order.begin(), order.end(), 0u);
    rng.Shuffle(std::span<uint32_t>(order));
    const auto rate = [&](int i, int n) {
      return kFineTuningShare * recipe_.peak_rate * 0.5 *
             (1 + std::cos(std::numbers::pi * (i + 0.5) / n));
    };
    return session_.Epoch(data_.training, order, &rng, rate,
                          [this] { Mask(); });
  }

  int CountNonzero() {
    int count = 0;
    for (const Network::FoldedLayer& layer : layers_) {
      for (const float weight : WeightsOf(layer)) count += weight != 0 ? 1 : 0;
    }
    return count;
  }

  // What every site reads in the network as it is; false where that is not
  // finite.
  bool Calibrate() {
    Net().PrepareEvaluation();
    // None is rounded, but the head's features are read as they would be.
    Net().SetRounding(
        std::vector<Rounding>(static_cast<size_t>(Net().Sites())));
    histograms_.assign(static_cast<size_t>(Net().Sites()), Histogram());
    const auto see = [&](auto&& what) {
      session_.Evaluate(data_.training, kCalibrationImages, [&](int groups) {
        for (const Network::FoldedLayer& layer : layers_) {
          what(&histograms_[static_cast<size_t>(layer.site)],
               Net().ReadAt(layer.site, groups));
        }
      });
    };
    see([](Histogram* histogram, std::span<const float> values) {
      histogram->Widen(values);
    });
    for (const Histogram& histogram : histograms_) {
      if (!histogram.Finite()) return false;
    }
    see([](Histogram* histogram, std::span<const float> values) {
      histogram->Count(values);
    });
    return true;
  }

  void Quantise(int bits) {
    Net().PrepareEvaluation();
    if (bits == 32) {
      Net().SetRounding({});
      return;
    }
    std::vector<Rounding> rounding(histograms_.size());
    for (const Network::FoldedLayer& layer : layers_) {
      rounding[static_cast<size_t>(layer.site)] =
          histograms_[static_cast<size_t>(layer.site)].Choose(bits);
      for (int output = 0; output < layer.outputs; ++output) {
        RoundWeights(
            Net().FoldedWeights().subspan(
                layer.weights + static_cast<size_t>(output * layer.each),
                static_cast<size_t>(layer.each)),
            bits);
      }
    }
    Net().SetRounding(std::move(rounding));
  }

  const Recipe& recipe_;
  const ImageSets& data_;
  Session session_;
  std::vector<Network::FoldedLayer> layers_;
  std::vector<size_t> pruned_;         // parameters
  std::vector<Histogram> histograms_;  // by site
};

}  // namespace

Rounding ChooseRounding(std::span<const float> values, int bits) {
  HWNAS_CHECK(bits >= 1 && bits <= 8);
  Histogram histogram;
  histogram.Widen(values);
  histogram.Count(values);
  return histogram.Choose(bits);
}

void RoundWeights(std::span<float> weights, int bits) {
  HWNAS_CHECK(bits >= 1 && bits <= 8);
  double sum = 0;
  float largest = 0;
  int nonzero = 0;
  for (const float weight : weights) {
    sum += static_cast<double>(std::abs(weight));
    largest = std::max(largest, std::abs(weight));
    nonzero += weight != 0.0f ? 1 : 0;
  }
  if (nonzero == 0) return;
  if (bits == 1) {
    const auto level = static_cast<float>(sum / nonzero);
    for (float& weight : weights) {
      if (weight != 0.0f) weight = std::copysign(level, weight);
    }
    return;
  }
  const auto most = static_cast<float>((1 << (bits - 1)) - 1);
  const auto round = [most](float weight, float step) {
    return std::clamp(std::nearbyint(weight / step), -most, most) * step;
  };
  float best = 0;
  double least = 0;
  for (int i = 1; i <= kFractions; ++i) {
    const float step = largest / most * static_cast<float>(i) / kFractions;
    double error = 0;
    for (const float weight : weights) {
      const auto off = static_cast<double>(weight - round(weight, step));
      error += off * off;
    }
    if (best == 0.0f || error < least) {
      best = step;
      least = error;
    }
  }
  for (float& weight : weights) weight = round(weight, best);
}

std::vector<CompressedNetwork> Compress(const Plan& plan, const Recipe& recipe,
                                        const ImageSets& data, uint64_t seed,
                                        int images,
                                        std::span<const float> weights,
                                        const Kernels& kernels,
                                        Workspace* workspace) {
  Compressor compressor(plan, recipe, data, kernels, workspace);
  std::vector<CompressedNetwork> out;
  for (const int sparsity : kSparsities) {
    out.push_back(compressor.Run(sparsity, seed, images, weights));
  }
  return out;
}

}  // namespace hwnas::derive
