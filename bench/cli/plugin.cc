#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/run_options.h"
#include "strategies/conformance/checks.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string name;
  OutputFormat format = OutputFormat::kText;
  SharedRunOptions shared;
};

const char* VerdictName(ConformanceVerdict verdict) {
  switch (verdict) {
    case ConformanceVerdict::kPassed:
      return "passed";
    case ConformanceVerdict::kFailed:
      return "failed";
    case ConformanceVerdict::kNotAsked:
      return "not asked";
  }
  return "?";
}

/// A program's path stands for the command that runs it.
std::string NameOf(const std::string& given) {
  const bool is_program = KindOfStrategy(given) == StrategyKind::kBuiltIn &&
                          given.find('/') != std::string::npos &&
                          access(given.c_str(), X_OK) == 0;
  return is_program ? "exec:" + given : given;
}

void Check(const Options& options) {
  const auto source =
      OpenStrategy(NameOf(options.name), ToPluginOptions(options.shared));
  const bool text = options.format == OutputFormat::kText;
  if (text) Print(fmt::format("{}\n", source->Info().Id()));
  const InterruptScope interrupt;
  Json checks = Json::array();
  size_t failed = 0;
  size_t not_run = 0;
  bool no_answer = false;
  size_t width = 0;
  for (const ConformanceCheck& check : ConformanceChecks()) {
    width = std::max(width, std::string_view(check.name).size());
  }
  for (const ConformanceCheck& check : ConformanceChecks()) {
    if (interrupt.Requested()) {
      throw Error(ErrorCode::kInterrupted, "interrupted");
    }
    ConformanceResult result;
    const char* verdict = "not run";
    if (no_answer) {
      ++not_run;
      result.reason = "it does not answer";
    } else {
      result = RunConformanceCheck(check, *source);
      verdict = VerdictName(result.verdict);
      no_answer = result.no_answer;
      if (result.verdict == ConformanceVerdict::kFailed) ++failed;
    }
    if (text) {
      // Each as soon as it is known: a process may take its time.
      Print(fmt::format("  {:<{}}  {}{}{}\n", check.name, width, verdict,
                        result.reason.empty() ? "" : ": ", result.reason));
      FlushOutput();
    }
    checks.push_back(
        {{"check", check.name},
         {"verdict", verdict},
         {"reason", result.reason.empty() ? Json() : Json(result.reason)}});
  }
  if (!text) {
    PrintJson("plugin", Json{{"name", source->Info().name},
                             {"version", source->Info().version},
                             {"failed", failed},
                             {"not_run", not_run},
                             {"checks", std::move(checks)}});
  }
  if (failed != 0) {
    throw Error(
        ErrorCode::kPlugin,
        fmt::format(
            "{} of {} checks failed{}", failed, ConformanceChecks().size(),
            not_run == 0 ? "" : fmt::format(", {} were not run", not_run)));
  }
}

}  // namespace

void AddPluginCommand(CLI::App& app) {
  CLI::App* plugin = app.add_subcommand(
      "plugin", "Check a search strategy of one's own (strategies/README.md)");
  plugin->group(kExperimentCommands);
  plugin->require_subcommand(1);
  CLI::App* command = plugin->add_subcommand(
      "check", "Ask of a strategy what is asked of every built-in one");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("strategy", options->name,
                   "Library ./X.so, program, exec:COMMAND, or a built-in name")
      ->required();
  AddPluginOptions(*command, &options->shared);
  AddFormatOption(*command, &options->format);
  command->callback([options] { Check(*options); });
}

}  // namespace hwnas
