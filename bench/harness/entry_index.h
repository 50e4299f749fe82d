#ifndef HWNAS_BENCH_HARNESS_ENTRY_INDEX_H_
#define HWNAS_BENCH_HARNESS_ENTRY_INDEX_H_

#include <cstdint>
#include <vector>

#include "bench/harness/trial_log.h"

namespace hwnas {

/// Finds entries of a growing list by what they are of: architecture and
/// rung, and the replicate too if asked. Open addressing over positions, so
/// that a run of many trials allocates only when it grows. Not thread-safe.
class EntryIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit EntryIndex(bool by_replicate) : by_replicate_(by_replicate) {}

  uint32_t Find(const std::vector<DictionaryEntry>& entries,
                const Architecture& architecture, int rung,
                uint32_t replicate = 0) const;
  /// Find for each of `wanted`. Fetches ahead: faster for a large index than
  /// one by one.
  std::vector<uint32_t> FindAll(
      const std::vector<DictionaryEntry>& entries,
      const std::vector<DictionaryEntry>& wanted) const;
  /// Adds the entry at `position`, which must not be there yet.
  void Insert(const std::vector<DictionaryEntry>& entries, uint32_t position);
  /// Forgets all and adds all of `entries`.
  void Rebuild(const std::vector<DictionaryEntry>& entries);

 private:
  struct Slot {
    uint32_t tag = 0;       // upper half of the hash
    uint32_t position = 0;  // + 1; 0: free
  };

  uint64_t HashOf(const Architecture& architecture, int rung,
                  uint32_t replicate) const;
  uint32_t FindHashed(uint64_t hash,
                      const std::vector<DictionaryEntry>& entries,
                      const Architecture& architecture, int rung,
                      uint32_t replicate) const;
  void Place(uint64_t hash, uint32_t position);

  bool by_replicate_;
  std::vector<Slot> slots_;  // a power of two
  size_t used_ = 0;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_ENTRY_INDEX_H_
