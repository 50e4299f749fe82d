#include "strategies/strategy_source.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "strategies/plugin_library.h"
#include "strategies/process_strategy.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr std::string_view kExec = "exec:";
constexpr std::string_view kLibrarySuffix = ".so";

class BuiltIn : public StrategySource {
 public:
  explicit BuiltIn(const StrategyInfo& info) : info_(info) {}
  const StrategyInfo& Info() const override { return info_; }
  std::unique_ptr<Strategy> Make(const OptionMap& options,
                                 RunContext context) const override {
    return info_.make(options, std::move(context));
  }

 private:
  const StrategyInfo& info_;
};

class Program : public StrategySource {
 public:
  Program(std::vector<std::string> arguments, const PluginOptions& options)
      : arguments_(std::move(arguments)),
        options_(options),
        facts_(AskProgram(arguments_, options_)) {}
  const StrategyInfo& Info() const override { return facts_.info; }
  bool AnyOption() const override { return facts_.any_option; }
  std::unique_ptr<Strategy> Make(const OptionMap& options,
                                 RunContext context) const override {
    return MakeProcessStrategy(arguments_, options_, options,
                               std::move(context));
  }

 private:
  std::vector<std::string> arguments_;
  PluginOptions options_;
  ProgramFacts facts_;
};

/// The file's name without folder and last extension.
std::string_view Stem(std::string_view path) {
  path = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? path : path.substr(0, dot);
}

bool IsInterpreter(std::string_view program) {
  constexpr std::array<std::string_view, 12> kInterpreters = {
      "exec", "python", "perl", "ruby", "node",    "julia",
      "sh",   "bash",   "env",  "java", "Rscript", "lua"};
  std::string_view name = program.substr(program.rfind('/') + 1);
  while (!name.empty() && (std::isdigit(name.back()) || name.back() == '.')) {
    name.remove_suffix(1);
  }
  return std::find(kInterpreters.begin(), kInterpreters.end(), name) !=
         kInterpreters.end();
}

/// Of a command: its program or, behind an interpreter, its script.
std::string_view ScriptOf(std::string_view command) {
  std::string_view interpreter;
  while (!command.empty()) {
    const size_t end = std::min(command.find(' '), command.size());
    const std::string_view word = command.substr(0, end);
    command.remove_prefix(std::min(end + 1, command.size()));
    const bool assignment =
        word.find('=') != std::string_view::npos && !word.starts_with('/');
    if (word.empty() || word.starts_with('-') || assignment) continue;
    if (!IsInterpreter(word)) return word;
    interpreter = word;
  }
  return interpreter;
}

/// What a label may hold in any file and shell.
std::string Plain(std::string_view text, const char* otherwise) {
  std::string label;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) ||
                       c == '-' || c == '_' || c == '.' || c == '+';
    if (plain) {
      label += c;
    } else if (!label.empty() && label.back() != '-') {
      label += '-';
    }
  }
  while (!label.empty() && label.back() == '-') label.pop_back();
  constexpr size_t kLongest = 60;
  label.resize(std::min(label.size(), kLongest));
  return label.empty() ? otherwise : label;
}

std::shared_ptr<const StrategySource> OpenLibrary(
    const std::string& path, const PluginOptions& options) {
  if (options.in_process) return OpenPluginLibrary(path);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw Error(ErrorCode::kNotFound,
                "strategy '" + Quoted(path, 300) + "': no such file");
  }
  return std::make_shared<Program>(
      std::vector<std::string>{options.host, "plugin-host", path}, options);
}

}  // namespace

StrategyKind KindOfStrategy(std::string_view name) {
  if (name.starts_with(kExec)) return StrategyKind::kProgram;
  if (name.ends_with(kLibrarySuffix)) return StrategyKind::kLibrary;
  return StrategyKind::kBuiltIn;
}

std::string DefaultStrategyLabel(std::string_view name) {
  switch (KindOfStrategy(name)) {
    case StrategyKind::kBuiltIn:
      return std::string(name);
    case StrategyKind::kProgram:
      return Plain(Stem(ScriptOf(name.substr(kExec.size()))), "program");
    case StrategyKind::kLibrary: {
      std::string_view stem = Stem(name);
      if (stem.starts_with("lib")) stem.remove_prefix(3);
      return Plain(stem, "library");
    }
  }
  return std::string(name);
}

std::shared_ptr<const StrategySource> OpenStrategy(
    const std::string& name, const PluginOptions& options) {
  switch (KindOfStrategy(name)) {
    case StrategyKind::kProgram:
      return std::make_shared<Program>(
          std::vector<std::string>{"/bin/sh", "-c", name.substr(kExec.size())},
          options);
    case StrategyKind::kLibrary:
      return OpenLibrary(name, options);
    case StrategyKind::kBuiltIn:
      break;
  }
  return std::make_shared<BuiltIn>(FindStrategy(name));
}

void CheckOptionNames(const StrategySource& source, const OptionMap& options) {
  if (source.AnyOption()) return;
  const StrategyInfo& info = source.Info();
  std::vector<std::string> known;
  for (const OptionInfo& option : info.options) known.push_back(option.name);
  for (const auto& [name, value] : options) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      FailUnknown("option of strategy " + info.name, name, known);
    }
  }
}

}  // namespace hwnas
