#ifndef HWNAS_BENCH_PREDICT_TRANSFER_STUDY_H_
#define HWNAS_BENCH_PREDICT_TRANSFER_STUDY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "predictors/few_shot.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/table.h"

namespace hwnas {

/// A range of published indices on which alone predictions are scored.
struct ScoredSubset {
  std::string scheme;       // `nas-bench-201`
  int64_t first = 0;        // inclusive
  int64_t last = 0;         // inclusive
  double drop_share = 0.1;  // of each target's fastest, and of its slowest
};

/// Architectures that are measured on every target, by published index. They
/// are source architectures in every draw.
struct ReferenceSet {
  std::string scheme;  // `nas-bench-201`
  std::vector<int64_t> indices;
};

/// How well few-shot transfer orders architectures on platforms that it has
/// few measurements of. Each draw has its own source architectures, of which
/// each target's samples are; all others are scored. So neither source nor
/// target values of a scored architecture are ever read.
struct TransferStudySpec {
  std::string quantity = "latency";
  std::vector<std::string> sources;  // platforms
  std::vector<std::string> targets;
  size_t source_architectures = 900;
  /// Source architectures, drawn at random, that samples are chosen of; 0 or
  /// more than there are: all.
  size_t candidates = 0;
  std::vector<size_t> samples = {10};
  Sampler sampler = Sampler::kDOptimal;
  size_t draws = 20;
  uint64_t seed = 1;
  /// Source architectures are then drawn outside it.
  std::optional<ScoredSubset> subset;
  /// The samples, in this order, of the sampler `fixed` and no other.
  std::optional<ReferenceSet> reference;
};

struct TransferFigure {
  std::string target;  // platform; `mean` over all targets
  size_t samples = 0;
  std::vector<double> spearman;  // by draw
  Interval mean;                 // 95 %, bootstrapped over draws
  double coverage = 0;           // of the 90 % interval, mean over draws
};

/// What one draw read, by row of the table: others who take the same rows can
/// be compared.
struct TransferDraw {
  std::vector<uint32_t> learnt;  // on each source platform
  std::vector<uint32_t> scored;  // of a subset before extremes are dropped
  struct Samples {
    std::string target;
    std::vector<uint32_t> rows;  // in the order chosen
  };
  std::vector<Samples> samples;  // by target, then number of samples
};

struct TransferStudy {
  size_t scored = 0;  // architectures, at most, in a draw
  /// By number of samples, then by target as in the spec, then `mean`.
  std::vector<TransferFigure> figures;
  std::vector<TransferDraw> draws;
  double seconds_learning = 0;  // per draw: from the sources
  double seconds_adapting = 0;  // per target: choosing and predicting all
};

/// `stop` is polled between draws: Error(kInterrupted) when true. Draws are
/// fixed by the seed. Error(kUsage): a platform that is source and target, too
/// few architectures, a reference set that is not in the table or lacks values;
/// Error(kNotFound): a platform without that quantity.
TransferStudy RunTransferStudy(const Table& table,
                               const TransferStudySpec& spec,
                               const std::function<bool()>& stop = {});

/// The same with each source in turn as the target of the others: what
/// choices of the method may be based on. Figures: one for each source and
/// `mean`.
TransferStudy RunLeaveOneSourceOut(const Table& table,
                                   const TransferStudySpec& spec,
                                   const std::function<bool()>& stop = {});

}  // namespace hwnas

#endif  // HWNAS_BENCH_PREDICT_TRANSFER_STUDY_H_
