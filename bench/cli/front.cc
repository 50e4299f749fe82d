#include "bench/cli/front.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/report/text_table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string table;
  std::vector<std::string> objectives;
  std::vector<std::string> where;
  std::vector<std::string> show;
  size_t top = 0;
  bool disconnected = false;
  bool filled = false;
  OutputFormat format = OutputFormat::kText;
};

constexpr size_t kTopOfOne = 10;  // what one objective shows by default

std::vector<Metric> ParseMetrics(const std::vector<std::string>& texts) {
  std::vector<Metric> metrics;
  for (const std::string& text : SplitList(texts)) {
    metrics.push_back(Metric::Parse(text));
  }
  return metrics;
}

FrontQuery MakeQuery(const Options& options) {
  FrontQuery query;
  query.objectives = ParseMetrics(options.objectives);
  query.show = ParseMetrics(options.show);
  for (const std::string& text : SplitList(options.where)) {
    query.where.push_back(ParseConstraint(text));
  }
  query.top = options.top;
  if (query.top == 0 && query.objectives.size() == 1) query.top = kTopOfOne;
  query.disconnected = options.disconnected;
  query.filled = options.filled;
  return query;
}

void PrintAnswerJson(const Table& table, const FrontAnswer& answer) {
  Json columns = Json::array();
  for (const FrontColumn& column : answer.columns) {
    columns.push_back({{"metric", column.metric},
                       {"unit", column.info.Unit()},
                       {"origin", OriginName(column.info.origin)},
                       {"source", column.info.source}});
  }
  Json rows = Json::array();
  for (const FrontRow& row : answer.rows) {
    Json values;
    Json filled = Json::object();
    for (size_t i = 0; i < row.values.size(); ++i) {
      const Value& value = row.values[i];
      values[answer.columns[i].metric] =
          value.Ok() ? Json(value.value) : Json(nullptr);
      if (row.filled[i]) filled[answer.columns[i].metric] = *row.filled[i];
    }
    Json aliases = Json::object();
    for (const std::string& scheme : table.AliasSchemes()) {
      const std::string alias = table.AliasOf(scheme, row.row);
      if (!alias.empty()) aliases[scheme] = alias;
    }
    rows.push_back({{"architecture",
                     table.BaseSpace()->Format(table.ArchitectureAt(row.row))},
                    {"aliases", std::move(aliases)},
                    {"connected", table.Connected(row.row)},
                    {"values", std::move(values)},
                    {"filled", std::move(filled)}});
  }
  Json excluded = Json::array();
  for (const FrontExclusion& exclusion : answer.excluded) {
    excluded.push_back(
        {{"reason", exclusion.reason}, {"count", exclusion.count}});
  }
  PrintJsonFields(Json{
      {"synthetic", table.Synthetic()},
      {"metrics", std::move(columns)},
      {"front", std::move(rows)},
      {"front_size", answer.front},
      {"supported", answer.supported ? Json(*answer.supported) : Json(nullptr)},
      {"candidates", answer.candidates},
      {"excluded", std::move(excluded)}});
}

// `latency@edgegpu (ms)`, and `*` behind what was not measured.
std::string Header(const FrontColumn& column) {
  const std::string unit = column.info.Unit();
  std::string text = column.metric;
  if (!unit.empty()) text += fmt::format(" ({})", unit);
  if (column.info.origin != Origin::kMeasured) text += "*";
  return text;
}

std::string Footnotes(const FrontAnswer& answer) {
  std::string text;
  for (const FrontColumn& column : answer.columns) {
    if (column.info.origin == Origin::kMeasured) continue;
    text += fmt::format("* {}: {}\n", column.metric,
                        OriginName(column.info.origin));
  }
  for (const FrontRow& row : answer.rows) {
    if (std::ranges::none_of(row.filled,
                             [](const auto& sd) { return sd.has_value(); })) {
      continue;
    }
    return text +
           "~ filled, not measured; +- the standard deviation stated with it\n";
  }
  return text;
}

