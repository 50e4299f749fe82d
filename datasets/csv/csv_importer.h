#ifndef HWNAS_DATASETS_CSV_CSV_IMPORTER_H_
#define HWNAS_DATASETS_CSV_CSV_IMPORTER_H_

#include <memory>

#include "datasets/importer.h"

namespace hwnas {

/// `csv`: any CSV file, explained by a TOML (datasets/csv/README.md).
std::unique_ptr<Importer> MakeCsvImporter();

}  // namespace hwnas

#endif  // HWNAS_DATASETS_CSV_CSV_IMPORTER_H_
