#include "bench/cli/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/output.h"
#include "bench/cli/predict.h"
#include "bench/cli/transfer.h"
#include "tabular/error.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

constexpr int kClosedPipe = 128 + 13;  // as a shell says of SIGPIPE

void PrintError(const std::string& message) {
  const bool color = ErrorHasColor();
  fmt::print(stderr, "hwnas: {}error:{} {}\n", color ? "\x1b[1;31m" : "",
             color ? "\x1b[0m" : "", message);
}

// The innermost command that was recognised.
const CLI::App* Innermost(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

std::string CommandPath(const CLI::App* app) {
  if (app->get_parent() == nullptr) return "hwnas";
  return CommandPath(app->get_parent()) + " " + app->get_name();
}

// What stands on the command line of `app` and is not an option's value.
std::vector<std::string> KnownNames(const CLI::App& app, bool options) {
  std::vector<std::string> names;
  if (options) {
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        names.push_back("--" + name);
      }
    }
  } else {
    const auto all = [](const CLI::App*) { return true; };
    for (const CLI::App* command : app.get_subcommands(all)) {
      names.push_back(command->get_name());
    }
  }
  return names;
}

// CLI11 reports what it did not expect; ours says what was meant.
std::string ExplainUnexpected(const CLI::App& app) {
  const CLI::App* command = Innermost(app);
  const std::vector<std::string> remaining = app.remaining(true);
  const std::string help = fmt::format("see '{} --help'", CommandPath(command));
  const std::string& first = remaining.front();
  const bool is_option = first.size() > 1 && first[0] == '-';
  const std::vector<std::string> known = KnownNames(*command, is_option);
  if (!is_option && known.empty()) {
    return fmt::format("{}: unexpected argument '{}'; {}", CommandPath(command),
                       Quoted(first), help);
  }
  const std::string name = first.substr(0, first.find('='));
  const std::string nearest = Nearest(name, known);
  return fmt::format(
      "{}: unknown {} '{}'{}; {}", CommandPath(command),
      is_option ? "option" : "command", Quoted(name),
      nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest),
      help);
}

int Parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion&) {
    Print(fmt::format("hwnas {} ({})\n", Version(), BuildInfo()));
  } catch (const CLI::CallForHelp&) {
    Print(app.help());  // of the command that it was asked for
  } catch (const CLI::ParseError& error) {
    // What was not understood explains best what is lacking.
    if (!app.remaining(true).empty()) {
      throw Error(ErrorCode::kUsage, ExplainUnexpected(app));
    }
    const std::string path = CommandPath(Innermost(app));
    throw Error(ErrorCode::kUsage, fmt::format("{}: {}; see '{} --help'", path,
                                               error.what(), path));
  }
  FlushOutput();
  return 0;
}

}  // namespace

int RunCli(int argc, char** argv) {
  InstallSignalHandlers();
  try {
    CLI::App app(
        "Hardware-aware neural architecture search: tables of stored results,\n"
        "search strategies compared on them, reports.",
        "hwnas");
    app.set_version_flag("--version", "", "Print version and build");
    app.require_subcommand(1);
    AddImportCommand(app);
    AddInfoCommand(app);
    AddQueryCommand(app);
    AddFrontCommand(app);
    AddExportCommand(app);
    AddDatasetsCommand(app);
    AddPlatformsCommand(app);
    AddPredictCommand(app);
    AddRunCommand(app);
    AddVerifyCommand(app);
    AddMeasureCommand(app);
    AddMergeCommand(app);
    AddReportCommand(app);
    AddReproduceCommand(app);
    AddTransferCommand(app);
    AddDeriveCommand(app);
    AddPluginCommand(app);
    AddPluginHostCommand(app);
    AddSpacesCommand(app);
    AddStrategiesCommand(app);
    AddTuneCommand(app);
    return Parse(app, argc, argv);
  } catch (const OutputClosed&) {
    return kClosedPipe;
  } catch (const Error& error) {
    PrintError(error.what());
    return error.ExitCode();
  } catch (const std::bad_alloc&) {
    PrintError("out of memory");
  } catch (const std::exception& error) {
    PrintError(fmt::format("{} (please report this)", error.what()));
  }
  return static_cast<int>(ErrorCode::kInternal);
}

}  // namespace hwnas
