#ifndef HWNAS_DATASETS_HELP_HELP_IMPORTER_H_
#define HWNAS_DATASETS_HELP_HELP_IMPORTER_H_

#include <memory>

#include "datasets/importer.h"

namespace hwnas {

/// `help`: the latencies of HELP (Lee et al., NeurIPS 2021), one `.pt` file a
/// setting: of NAS-Bench-201's 15,625 architectures by published index, or of
/// 5,000 FBNet networks in the order of `arch.pt` (index `help-fbnet`). Paths:
/// the folder of a space (`latency/*.pt` with `str_arch2idx.pt` or `arch.pt`),
/// or single `.pt` files for a table that knows the index already.
std::unique_ptr<Importer> MakeHelpImporter();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_HELP_HELP_IMPORTER_H_
