#include "strategies/plugin_host.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "bench/cli/command.h"
#include "strategies/plugin_library.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

void Host(const std::string& name) {
  // What the library itself prints must not get between the messages.
  const int output = dup(STDOUT_FILENO);
  if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    throw Error(ErrorCode::kIo, "standard output cannot be set aside");
  }
  const auto source = KindOfStrategy(name) == StrategyKind::kLibrary
                          ? OpenPluginLibrary(name)
                          : OpenStrategy(name, {});
  ServeStrategy(*source, STDIN_FILENO, output);
}

}  // namespace

void AddPluginHostCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "plugin-host",
      "Serve a strategy over JSON lines (strategies/PROTOCOL.md); 'hwnas run' "
      "starts it for libraries");
  command->group(kExperimentCommands);
  const auto name = std::make_shared<std::string>();
  command->add_option("strategy", *name, "Library, or a built-in strategy")
      ->required();
  command->callback([name] { Host(*name); });
}

}  // namespace hwnas
