#ifndef HWNAS_DATASETS_DERIVE_AGREEMENT_H_
#define HWNAS_DATASETS_DERIVE_AGREEMENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/derive/recipe.h"
#include "datasets/derive/shard.h"
#include "tabular/metric.h"
#include "tabular/table.h"

namespace hwnas::derive {

/// How two things that were measured of the same networks rank them.
struct RankAgreement {
  std::string first;
  std::string second;
  size_t networks = 0;
  /// tau-b and rho; nullopt where undefined.
  std::optional<double> tau;
  std::optional<double> spearman;
};

/// Accuracies, in points, over the networks with several seeds.
struct NoiseShare {
  int images = 0;
  size_t networks = 0;
  double mean = 0;
  /// Of one training about its network's mean (pooled variances).
  double seed_deviation = 0;
  /// Of the networks' own accuracies: the variance of the networks' means
  /// less what seeds contribute to it, not below 0.
  double network_deviation = 0;
};

struct AgreementReport {
  /// Test accuracy of two seeds, and validation accuracy of two seeds, after
  /// the last epoch, for every pair of seeds on the same images.
  std::vector<RankAgreement> seeds;
  /// Validation accuracy after each epoch against the test accuracy at the
  /// end of the same training, all seeds together on the recipe's images.
  std::vector<RankAgreement> epochs;
  /// Test accuracy on fewer images against that on all, same seed.
  std::vector<RankAgreement> images;
  std::vector<NoiseShare> noise;
};

/// A pure function of the rows. Connected networks alone, once each, so that
/// figures are over networks and not over architectures; diverged trainings
/// are left out. Errors: those of CheckRecipe.
AgreementReport Agreement(const Recipe& recipe,
                          const std::vector<Shard>& shards);

/// Test accuracy on the recipe's images (the mean over seeds) against a metric
/// of another table, over the connected networks that both have, each by the
/// architecture that stands for it in the shards: published tables have
/// trained every architecture for itself. The two tables' spaces must have the
/// same decisions (kUsage); the metric's errors are those of Table.
RankAgreement AgreementWith(const Recipe& recipe,
                            const std::vector<Shard>& shards,
                            const Table& table, const Metric& metric);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_AGREEMENT_H_
