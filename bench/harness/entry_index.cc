#include "bench/harness/entry_index.h"

#include <algorithm>
#include <bit>

#include "tabular/rng.h"

namespace hwnas {
namespace {

constexpr size_t kFirstSlots = 64;

}  // namespace

uint64_t EntryIndex::HashOf(const Architecture& architecture, int rung,
                            uint32_t replicate) const {
  const uint64_t rest =
      static_cast<uint64_t>(rung + 1) << 32 | (by_replicate_ ? replicate : 0);
  return Mix64(architecture.Hash() ^ rest);
}

uint32_t EntryIndex::Find(const std::vector<DictionaryEntry>& entries,
                          const Architecture& architecture, int rung,
                          uint32_t replicate) const {
  return FindHashed(HashOf(architecture, rung, replicate), entries,
                    architecture, rung, replicate);
}

std::vector<uint32_t> EntryIndex::FindAll(
    const std::vector<DictionaryEntry>& entries,
    const std::vector<DictionaryEntry>& wanted) const {
  std::vector<uint32_t> found(wanted.size(), kNone);
  if (slots_.empty()) return found;
  const size_t mask = slots_.size() - 1;
  std::vector<uint64_t> hashes;
  hashes.reserve(wanted.size());
  for (const DictionaryEntry& entry : wanted) {
    hashes.push_back(HashOf(entry.architecture, entry.rung, entry.replicate));
    __builtin_prefetch(&slots_[hashes.back() & mask]);
  }
  for (const uint64_t hash : hashes) {
    const uint32_t position = slots_[hash & mask].position;
    if (position != 0) __builtin_prefetch(&entries[position - 1]);
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    found[i] = FindHashed(hashes[i], entries, wanted[i].architecture,
                          wanted[i].rung, wanted[i].replicate);
  }
  return found;
}

uint32_t EntryIndex::FindHashed(uint64_t hash,
                                const std::vector<DictionaryEntry>& entries,
                                const Architecture& architecture, int rung,
                                uint32_t replicate) const {
  if (slots_.empty()) return kNone;
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask; slots_[i].position != 0; i = (i + 1) & mask) {
    if (slots_[i].tag != tag) continue;
    const DictionaryEntry& entry = entries[slots_[i].position - 1];
    if (entry.rung == rung && entry.architecture == architecture &&
        (!by_replicate_ || entry.replicate == replicate)) {
      return slots_[i].position - 1;
    }
  }
  return kNone;
}

void EntryIndex::Insert(const std::vector<DictionaryEntry>& entries,
                        uint32_t position) {
  if (2 * (used_ + 1) > slots_.size()) {
    Rebuild(entries);
    if (position < used_) return;  // the list held it already
  }
  const DictionaryEntry& entry = entries[position];
  Place(HashOf(entry.architecture, entry.rung, entry.replicate), position);
}

void EntryIndex::Rebuild(const std::vector<DictionaryEntry>& entries) {
  slots_.assign(std::max(kFirstSlots, std::bit_ceil(4 * entries.size() + 4)),
                Slot());
  used_ = 0;
  for (uint32_t i = 0; i < entries.size(); ++i) {
    const DictionaryEntry& entry = entries[i];
    Place(HashOf(entry.architecture, entry.rung, entry.replicate), i);
  }
}

void EntryIndex::Place(uint64_t hash, uint32_t position) {
  const size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  while (slots_[i].position != 0) i = (i + 1) & mask;
  slots_[i] = {static_cast<uint32_t>(hash >> 32), position + 1};
  ++used_;
}

}  // namespace hwnas
