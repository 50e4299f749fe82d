#ifndef HWNAS_STRATEGIES_ARCHIVE_H_
#define HWNAS_STRATEGIES_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>

#include "tabular/architecture.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas {

/// Architectures that were proposed. Membership only: nothing iterates it.
class SeenSet {
 public:
  /// True when it was not there yet.
  bool Insert(const Architecture& architecture) {
    return seen_.insert(architecture).second;
  }
  void Erase(const Architecture& architecture) { seen_.erase(architecture); }
  bool Contains(const Architecture& architecture) const {
    return seen_.contains(architecture);
  }
  size_t size() const { return seen_.size(); }

  /// Every architecture of a space of known size is there.
  bool Exhausts(const SearchSpace& space) const {
    const std::optional<uint64_t> size = space.Size();
    return size && seen_.size() >= *size;
  }

 private:
  std::unordered_set<Architecture, ArchitectureHash> seen_;
};

/// A sample that is not in `seen`, by rejection; nullopt after `tries`
/// repeats in a row, or at once when the space is exhausted.
std::optional<Architecture> SampleUnseen(const SearchSpace& space,
                                         const SeenSet& seen, size_t tries,
                                         Rng& rng);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_ARCHIVE_H_
