#ifndef HWNAS_TABULAR_ANALYSIS_SPLITS_H_
#define HWNAS_TABULAR_ANALYSIS_SPLITS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hwnas {

/// Groups that no split may divide: rows that share a class or a network,
/// directly or through other rows. `classes` and `networks` are labels by row
/// (SearchSpace::Canonical, Table::EffectiveNetwork): neither is finer than
/// the other, since a class may hold several networks and cells of several
/// classes may be one network. Returns a group a row, numbered by first row.
std::vector<uint32_t> LeakGroups(std::span<const uint32_t> classes,
                                 std::span<const uint32_t> networks);

/// Rows to learn from and rows to be judged on, both ascending; no group has
/// rows in both.
struct Split {
  std::vector<uint32_t> train;
  std::vector<uint32_t> test;
};

/// The `number`-th of the frozen splits of a seed. Groups are drawn one after
/// the other, and each that still fits joins the training rows until there
/// are `train` of them; it stays below only where no group fits any more.
/// Every row is in one of both. Large groups are thus test rows more often
/// than not: where few rows are learnt from, they are no fair sample (of 100
/// cells of nb201 they have 0.7 edges that are `none`, all have 1.9); take
/// DrawSplit. Deterministic; a split does not depend on how many others there
/// are. Error(kUsage) unless 0 < train < rows, or when no group fits.
Split MakeSplit(std::span<const uint32_t> groups, size_t train, uint64_t seed,
                uint64_t number);

/// `train` rows drawn uniformly to learn from; those to be judged on are the
/// rows of all groups that none was drawn of. The others are in neither.
/// Otherwise as MakeSplit. Error(kUsage) unless 0 < train < rows, or when no
/// group is left to be judged on.
Split DrawSplit(std::span<const uint32_t> groups, size_t train, uint64_t seed,
                uint64_t number);

/// A fold (0 .. folds - 1) for each row, all of a group in the same: groups in
/// random order, each to the fold that has fewest rows. Deterministic.
/// `folds` > 0.
std::vector<uint32_t> GroupFolds(std::span<const uint32_t> groups,
                                 uint32_t folds, uint64_t seed);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_ANALYSIS_SPLITS_H_
