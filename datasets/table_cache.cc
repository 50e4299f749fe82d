#include "datasets/table_cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "datasets/file_writer.h"
#include "tabular/error.h"

namespace hwnas {

namespace fs = std::filesystem;

std::string CachedTable(const std::string& cache_dir, const std::string& stem,
                        const Sha256& key,
                        const std::function<void(const std::string&)>& make) {
  const fs::path table =
      fs::path(cache_dir) /
      fmt::format("{}-{}.db", stem, key.HexDigest().substr(0, 16));
  if (fs::exists(table)) return table.string();
  MakeFolder(cache_dir);
  const std::string fresh = fmt::format("{}.{}.new", table.string(), getpid());
  std::error_code failure;
  fs::remove(fresh, failure);
  try {
    make(fresh);
  } catch (...) {
    fs::remove(fresh, failure);
    throw;
  }
  fs::rename(fresh, table, failure);
  if (failure) {
    throw Error(ErrorCode::kIo,
                fmt::format("{}: cannot be put in place: {}",
                            Quoted(table.string(), 400), failure.message()));
  }
  return table.string();
}

}  // namespace hwnas
