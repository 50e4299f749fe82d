#ifndef HWNAS_DATASETS_DERIVE_AGREEMENT_H_
#define HWNAS_DATASETS_DERIVE_AGREEMENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/derive/derived_rows.h"
#include "datasets/derive/recipe.h"
#include "tabular/analysis/summary.h"
#include "tabular/architecture.h"
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
  /// The share of one training's variance that is its network's.
  double Share() const;
};

/// What a series is by now, all its networks.
struct SeriesCost {
  uint64_t seed = 0;
  int images = 0;
  size_t trainings = 0;
  size_t diverged = 0;
  double seconds = 0;  // of the processor
};

/// A network among the best, its accuracies means over seeds, in percent.
struct BestCell {
  Architecture architecture;
  int seeds = 0;
  double test = 0;
  double validation = 0;
};

/// What a width and a sparsity do to the networks that were compressed, all
/// compared with themselves at 32 bits and without pruning.
struct CompressionCost {
  int bits = 0;
  int sparsity = 0;
  size_t networks = 0;
  size_t diverged = 0;  // in fine-tuning; in no figure here
  double test = 0;      // mean accuracy, %
  double loss = 0;      // mean of what test accuracy falls by, points
  /// How many networks are better on test, and the largest gain (points; 0
  /// where none is).
  size_t gains = 0;
  double largest_gain = 0;
  /// Of the test accuracies with those of the networks as they were.
  std::optional<double> tau;
};

/// If for each network the compression with the best validation accuracy is
/// taken, of those with fewer bit operations than the network as it was.
struct ChosenCompression {
  size_t networks = 0;
  size_t better_on_validation = 0;
  size_t better_on_test = 0;
  double test_change = 0;  // mean, points
};

struct AgreementReport {
  /// By images, most first, then seed.
  std::vector<SeriesCost> series;
  /// Mean test accuracy over the seeds of each network on the recipe's images,
  /// in percent; nullopt where there is none.
  std::optional<Summary> distribution;
  /// By mean test accuracy, best first; at most five.
  std::vector<BestCell> best;
  /// Test accuracy of two seeds, and validation accuracy of two seeds, after
  /// the last epoch, for every pair of seeds on the same images.
  std::vector<RankAgreement> seeds;
  /// Validation accuracy after each epoch against the test accuracy at the
  /// end of the same training, all seeds together on the recipe's images.
  std::vector<RankAgreement> epochs;
  /// Test accuracy on fewer images against that on all, same seed.
  std::vector<RankAgreement> images;
  std::vector<NoiseShare> noise;
  /// By sparsity, then width.
  std::vector<CompressionCost> compressions;
  std::optional<ChosenCompression> chosen;
  /// Each platform's median latency against macs and against the mean test
  /// accuracy; with several passes also the first against each other.
  std::vector<RankAgreement> latencies;
};

/// A pure function of the rows. Connected networks alone, once each, so that
/// figures are over networks and not over architectures; diverged trainings
/// are left out. Errors: those of IndexRows.
AgreementReport Agreement(const Recipe& recipe, const DerivedRows& rows);

/// What was measured here against a metric of another table, over the connected
/// networks that both have, each by the architecture that stands for it here:
/// published tables have trained and measured every architecture for itself. A
/// latency is compared with the latency of each platform of the rows (first
/// pass), all else with the test accuracy on the recipe's images (the mean over
/// seeds). A latency without a platform means each platform of the other table.
/// The two tables' spaces must have the same decisions (kUsage); the rows'
/// errors are those of IndexRows, the metric's those of Table.
std::vector<RankAgreement> AgreementWith(const Recipe& recipe,
                                         const DerivedRows& rows,
                                         const Table& table,
                                         const Metric& metric);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_AGREEMENT_H_
