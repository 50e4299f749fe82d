#ifndef HWNAS_DATASETS_NASLIB_NASLIB_IMPORTER_H_
#define HWNAS_DATASETS_NASLIB_NASLIB_IMPORTER_H_

#include <memory>

#include "datasets/importer.h"

namespace hwnas {

/// `naslib`: the pools of architectures with zero-cost scores that come with
/// NASLib (Krishnakumar et al., NeurIPS 2022): of nb101, nb201 and darts. The
/// scores are metrics `score;proxy=NAME`, in the spelling of the source.
std::unique_ptr<Importer> MakeNaslibImporter();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_NASLIB_NASLIB_IMPORTER_H_
