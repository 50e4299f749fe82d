#include "datasets/derive/trainer.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "datasets/derive/session.h"
#include "tabular/error.h"
#include "tabular/rng.h"
#include "tabular/sha256.h"

namespace hwnas::derive {
namespace {

double ThreadSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

// Parameters are the body's, then the linear layer's.
void StartFrom(const StartWeights& from, Network* network) {
  const auto parameters = network->Parameters();
  const auto statistics = network->Statistics();
  const size_t body = network->HeadOffset();
  const size_t head = parameters.size() - body;
  const size_t per_class =
      head / static_cast<size_t>(network->GetPlan().classes);
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
  const double begin = ThreadSeconds();
  Session session(plan, recipe, kernels, workspace);
  Network& network = session.Net();
  Training result;
  network.Initialize(seed, recipe.name);
  if (start != nullptr) StartFrom(*start, &network);
  Rng order_rng = Rng::FromLabel(seed, fmt::format("{}/order", recipe.name));
  std::vector<uint32_t> order(static_cast<size_t>(images));
  std::iota(order.begin(), order.end(), 0u);
  for (int epoch = 0; epoch < recipe.epochs; ++epoch) {
    order_rng.Shuffle(std::span<uint32_t>(order));
    const auto rate = [&](int i, int n) {
      return recipe.Rate(epoch * n + i, recipe.epochs * n);
    };
    if (!session.Epoch(data.training, order, &order_rng, rate)) {
      result.diverged = true;
      break;
    }
    network.PrepareEvaluation();
    result.validation.push_back(session.CountCorrect(data.validation));
  }
  if (!result.diverged) result.test = session.CountCorrect(data.test);
  const auto parameters = network.Parameters();
  const auto statistics = network.Statistics();
  result.weights.assign(parameters.begin(), parameters.end());
  result.weights.insert(result.weights.end(), statistics.begin(),
                        statistics.end());
  result.seconds = ThreadSeconds() - begin;
  return result;
}

}  // namespace hwnas::derive
