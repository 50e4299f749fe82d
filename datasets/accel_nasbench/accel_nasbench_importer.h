#ifndef HWNAS_DATASETS_ACCEL_NASBENCH_ACCEL_NASBENCH_IMPORTER_H_
#define HWNAS_DATASETS_ACCEL_NASBENCH_ACCEL_NASBENCH_IMPORTER_H_

#include <memory>

#include "datasets/importer.h"

namespace hwnas {

/// `accel-nasbench`: the tar.gz of JSON files of Accel-NASBench (Ahmad et al.,
/// 2024): accuracies, costs and six accelerators. An architecture that was
/// trained twice has replicates 0 and 1, in the order of the files' numbers.
std::unique_ptr<Importer> MakeAccelNasbenchImporter();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_ACCEL_NASBENCH_ACCEL_NASBENCH_IMPORTER_H_
