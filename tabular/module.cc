#include "tabular/module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "tabular/error.h"

namespace hwnas {
namespace {

std::string LastLoaderError() {
  const char* text = dlerror();
  return text == nullptr ? "no reason given" : Quoted(text, 300);
}

}  // namespace

std::string LibraryFolder() {
  Dl_info info = {};
  const auto here = reinterpret_cast<const void*>(&ModuleFunction);
  if (dladdr(here, &info) == 0 || info.dli_fname == nullptr) return "";
  const std::string path = info.dli_fname;
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

void* ModuleFunction(const std::string& module, const std::string& function) {
  const std::string path =
      fmt::format("{}hwnas_{}.so", LibraryFolder(), module);
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("the module '{}' cannot be loaded: {}", module,
                            LastLoaderError()));
  }
  void* const symbol = dlsym(library, function.c_str());
  if (symbol == nullptr) {
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("{}: is of another version: {}", path, LastLoaderError()));
  }
  return symbol;
}

}  // namespace hwnas
