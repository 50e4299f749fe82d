#include "bench/cli/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tabular/error.h"

namespace hwnas {

void AddFormatOption(CLI::App& command, OutputFormat* format) {
  command
      .add_option_function<std::string>(
          "--format",
          [format](const std::string& name) {
            if (name == "text") {
              *format = OutputFormat::kText;
            } else if (name == "json") {
              *format = OutputFormat::kJson;
            } else {
              FailUnknown("format", name, {"text", "json"});
            }
          },
          "text (the default) or json")
      ->type_name("FORMAT");
}

std::vector<std::string> SplitList(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const std::string& text : texts) {
    size_t begin = 0;
    while (begin <= text.size()) {
      const size_t end = std::min(text.find(',', begin), text.size());
      if (end > begin) parts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return parts;
}

std::string ShortNumber(double value) { return fmt::format("{:.6g}", value); }

}  // namespace hwnas
