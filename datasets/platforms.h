#ifndef HWNAS_DATASETS_PLATFORMS_H_
#define HWNAS_DATASETS_PLATFORMS_H_

#include <string>

#include "datasets/importer.h"

namespace hwnas {

/// Adds the platform of this id as KnownPlatforms() describes it; one that is
/// not known is added by its name alone, which the report says.
void AddPlatformById(const std::string& id, TableWriter& writer,
                     ImportReport* report);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_PLATFORMS_H_
