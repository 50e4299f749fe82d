#ifndef HWNAS_DATASETS_PUBLISHED_NB201_H_
#define HWNAS_DATASETS_PUBLISHED_NB201_H_

#include <string>
#include <vector>

namespace hwnas {

/// The files that ImportPublishedNb201 reads, relative to the data folder.
std::vector<std::string> PublishedNb201Files();

/// Whether all of them are in a folder.
bool HasPublishedNb201(const std::string& data_dir);

/// Builds the whole published NAS-Bench-201 table from a folder of published
/// data, laid out as `nb201/*.csv` and `help/nasbench201`: accuracies and
/// their replicates, seed 888, HW-NAS-Bench, zero-cost scores, 8-bit
/// accuracies, HELP's 27 settings, and the macs of all architectures, counted
/// on their layers (the published ones lack 3,071; where there are both they
/// are equal). `out` must not exist. Returns the table's path. Errors as
/// importers': kNotFound when a file is lacking.
std::string ImportPublishedNb201(const std::string& data_dir,
                                 const std::string& out);

/// The same, kept in `cache_dir` under a name made of the inputs' SHA-256 and
/// the versions of what reads them; built only when it is not there. Safe with
/// several processes at once: the table appears whole.
std::string CachedPublishedNb201(const std::string& data_dir,
                                 const std::string& cache_dir);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_PUBLISHED_NB201_H_
