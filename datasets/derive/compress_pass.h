#ifndef HWNAS_DATASETS_DERIVE_COMPRESS_PASS_H_
#define HWNAS_DATASETS_DERIVE_COMPRESS_PASS_H_

#include <functional>

#include "datasets/derive/derive.h"
#include "datasets/derive/recipe.h"

namespace hwnas::derive {

/// Compresses what Derive() has trained so far of the series that keep their
/// weights, into CompressionPath() files: a row for each trained network; what
/// diverged in training is diverged in all of its row. Weights are those in
/// `weights/`, where they are those of the training's row; else the network is
/// trained again, which must end in them. Options are Derive()'s: `limit`
/// counts networks compressed. Resumable as Derive() is; rows do not depend on
/// threads, shares, kills or order. Errors: those of Derive(); kDisagree when a
/// network trained again ends in other weights, as on another kind of
/// processor.
DeriveProgress CompressTrained(
    const Recipe& recipe, const DeriveOptions& options,
    const std::function<void(const DeriveProgress&)>& progress);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_COMPRESS_PASS_H_
