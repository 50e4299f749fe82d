#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/predict.h"
#include "bench/predict/lookup_table.h"
#include "bench/report/csv.h"
#include "bench/report/text_table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string table;
  std::vector<std::string> platforms;
  size_t train = 1000;
  uint64_t seed = 1;
  bool list = false;
  LookupSpec spec;
  OutputFormat format = OutputFormat::kText;
};

Json AdditivityJson(const Additivity& a) {
  return {{"platform", a.platform},         {"layers", a.layers},
          {"constant", a.constant},         {"judged", a.judged},
          {"kendall", a.kendall},           {"spearman", a.spearman},
          {"median_error", a.median_error}, {"tenth_error", a.tenth_error},
          {"median_ratio", a.median_ratio}};
}

std::string Percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string AdditivityText(const std::vector<Additivity>& list) {
  TextTable text({"platform", "judged", "Kendall tau", "Spearman",
                  "median error", "exceeded by a tenth", "sum / value",
                  "constant"});
  for (const Additivity& a : list) {
    text.AddRow({a.platform, std::to_string(a.judged),
                 fmt::format("{:.3f}", a.kendall),
                 fmt::format("{:.3f}", a.spearman), Percent(a.median_error),
                 Percent(a.tenth_error), fmt::format("{:.3f}", a.median_ratio),
                 ShortNumber(a.constant)});
  }
  return text.Text();
}

void PrintLayers(const Table& table, const Options& options) {
  const auto layers = TableLayers(table, options.spec.quantity);
  if (options.format == OutputFormat::kJson) {
    Json list = Json::array();
    for (const LayerUse& use : layers) {
      list.push_back({{"layer", use.name},
                      {"macs", use.cost.macs},
                      {"bytes", use.cost.bytes},
                      {"networks", use.networks}});
    }
    PrintJson("layers", std::move(list));
    return;
  }
  std::string text = CsvLine({"layer", "value", "macs", "bytes", "networks"});
  for (const LayerUse& use : layers) {
    text += CsvLine({use.name, "", fmt::format("{}", use.cost.macs),
                     fmt::format("{}", use.cost.bytes),
                     std::to_string(use.networks)});
  }
  Print(text);
}

void RunCsv(const Table& table, const Options& options) {
  const LookupReport report = AddLookupTable(table, options.spec);
  if (options.format == OutputFormat::kJson) {
    PrintJsonFields(
        Json{{"layers", report.layers},
             {"filled", report.filled},
             {"measured", report.measured ? AdditivityJson(*report.measured)
                                          : Json(nullptr)},
             {"warnings", report.warnings}});
    return;
  }
  std::string text;
  for (const std::string& warning : report.warnings) {
    text += "warning: " + warning + "\n";
  }
  text += fmt::format("{}: {} layers\n", options.spec.csv, report.layers);
  if (report.measured) text += AdditivityText({*report.measured});
  if (!options.spec.out.empty()) {
    text += fmt::format("{}: {} values of {}@{} filled, origin lookup\n",
                        options.spec.out, report.filled, options.spec.quantity,
                        options.spec.platform);
  }
  Print(text);
}

void Run(const Options& options) {
  const LookupSpec& spec = options.spec;
  if (spec.csv.empty() &&
      !(spec.out.empty() && spec.unit.empty() && spec.platform.empty())) {
    throw Error(ErrorCode::kUsage,
                "predict lookup: --platform, --unit and --out belong to --csv");
  }
  if (!spec.csv.empty() && spec.platform.empty()) {
    throw Error(ErrorCode::kUsage,
                "predict lookup --csv: name its platform with --platform");
  }
  if (!spec.csv.empty() && (options.list || !options.platforms.empty())) {
    throw Error(ErrorCode::kUsage,
                "predict lookup: --csv reads a table of yours, --list and "
                "--platforms show what is there; one at a time");
  }
  const std::shared_ptr<const Table> table = Table::Open(options.table);
  if (options.list) return PrintLayers(*table, options);
  if (!spec.csv.empty()) return RunCsv(*table, options);
  const InterruptScope interrupt;
  const auto list = MeasureAdditivity(
      *table, spec.quantity, SplitList(options.platforms), options.train,
      options.seed, [&interrupt] { return interrupt.Requested(); });
  if (options.format == OutputFormat::kJson) {
    Json json = Json::array();
    for (const Additivity& a : list) json.push_back(AdditivityJson(a));
    PrintJsonFields(Json{{"quantity", spec.quantity},
                         {"train", options.train},
                         {"seed", options.seed},
                         {"lookup", std::move(json)}});
    return;
  }
  Print(AdditivityText(list));
  Print(fmt::format(
      "\nlookup tables fitted on {} networks, judged on the others; errors: "
      "|sum - value| / value\n",
      options.train));
}

}  // namespace

void AddLookup(CLI::App& predict) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = predict.add_subcommand(
      "lookup",
      "Costs as sums over layers: how additive platforms are, or "
      "your own per-layer table");
  command->footer(
      "  hwnas predict lookup T.db --list > layers.csv    # what to measure\n"
      "  hwnas predict lookup T.db --csv layers.csv --unit us \\\n"
      "    --platform mine --out T2.db");
  command->add_option("table", options->table, "The table's file")->required();
  command
      ->add_option("--platforms", options->platforms,
                   "Only these (default: all with the quantity)")
      ->allow_extra_args(false)
      ->type_name("PLATFORM,...");
  command->add_option("--quantity", options->spec.quantity,
                      "What is summed (default: latency)");
  command
      ->add_option("--train", options->train,
                   "Networks a lookup table is fitted on (default: 1000)")
      ->check(CLI::Range(3, 1000000));
  command->add_option("--seed", options->seed, "Seed (default: 1)");
  command->add_flag("--list", options->list,
                    "Print the layers of the table's networks as a CSV to fill "
                    "in");
  command
      ->add_option("--csv", options->spec.csv,
                   "Your own: columns layer, value, unit, and sd if known; a "
                   "line 'constant' for what every network costs besides")
      ->type_name("FILE");
  command->add_option("--platform", options->spec.platform,
                      "With --csv: whose values they are");
  command->add_option(
      "--unit", options->spec.unit,
      "With --csv: the unit of all values, instead of a column");
  command
      ->add_option("--out", options->spec.out,
                   "With --csv: a copy of the table, filled with the sums")
      ->type_name("NEW.db");
  AddFormatOption(*command, &options->format);
  command->callback([options] { Run(*options); });
}

}  // namespace hwnas
