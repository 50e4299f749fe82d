#include "datasets/derive/session.h"

#include <algorithm>
#include <vector>

namespace hwnas::derive {
namespace {

constexpr int kEvaluationGroups = 2;  // stays in the first-level cache

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

}  // namespace

Session::Session(const Plan& plan, const Recipe& recipe, const Kernels& kernels,
                 Workspace* workspace)
    : recipe_(recipe),
      pixels_(recipe.image_size * recipe.image_size),
      classes_(plan.classes),
      network_(plan, std::max(recipe.batch / kLanes, kEvaluationGroups),
               kernels, workspace) {
  const size_t groups =
      static_cast<size_t>(std::max(recipe.batch / kLanes, kEvaluationGroups));
  images_ = buffers_.Reserve(groups * static_cast<size_t>(pixels_ + classes_) *
                             kLanes);
  scores_ = images_ + groups * static_cast<size_t>(pixels_) * kLanes;
}

bool Session::Epoch(const ImageSet& set, std::span<const uint32_t> order,
                    Rng* rng, const std::function<double(int i, int n)>& rate,
                    const std::function<void()>& updated) {
  const int batches = static_cast<int>(order.size()) / recipe_.batch;
  std::vector<uint8_t> labels(static_cast<size_t>(recipe_.batch));
  for (int b = 0; b < batches; ++b) {
    for (int i = 0; i < recipe_.batch; ++i) {
      const uint32_t image = order[static_cast<size_t>(b * recipe_.batch + i)];
      labels[static_cast<size_t>(i)] = set.labels[image];
      const bool flip = recipe_.flip && rng->Next() >> 63 != 0;
      Scatter(set.Image(image), set.size, flip,
              images_ + i / kLanes * pixels_ * kLanes + i % kLanes);
    }
    if (!network_.Step(images_, labels)) return false;
    network_.Update(static_cast<float>(rate(b, batches)),
                    static_cast<float>(recipe_.momentum),
                    static_cast<float>(recipe_.weight_decay));
    if (updated) updated();
  }
  return true;
}

size_t Session::EvaluateFrom(const ImageSet& set, size_t first, size_t end,
                             int* groups) {
  const size_t count =
      std::min<size_t>(end - first, kEvaluationGroups * kLanes);
  *groups = static_cast<int>((count + kLanes - 1) / kLanes);
  for (int i = 0; i < *groups * kLanes; ++i) {
    // The rest of the last group repeats the last image.
    const size_t image = first + std::min(static_cast<size_t>(i), count - 1);
    Scatter(set.Image(image), set.size, false,
            images_ + i / kLanes * pixels_ * kLanes + i % kLanes);
  }
  network_.Evaluate(images_, *groups, scores_);
  return count;
}

int Session::CountCorrect(const ImageSet& set) {
  int correct = 0;
  int groups = 0;
  for (size_t first = 0; first < set.Count();) {
    const size_t count = EvaluateFrom(set, first, set.Count(), &groups);
    for (size_t i = 0; i < count; ++i) {
      const float* score = scores_ +
                           i / kLanes * static_cast<size_t>(classes_) * kLanes +
                           i % kLanes;
      int best = 0;
      for (int k = 1; k < classes_; ++k) {
        if (score[k * kLanes] > score[best * kLanes]) best = k;
      }
      if (best == set.labels[first + i]) ++correct;
    }
    first += count;
  }
  return correct;
}

void Session::Evaluate(const ImageSet& set, size_t images,
                       const std::function<void(int groups)>& seen) {
  int groups = 0;
  for (size_t first = 0; first < std::min(images, set.Count());) {
    first += EvaluateFrom(set, first, std::min(images, set.Count()), &groups);
    seen(groups);
  }
}

}  // namespace hwnas::derive
