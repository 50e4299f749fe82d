#include "tabular/version.h"

#include <string_view>

#include "build_info.h"

namespace hwnas {

std::string Version() { return kBuildVersion; }

std::string BuildInfo() {
  std::string info;
  const auto add = [&info](std::string_view prefix, std::string_view text) {
    if (text.empty()) return;
    if (!info.empty()) info += ", ";
    info += prefix;
    info += text;
  };
  add("commit ", kBuildCommit);
  add("", kBuildType);
  add("sanitizers ", kBuildSanitizers);
  add("", kBuildCompiler);
  return info;
}

}  // namespace hwnas
