#ifndef HWNAS_DATASETS_NAS_BENCH_MACRO_NAS_BENCH_MACRO_IMPORTER_H_
#define HWNAS_DATASETS_NAS_BENCH_MACRO_NAS_BENCH_MACRO_IMPORTER_H_

#include <memory>

#include "datasets/importer.h"

namespace hwnas {

/// `nas-bench-macro`: the one JSON file of NAS-Bench-Macro (Su et al., CVPR
/// 2021): three test accuracies, params and macs of all 6,561 networks.
std::unique_ptr<Importer> MakeNasBenchMacroImporter();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_NAS_BENCH_MACRO_NAS_BENCH_MACRO_IMPORTER_H_
