#ifndef HWNAS_DATASETS_DERIVE_AUDIT_H_
#define HWNAS_DATASETS_DERIVE_AUDIT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/derive/derive.h"
#include "datasets/derive/recipe.h"
#include "datasets/derive/shard.h"

namespace hwnas::derive {

/// Standard deviation of test accuracy between seeds, in points: over the
/// networks that have several at the same number of images, from their
/// variances, each with its degrees of freedom. 0 when none has. `without`: a
/// network that is left out.
double PooledDeviation(const std::vector<Shard>& shards, int test_images,
                       const Architecture* without = nullptr);

struct AuditedRow {
  uint64_t seed = 0;
  int images = 0;
  ShardRow stored;
  ShardRow retrained;
  bool exact = false;     // every number and the weights' digest
  bool agrees = false;    // both differences within the tolerance
  double difference = 0;  // points of test accuracy, retrained less stored
  double validation_difference = 0;  // the same, after the last epoch
  /// Points: the larger of 3 and five pooled deviations of seeds, of the other
  /// networks, so that a row that was changed does not excuse itself.
  double tolerance = 0;
};

struct AuditReport {
  std::vector<AuditedRow> rows;
  std::string kernels;
  int exact = 0;
  int disagreeing = 0;
};

/// Retrains `count` rows drawn at random by `label` (a commit's hash, say)
/// and compares. Rows are equal to the last bit where vectors fuse multiply
/// and add (all processors since 2013 but for the portable kernels), and
/// within the tolerance elsewhere. `init_from` as in DeriveOptions. Errors:
/// those of Derive and IndexTrainings.
AuditReport Audit(const Recipe& recipe, const std::vector<Shard>& shards,
                  const std::string& data_folder, int count,
                  std::string_view label, const std::string& init_from = "");

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_AUDIT_H_
