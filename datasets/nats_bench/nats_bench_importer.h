#ifndef HWNAS_DATASETS_NATS_BENCH_NATS_BENCH_IMPORTER_H_
#define HWNAS_DATASETS_NATS_BENCH_NATS_BENCH_IMPORTER_H_

#include <memory>

#include "datasets/importer.h"

namespace hwnas {

/// `nats-bench`: the archives of NATS-Bench (Dong et al., TPAMI 2021), a folder
/// of bz2 pickles, one an architecture: all curves, times and seeds of both
/// the topology space (nb201) and the size space (nats-sss).
///
/// Names: `cifar10-valid` is CIFAR-10 trained on half of the training set. Its
/// validation accuracy and train seconds are the plain metrics (only it has
/// the one, and published tables mean its other); its test and train figures
/// have `;train=half`, and the train seconds of the whole `;train=whole`.
/// `ori-test` of CIFAR-100 and ImageNet16-120 is the union of validation and
/// test sets: split valtest. Epoch 12 of a training of 200 is `e12of200`.
std::unique_ptr<Importer> MakeNatsBenchImporter();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_NATS_BENCH_NATS_BENCH_IMPORTER_H_
