#ifndef HWNAS_BENCH_CLI_DATA_FOLDER_H_
#define HWNAS_BENCH_CLI_DATA_FOLDER_H_

#include <string>

#include "datasets/published_data.h"

namespace hwnas {

/// The path of the table that a file of published figures, or of a study,
/// stands on: `given` where it is not empty, else what `data` says, from
/// $HWNAS_DATA or ../shared/data, kept in the cache. Error(kUsage), naming the
/// command and the file's `name`, when `data` says nothing; else as
/// CachedPublishedData.
std::string TableOfData(const std::string& command, const std::string& name,
                        const PublishedData& data, const std::string& given);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_DATA_FOLDER_H_