std::string Summary(const Table& table, const FrontQuery& query,
                    const FrontAnswer& answer) {
  std::string text =
      query.objectives.size() == 1
          ? fmt::format("{} best of {} candidates", answer.rows.size(),
                        answer.candidates)
          : fmt::format("{} of a front of {}, among {} candidates",
                        answer.rows.size(), answer.front, answer.candidates);
  text += fmt::format(", of {} architectures\n", table.Rows());
  if (answer.supported) {
    text += fmt::format(
        "weighted sums reach {} of these {}: the others are best by no "
        "weights\n",
        *answer.supported, answer.front);
  }
  for (const FrontExclusion& exclusion : answer.excluded) {
    text += fmt::format("left out: {} {}\n", exclusion.count, exclusion.reason);
  }
  return text;
}

// `12.3`, or `~12.3 +-0.4` of what was filled.
std::string Cell(const Value& value, const std::optional<double>& filled) {
  if (!value.Ok()) return MissingName(value.missing);
  std::string text = ShortNumber(value.value);
  if (!filled) return text;
  text = "~" + text;
  if (*filled > 0) text += fmt::format(" +-{:.2g}", *filled);
  return text;
}

}  // namespace

std::string FrontText(const Table& table, const FrontQuery& query,
                      const FrontAnswer& answer) {
  const std::vector<std::string> schemes = table.AliasSchemes();
  std::vector<std::string> header;
  if (!schemes.empty()) header.push_back(schemes.front());
  for (const FrontColumn& column : answer.columns) {
    header.push_back(Header(column));
  }
  header.push_back("architecture");
  TextTable text(std::move(header));
  for (const FrontRow& row : answer.rows) {
    std::vector<std::string> cells;
    if (!schemes.empty()) {
      cells.push_back(table.AliasOf(schemes.front(), row.row));
    }
    for (size_t i = 0; i < row.values.size(); ++i) {
      cells.push_back(Cell(row.values[i], row.filled[i]));
    }
    cells.push_back(table.BaseSpace()->Format(table.ArchitectureAt(row.row)));
    text.AddRow(std::move(cells));
  }
  const std::string mark =
      table.Synthetic() ? "SYNTHETIC: these values are made up.\n" : "";
  return mark + text.Text() + "\n" + Summary(table, query, answer) +
         Footnotes(answer);
}

namespace {

void RunFront(const Options& options) {
  const FrontQuery query = MakeQuery(options);
  const std::shared_ptr<const Table> table = Table::Open(options.table);
  const FrontAnswer answer = FindFront(*table, query);
  if (options.format == OutputFormat::kJson) {
    PrintAnswerJson(*table, answer);
  } else {
    Print(FrontText(*table, query, answer));
  }
}

}  // namespace

void AddFrontCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "front", "Find the best networks for a device: the Pareto front");
  command->group(kTableCommands);
  command->footer(
      "Disconnected networks are left out: their costs are next to nothing, "
      "and they would\nwin. An architecture that lacks an objective or a "
      "constrained value is left out too.\n\n"
      "  hwnas front T.db --objectives accuracy --where 'latency@edgegpu<=5' "
      "\\\n    --top 10 --show latency@pixel3,energy@eyeriss");
  const auto options = std::make_shared<Options>();
  command->add_option("table", options->table, "The table's file")->required();
  command
      ->add_option("--objectives", options->objectives,
                   "One: the best by it; several: the Pareto front")
      ->required()
      ->allow_extra_args(false)
      ->type_name("METRIC,...");
  command
      ->add_option("--where", options->where,
                   "A bound to hold, METRIC<=NUMBER or METRIC>=NUMBER; may be "
                   "repeated")
      ->allow_extra_args(false)
      ->type_name("BOUND");
  command
      ->add_option("--top", options->top,
                   "At most so many, the best by the first objective first; "
                   "by default 10 for one objective, else the whole front")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command->add_option("--show", options->show, "Further metrics to print")
      ->allow_extra_args(false)
      ->type_name("METRIC,...");
  command->add_flag("--filled", options->filled,
                    "Take gaps as `hwnas predict` filled them, marked ~");
  command->add_flag("--include-disconnected", options->disconnected,
                    "Keep networks whose output ignores their input");
  AddFormatOption(*command, &options->format);
  command->callback([options] { RunFront(*options); });
}

}  // namespace hwnas
