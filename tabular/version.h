#ifndef HWNAS_TABULAR_VERSION_H_
#define HWNAS_TABULAR_VERSION_H_

#include <string>

namespace hwnas {

/// `0.1.0`.
std::string Version();

/// What built this library, for `--version` and the provenance of results:
/// commit where known, build type, sanitizers, compiler.
/// `commit 1a2b3c4, Release, GNU 12.2.0`.
std::string BuildInfo();

}  // namespace hwnas

#endif  // HWNAS_TABULAR_VERSION_H_
