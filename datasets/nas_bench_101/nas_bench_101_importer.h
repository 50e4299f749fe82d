#ifndef HWNAS_DATASETS_NAS_BENCH_101_NAS_BENCH_101_IMPORTER_H_
#define HWNAS_DATASETS_NAS_BENCH_101_NAS_BENCH_101_IMPORTER_H_

#include <memory>

#include "datasets/importer.h"

namespace hwnas {

/// `nas-bench-101`: the TFRecord file of NAS-Bench-101 (Ying et al., ICML
/// 2019), read in a stream: three trainings each of 4, 12, 36 and 108 epochs,
/// evaluated at half time and at the end.
std::unique_ptr<Importer> MakeNasBench101Importer();

/// `nas-bench-101-sample`: a published sample of it as JSON lines (gzipped or
/// not): graph, hash, validation accuracies, params.
std::unique_ptr<Importer> MakeNasBench101SampleImporter();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_NAS_BENCH_101_NAS_BENCH_101_IMPORTER_H_
