#include "tabular/analysis/splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <unordered_map>

#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

/// Sets of rows; the least row stands for its set.
class DisjointRows {
 public:
  explicit DisjointRows(size_t rows) : parent_(rows) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }

  uint32_t Find(uint32_t row) {
    while (parent_[row] != row) {
      parent_[row] = parent_[parent_[row]];
      row = parent_[row];
    }
    return row;
  }

  void Join(uint32_t a, uint32_t b) {
    a = Find(a);
    b = Find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

  void JoinEqual(std::span<const uint32_t> labels) {
    std::unordered_map<uint32_t, uint32_t> first;  // only looked up
    for (uint32_t row = 0; row < labels.size(); ++row) {
      Join(first.try_emplace(labels[row], row).first->second, row);
    }
  }

 private:
  std::vector<uint32_t> parent_;
};

void CheckSides(size_t rows, size_t train) {
  if (train > 0 && train < rows) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("a split of {} architectures cannot have {} to "
                          "learn from: leave some on both sides",
                          rows, train));
}

}  // namespace

std::vector<uint32_t> LeakGroups(std::span<const uint32_t> classes,
                                 std::span<const uint32_t> networks) {
  HWNAS_CHECK(classes.size() == networks.size());
  DisjointRows rows(classes.size());
  rows.JoinEqual(classes);
  rows.JoinEqual(networks);
  std::vector<uint32_t> groups(classes.size());
  uint32_t count = 0;
  for (uint32_t row = 0; row < groups.size(); ++row) {
    const uint32_t first = rows.Find(row);
    groups[row] = first == row ? count++ : groups[first];
  }
  return groups;
}

std::vector<uint32_t> GroupFolds(std::span<const uint32_t> groups,
                                 uint32_t folds, uint64_t seed) {
  HWNAS_CHECK(folds > 0);
  std::map<uint32_t, std::vector<size_t>> members;
  for (size_t row = 0; row < groups.size(); ++row) {
    members[groups[row]].push_back(row);
  }
  std::vector<uint32_t> order;
  for (const auto& [group, rows] : members) order.push_back(group);
  Rng rng(seed);
  rng.Shuffle(std::span<uint32_t>(order));
  std::vector<size_t> sizes(folds, 0);
  std::vector<uint32_t> fold_of(groups.size());
  for (const uint32_t group : order) {
    const auto fold = static_cast<uint32_t>(
        std::min_element(sizes.begin(), sizes.end()) - sizes.begin());
    for (const size_t row : members[group]) fold_of[row] = fold;
    sizes[fold] += members[group].size();
  }
  return fold_of;
}

Split MakeSplit(std::span<const uint32_t> groups, size_t train, uint64_t seed,
                uint64_t number) {
  CheckSides(groups.size(), train);
  const uint32_t count = *std::max_element(groups.begin(), groups.end()) + 1;
  std::vector<size_t> sizes(count, 0);
  for (const uint32_t group : groups) ++sizes[group];
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  Rng rng = Rng::FromLabel(seed, "split/" + std::to_string(number));
  rng.Shuffle(std::span<uint32_t>(order));
  std::vector<bool> learnt(count, false);
  size_t room = train;
  for (const uint32_t group : order) {
    if (sizes[group] > room) continue;
    learnt[group] = true;
    room -= sizes[group];
  }
  if (room == train) {
    throw Error(ErrorCode::kUsage,
                fmt::format("no group of networks that belong together is as "
                            "small as {}: learn from more",
                            train));
  }
  Split split;
  for (uint32_t row = 0; row < groups.size(); ++row) {
    (learnt[groups[row]] ? split.train : split.test).push_back(row);
  }
  return split;
}

Split DrawSplit(std::span<const uint32_t> groups, size_t train, uint64_t seed,
                uint64_t number) {
  CheckSides(groups.size(), train);
  std::vector<uint32_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0u);
  Rng rng = Rng::FromLabel(seed, "draw/" + std::to_string(number));
  rng.Shuffle(std::span<uint32_t>(order));
  Split split;
  split.train.assign(order.begin(), order.begin() + static_cast<long>(train));
  std::sort(split.train.begin(), split.train.end());
  const uint32_t count = *std::max_element(groups.begin(), groups.end()) + 1;
  std::vector<bool> learnt(count, false);
  for (const uint32_t row : split.train) learnt[groups[row]] = true;
  for (uint32_t row = 0; row < groups.size(); ++row) {
    if (!learnt[groups[row]]) split.test.push_back(row);
  }
  if (split.test.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("of {} architectures none is left to be judged "
                            "on that is no relative of {} learnt from: learn "
                            "from fewer",
                            groups.size(), train));
  }
  return split;
}

}  // namespace hwnas
