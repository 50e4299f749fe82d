#include "strategies/archive.h"

namespace hwnas {

std::optional<Architecture> SampleUnseen(const SearchSpace& space,
                                         const SeenSet& seen, size_t tries,
                                         Rng& rng) {
  if (seen.Exhausts(space)) return std::nullopt;
  for (size_t i = 0; i < tries; ++i) {
    Architecture sample = space.Sample(rng);
    if (!seen.Contains(sample)) return sample;
  }
  return std::nullopt;
}

}  // namespace hwnas
