#ifndef HWNAS_BENCH_TRANSFER_STUDY_FILE_H_
#define HWNAS_BENCH_TRANSFER_STUDY_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/experiment.h"
#include "datasets/published_data.h"
#include "predictors/predictor.h"

namespace hwnas {

/// What transfers between platforms: costs on each, one accuracy.
struct PlatformStudySpec {
  ObjectiveSpec accuracy;  // of all fronts and choices
  std::string quantity = "latency";
  /// Ids; empty: every platform of the table with that quantity.
  std::vector<std::string> platforms;
  /// A cost that needs no platform, as a remedy: `macs`. Empty: none.
  std::string proxy;
  /// Limits of choices, as quantiles of a platform's costs, in (0, 1].
  std::vector<double> limits = {0.1, 0.25, 0.5, 0.75};
  /// Devices whose mean correlation is at least this form a cluster.
  double cluster_at = 0.9;
  /// Of the few-shot remedy; 0 samples: it is left out.
  uint64_t samples = 10;
  uint64_t source_architectures = 900;
  uint64_t seed = 1;
};

/// A number known of architectures by which some are chosen.
struct SignalSpec {
  std::string name;
  /// One, or several whose ranks are averaged.
  std::vector<ObjectiveSpec> metrics;
  /// Simulated seconds an architecture: a metric, empty: none; times scale.
  std::string cost;
  double cost_scale = 1;
  /// Left out, and said, where the table does not have enough of it.
  bool optional = false;
};

/// What one training adds over another, of the same architectures.
struct GainSpec {
  std::string name;
  ObjectiveSpec metric;
  ObjectiveSpec over;
};

/// What choosing by one signal is worth by another.
struct SignalStudySpec {
  std::vector<SignalSpec> signals;
  std::vector<SignalSpec> targets;  // one metric each
  std::vector<GainSpec> gains;
  std::vector<uint64_t> top = {1, 10, 100};
  double elite = 0.1;  // share of the target's best, looked at apart
  /// Of architectures that are one effective network, the first alone: where
  /// they share a training, others would count it more than once.
  bool one_per_network = false;
};

/// One data set of a study of several.
struct DataSetSpec {
  std::string name;
  ObjectiveSpec learn;  // what is learnt from: `accuracy:cifar10/val/e200`
  ObjectiveSpec judge;  // what its order is judged by when it is left out
};

/// What predictors that learnt on other data sets know of one.
struct DataSetStudySpec {
  std::vector<DataSetSpec> data_sets;  // three or more
  std::string predictor = "xgboost";
  PredictorOptions options;
  std::string encodings = "one-hot";  // of architectures
  uint64_t networks = 300;  // learnt from, on each data set not left out
  std::vector<uint64_t> samples = {0, 10, 50};  // on the one left out
  uint64_t judged = 2000;                       // networks, at most
  uint64_t draws = 20;
  uint64_t top = 10;
  uint64_t seed = 1;
};

enum class TransferKind : uint8_t { kPlatforms, kSignals, kDataSets };
/// `platforms`, `signals`, `data-sets`.
const char* TransferKindName(TransferKind kind);

/// A transfer study: what is asked of a table. One TOML file, whose keys are
/// listed in bench/transfer/STUDY.md; the answer is a pure function of both.
struct TransferFile {
  std::string name;
  std::string title;
  std::string note;
  /// Where no table is given: published data, or one of the tables that come
  /// with hwnas, as EmbeddedTable() names them (`data = "embedded"`,
  /// `"embedded-transfer"`); empty: none of these.
  PublishedData data;
  std::string embedded_table;
  TransferKind kind = TransferKind::kSignals;
  /// What is asked: the one of the kind.
  PlatformStudySpec platforms;
  SignalStudySpec signals;
  DataSetStudySpec data_sets;

  /// Errors as TomlTable: kUsage with file, line and key.
  static TransferFile ReadFile(const std::string& path);
  static TransferFile ReadText(std::string_view text, const std::string& name);
};

/// The studies that come with the library, by name, sorted.
std::vector<TransferFile> BuiltInTransferFiles();
/// One of them, or a user's own where `name` ends in `.toml`. Error(kUsage)
/// naming the nearest when unknown.
TransferFile FindTransferFile(const std::string& name);

}  // namespace hwnas

#endif  // HWNAS_BENCH_TRANSFER_STUDY_FILE_H_
