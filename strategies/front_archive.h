#ifndef HWNAS_STRATEGIES_FRONT_ARCHIVE_H_
#define HWNAS_STRATEGIES_FRONT_ARCHIVE_H_

#include <cstddef>
#include <vector>

#include "strategies/ranking.h"

namespace hwnas {

/// An unbounded archive of what nothing seen constrained-dominates, in the
/// order of arrival. Copies of a rating are all kept.
class FrontArchive {
 public:
  struct Entry {
    Architecture architecture;
    Rating rating;
    bool explored = false;
  };

  explicit FrontArchive(size_t objectives) : objectives_(objectives) {}

  /// False when a member dominates it; else the members that it dominates are
  /// gone and it is the last.
  bool Add(const Architecture& architecture, const Rating& rating) {
    for (const Entry& entry : entries_) {
      if (ConstrainedDominates(entry.rating, rating, objectives_)) return false;
    }
    std::erase_if(entries_, [&](const Entry& entry) {
      return ConstrainedDominates(rating, entry.rating, objectives_);
    });
    entries_.push_back({architecture, rating, false});
    return true;
  }

  std::vector<Entry>& Entries() { return entries_; }
  const std::vector<Entry>& Entries() const { return entries_; }

 private:
  size_t objectives_;
  std::vector<Entry> entries_;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_FRONT_ARCHIVE_H_
