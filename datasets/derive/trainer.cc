#include "datasets/derive/trainer.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "tabular/error.h"
#include "tabular/rng.h"
#include "tabular/sha256.h"

namespace hwnas::derive {
namespace {

constexpr int kEvaluationGroups = 2;  // stays in the first-level cache

double ThreadSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

// Puts an image into one lane of a batch.
void Scatter(std::span<const float> image, int size, bool flip, float* lane) {
  for (int y = 0; y < size; ++y) {
    const float* row = image.data() + y * size;
    float* to = lane + y * size * kLanes;
    if (flip) {
      for (int x = 0; x < size; ++x) to[x * kLanes] = row[size - 1 - x];
    } else {
      for (int x = 0; x < size; ++x) to[x * kLanes] = row[x];
    }
  }
}

class Trainer {
 public:
  Trainer(const Plan& plan, const Recipe& recipe, const Kernels& kernels,
          Workspace* workspace)
      : recipe_(recipe),
        pixels_(recipe.image_size * recipe.image_size),
        classes_(plan.classes),
        network_(plan, std::max(recipe.batch / kLanes, kEvaluationGroups),
                 kernels, workspace) {
    const size_t groups =
        static_cast<size_t>(std::max(recipe.batch / kLanes, kEvaluationGroups));
    images_ = buffers_.Reserve(
        groups * static_cast<size_t>(pixels_ + classes_) * kLanes);
    scores_ = images_ + groups * static_cast<size_t>(pixels_) * kLanes;
  }

  Training Run(const ImageSets& data, uint64_t seed, int images,
               const StartWeights* weights) {
    Training result;
    const double start = ThreadSeconds();
    network_.Initialize(seed, recipe_.name);
    if (weights != nullptr) Start(*weights);
    Rng order_rng = Rng::FromLabel(seed, fmt::format("{}/order", recipe_.name));
    std::vector<uint32_t> order(static_cast<size_t>(images));
    std::iota(order.begin(), order.end(), 0u);
    for (int epoch = 0; epoch < recipe_.epochs; ++epoch) {
      order_rng.Shuffle(std::span<uint32_t>(order));
      if (!Epoch(data.training, order, epoch, &order_rng)) {
        result.diverged = true;
        break;
      }
      network_.PrepareEvaluation();
      result.validation.push_back(CountCorrect(data.validation));
    }
    if (!result.diverged) result.test = CountCorrect(data.test);
    const auto parameters = network_.Parameters();
    const auto statistics = network_.Statistics();
    result.weights.assign(parameters.begin(), parameters.end());
    result.weights.insert(result.weights.end(), statistics.begin(),
                          statistics.end());
    result.seconds = ThreadSeconds() - start;
    return result;
  }

 private:
  // Parameters are the body's, then the linear layer's.
  void Start(const StartWeights& from) {
    const auto parameters = network_.Parameters();
    const auto statistics = network_.Statistics();
    const size_t body = network_.HeadOffset();
    const size_t head = parameters.size() - body;
    const size_t per_class = head / static_cast<size_t>(classes_);
    const size_t size = from.weights.size();
    const bool fits =
        size > body + statistics.size() &&
        (from.keep_head ? size == parameters.size() + statistics.size()
                        : (size - body - statistics.size()) % per_class == 0);
    if (!fits) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{} values to start from do not fit a network "
                              "of {}",
                              size, parameters.size() + statistics.size()));
    }
    std::copy_n(from.weights.begin(), from.keep_head ? parameters.size() : body,
                parameters.begin());
    std::copy(from.weights.end() - static_cast<long>(statistics.size()),
              from.weights.end(), statistics.begin());
  }

  bool Epoch(const ImageSet& set, std::span<const uint32_t> order, int epoch,
             Rng* rng) {
    const int batches = static_cast<int>(order.size()) / recipe_.batch;
    std::vector<uint8_t> labels(static_cast<size_t>(recipe_.batch));
    for (int b = 0; b < batches; ++b) {
      for (int i = 0; i < recipe_.batch; ++i) {
        const uint32_t image =
            order[static_cast<size_t>(b * recipe_.batch + i)];
        labels[static_cast<size_t>(i)] = set.labels[image];
        const bool flip = recipe_.flip && rng->Next() >> 63 != 0;
        Scatter(set.Image(image), set.size, flip,
                images_ + i / kLanes * pixels_ * kLanes + i % kLanes);
      }
      if (!network_.Step(images_, labels)) return false;
      network_.Update(static_cast<float>(recipe_.Rate(
                          epoch * batches + b, recipe_.epochs * batches)),
                      static_cast<float>(recipe_.momentum),
                      static_cast<float>(recipe_.weight_decay));
    }
    return true;
  }

  int CountCorrect(const ImageSet& set) {
    int correct = 0;
    for (size_t first = 0; first < set.Count();
         first += kEvaluationGroups * kLanes) {
      const size_t count =
          std::min<size_t>(set.Count() - first, kEvaluationGroups * kLanes);
      const int groups = static_cast<int>((count + kLanes - 1) / kLanes);
      for (int i = 0; i < groups * kLanes; ++i) {
        // The rest of the last group repeats the last image.
        const size_t image =
            first + std::min(static_cast<size_t>(i), count - 1);
        Scatter(set.Image(image), set.size, false,
                images_ + i / kLanes * pixels_ * kLanes + i % kLanes);
      }
      network_.Evaluate(images_, groups, scores_);
      for (size_t i = 0; i < count; ++i) {
        const float* score =
            scores_ + i / kLanes * static_cast<size_t>(classes_) * kLanes +
            i % kLanes;
        int best = 0;
        for (int k = 1; k < classes_; ++k) {
          if (score[k * kLanes] > score[best * kLanes]) best = k;
        }
        if (best == set.labels[first + i]) ++correct;
      }
    }
    return correct;
  }

  const Recipe& recipe_;
  int pixels_;
  int classes_;
  Network network_;
  Workspace buffers_;
  float* images_ = nullptr;
  float* scores_ = nullptr;
};

}  // namespace

std::string Training::WeightDigest() const {
  return Sha256Hex({reinterpret_cast<const char*>(weights.data()),
                    weights.size() * sizeof(float)})
      .substr(0, 32);
}

const Kernels& BestKernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return Avx512Kernels();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return Avx2Kernels();
  }
#endif
  return PortableKernels();
}

Training Train(const Plan& plan, const Recipe& recipe, const ImageSets& data,
               uint64_t seed, int images, const Kernels& kernels,
               Workspace* workspace, const StartWeights* start) {
  HWNAS_CHECK(images >= recipe.batch &&
              static_cast<size_t>(images) <= data.training.Count());
  return Trainer(plan, recipe, kernels, workspace)
      .Run(data, seed, images, start);
}

}  // namespace hwnas::derive
