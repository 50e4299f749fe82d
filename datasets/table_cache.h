#ifndef HWNAS_DATASETS_TABLE_CACHE_H_
#define HWNAS_DATASETS_TABLE_CACHE_H_

#include <functional>
#include <string>

#include "tabular/sha256.h"

namespace hwnas {

/// The path `CACHE_DIR/STEM-KEY.db` of a table that is a pure function of what
/// `key` hashes. Made by `make(path)` only when it is not there, beside its
/// place and then renamed: several processes at once are safe, the table
/// appears whole. Error(kIo), and what `make` throws.
std::string CachedTable(const std::string& cache_dir, const std::string& stem,
                        const Sha256& key,
                        const std::function<void(const std::string&)>& make);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_TABLE_CACHE_H_
