#ifndef HWNAS_BENCH_CLI_COMMAND_H_
#define HWNAS_BENCH_CLI_COMMAND_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace hwnas {

/// Each subcommand is one file with one of these: it adds itself to the
/// application, with options, help, and a callback that does the work and
/// throws Error for what ends it. Options live as long as the callback does.
void AddDatasetsCommand(CLI::App& app);
void AddDeriveCommand(CLI::App& app);
void AddExportCommand(CLI::App& app);
void AddFrontCommand(CLI::App& app);
void AddImportCommand(CLI::App& app);
void AddInfoCommand(CLI::App& app);
void AddMeasureCommand(CLI::App& app);
void AddMergeCommand(CLI::App& app);
void AddPlatformsCommand(CLI::App& app);
void AddPluginCommand(CLI::App& app);
void AddPluginHostCommand(CLI::App& app);
void AddQueryCommand(CLI::App& app);
void AddReportCommand(CLI::App& app);
void AddReproduceCommand(CLI::App& app);
void AddRunCommand(CLI::App& app);
void AddSpacesCommand(CLI::App& app);
void AddStrategiesCommand(CLI::App& app);
void AddTuneCommand(CLI::App& app);
void AddVerifyCommand(CLI::App& app);

/// Groups of `hwnas --help`.
inline const char* const kTableCommands = "Tables";
inline const char* const kExperimentCommands = "Experiments";
inline const char* const kListCommands = "What there is";

enum class OutputFormat { kText, kJson };

/// `--format text|json`.
void AddFormatOption(CLI::App& command, OutputFormat* format);

/// Splits at commas, drops empty parts: options that are lists may be
/// repeated or separated by commas.
std::vector<std::string> SplitList(const std::vector<std::string>& texts);

/// A number for people, six significant digits.
std::string ShortNumber(double value);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_COMMAND_H_
