#include "bench/cli/data_folder.h"

#include <fmt/format.h>

#include <cstdlib>

#include "bench/harness/defaults.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

std::string DataFolder() {
  const char* folder = std::getenv("HWNAS_DATA");
  return folder == nullptr || *folder == '\0' ? "../shared/data" : folder;
}

}  // namespace

std::string TableOfData(const std::string& command, const std::string& name,
                        const PublishedData& data, const std::string& given) {
  if (!given.empty()) return given;
  if (data.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: name the table that '{}' stands on with "
                            "--table",
                            command, Quoted(name)));
  }
  return CachedPublishedData(data, DataFolder(), CacheFolder());
}

}  // namespace hwnas
