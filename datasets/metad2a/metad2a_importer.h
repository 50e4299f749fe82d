#ifndef HWNAS_DATASETS_METAD2A_METAD2A_IMPORTER_H_
#define HWNAS_DATASETS_METAD2A_METAD2A_IMPORTER_H_

#include <memory>

#include "datasets/importer.h"

namespace hwnas {

/// `metad2a`: the candidates that MetaD2A (Lee et al., ICLR 2021) generated, as
/// HELP publishes them: nb201 architectures with the CIFAR-100 test accuracy
/// that they were selected by.
std::unique_ptr<Importer> MakeMetaD2aImporter();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_METAD2A_METAD2A_IMPORTER_H_
