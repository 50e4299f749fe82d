#ifndef HWNAS_TABULAR_MODULE_H_
#define HWNAS_TABULAR_MODULE_H_

#include <string>

namespace hwnas {

/// The folder of this library, with a slash behind it; empty where the system
/// does not say.
std::string LibraryFolder();

/// A function of a module: a shared library of ours that is loaded when it is
/// first asked for, because what it stands on takes long to load. `module` is
/// `torch`; the file, `hwnas_torch.so`, lies beside this library. It stays
/// loaded. Error(kNotFound) where the file is not installed or cannot be
/// loaded, with the loader's reason; Error(kCorrupt) where it has no such
/// function. Thread-safe.
void* ModuleFunction(const std::string& module, const std::string& function);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_MODULE_H_
