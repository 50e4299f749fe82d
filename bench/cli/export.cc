#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <variant>

#include "bench/cli/command.h"
#include "bench/cli/output.h"
#include "bench/harness/results.h"
#include "bench/predict/evaluation.h"
#include "bench/report/csv.h"
#include "tabular/analysis/splits.h"
#include "tabular/number.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string file;
  std::string what = "values";
  std::string format = "csv";
  std::vector<std::string> metrics;
  // Of splits:
  std::optional<uint64_t> splits;
  std::optional<uint64_t> train;
  std::optional<uint64_t> seed;
};

// A field of a record: text, a number, or nothing.
using Field = std::variant<std::monostate, std::string, double, int64_t>;

std::string FieldText(const Field& field) {
  if (const auto* text = std::get_if<std::string>(&field)) return *text;
  if (const auto* number = std::get_if<double>(&field)) {
    return FormatNumber(*number);
  }
  if (const auto* integer = std::get_if<int64_t>(&field)) {
    return fmt::format("{}", *integer);
  }
  return "";
}

Json FieldJson(const Field& field) {
  if (const auto* text = std::get_if<std::string>(&field)) return *text;
  if (const auto* number = std::get_if<double>(&field)) return *number;
  if (const auto* integer = std::get_if<int64_t>(&field)) return *integer;
  return nullptr;
}

// Writes records of the same fields, a line each.
class RecordWriter {
 public:
  RecordWriter(bool csv, std::vector<std::string> names)
      : csv_(csv), names_(std::move(names)) {
    if (csv_) Print(CsvLine(names_));
  }

  void Write(const std::vector<Field>& fields) const {
    HWNAS_CHECK(fields.size() == names_.size());
    if (csv_) {
      std::vector<std::string> texts;
      for (const Field& field : fields) texts.push_back(FieldText(field));
      Print(CsvLine(texts));
      return;
    }
    Json record;
    for (size_t i = 0; i < fields.size(); ++i) {
      record[names_[i]] = FieldJson(fields[i]);
    }
    Print(record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

 private:
  bool csv_;
  std::vector<std::string> names_;
};

std::vector<std::shared_ptr<const DenseColumn>> ColumnsOf(
    const Table& table, const std::vector<std::string>& metrics) {
  std::vector<std::shared_ptr<const DenseColumn>> columns;
  for (const std::string& text : SplitList(metrics)) {
    columns.push_back(table.LoadOrCompute(Metric::Parse(text)));
  }
  if (!columns.empty()) return columns;
  for (const Column& column : table.Columns()) {
    columns.push_back(table.Load(column));
  }
  return columns;
}

// One record per architecture, column and replicate.
void ExportValues(const Options& options) {
  const std::shared_ptr<const Table> table = Table::Open(options.file);
  const auto columns = ColumnsOf(*table, options.metrics);
  const RecordWriter writer(
      options.format == "csv",
      {"architecture", "metric", "unit", "source", "origin", "replicate",
       "value", "missing", "standard_deviation"});
  for (size_t row = 0; row < table->Rows(); ++row) {
    const std::string text =
        table->BaseSpace()->Format(table->ArchitectureAt(row));
    for (const auto& column : columns) {
      const Column& info = column->Info();
      const std::string metric = info.metric.Text();
      for (size_t i = 0; i < column->Replicates(); ++i) {
        const Value value = column->At(row, i);
        std::vector<Field> fields = {text, metric, info.Unit(), info.source,
                                     std::string(OriginName(info.origin))};
        const std::string& replicate = info.replicates[i];
        fields.push_back(replicate.empty() ? Field() : Field(replicate));
        fields.push_back(value.Ok() ? Field(value.value) : Field());
        fields.push_back(value.Ok()
                             ? Field()
                             : Field(std::string(MissingName(value.missing))));
        const double sd = column->StandardDeviation(row, i);
        fields.push_back(value.Ok() && sd > 0 ? Field(sd) : Field());
        writer.Write(fields);
      }
    }
  }
}

// One record per column: what its numbers mean and where they come from.
void ExportColumns(const Options& options) {
  const std::shared_ptr<const Table> table = Table::Open(options.file);
  const RecordWriter writer(
      options.format == "csv",
      {"metric", "quantity", "about", "unit", "direction", "platform",
       "dataset", "split", "fidelity", "source", "preferred", "origin",
       "replicates", "mean_of", "values", "licence", "recipe", "note"});
  const auto text = [](const std::string& field) {
    return field.empty() ? Field() : Field(field);
  };
  for (const auto& column : ColumnsOf(*table, options.metrics)) {
    const Column& info = column->Info();
    const Metric& metric = info.metric;
    const QuantityInfo& quantity = FindQuantity(metric.quantity);
    const auto source =
        std::find_if(table->Sources().begin(), table->Sources().end(),
                     [&](const Source& s) { return s.name == info.source; });
    const bool known = source != table->Sources().end();
    int64_t values = 0;
    for (size_t row = 0; row < column->Rows(); ++row) {
      values += column->Mean(row).Ok() ? 1 : 0;
    }
    writer.Write(
        {metric.Text(), metric.quantity, std::string(quantity.about),
         info.Unit(),
         std::string(quantity.direction == Direction::kMaximize ? "max"
                                                                : "min"),
         text(metric.platform), text(metric.dataset), text(metric.split),
         text(metric.fidelity.Text()), text(info.source),
         std::string(info.preferred ? "yes" : "no"),
         std::string(OriginName(info.origin)),
         text(fmt::format("{}", fmt::join(info.replicates, " "))),
         int64_t{info.mean_of}, values, text(known ? source->licence : ""),
         text(known ? source->recipe : ""), text(info.note)});
  }
}

// One record per split and architecture that has a value of every metric
// named: the splits that `predict eval` judges on.
void ExportSplits(const Options& options) {
  constexpr uint64_t kSplits = 20;
  const std::shared_ptr<const Table> table = Table::Open(options.file);
  std::vector<std::shared_ptr<const DenseColumn>> columns;
  for (const std::string& text : SplitList(options.metrics)) {
    columns.push_back(table->LoadOrCompute(Metric::Parse(text)));
  }
  const std::vector<uint32_t> all = TableLeakGroups(*table);
  std::vector<uint32_t> rows;
  std::vector<uint32_t> groups;
  for (uint32_t row = 0; row < table->Rows(); ++row) {
    if (std::ranges::all_of(columns, [row](const auto& column) {
          return column->Mean(row).Ok();
        })) {
      rows.push_back(row);
      groups.push_back(all[row]);
    }
  }
  const uint64_t train = options.train.value_or(rows.size() / 2);
  std::vector<Split> splits;  // all of them before the first line
  for (uint64_t k = 0; k < options.splits.value_or(kSplits); ++k) {
    splits.push_back(MakeSplit(groups, train, options.seed.value_or(1), k));
  }
  const RecordWriter writer(options.format == "csv",
                            {"split", "architecture", "group", "side"});
  for (size_t k = 0; k < splits.size(); ++k) {
    auto next = splits[k].train.begin();
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const bool learnt = next != splits[k].train.end() && *next == i;
      if (learnt) ++next;
      writer.Write({static_cast<int64_t>(k),
                    table->BaseSpace()->Format(table->ArchitectureAt(rows[i])),
                    int64_t{groups[i]},
                    std::string(learnt ? "train" : "test")});
    }
  }
}

// What records of a results file share: which problem, and a field for each
// metric that any problem observes or scores.
class ResultsExport {
 public:
  explicit ResultsExport(const Options& options)
      : csv_(options.format == "csv"), results_(Results::Open(options.file)) {
    for (ResultsProblem& problem : results_->Problems()) {
      for (const auto* list : {&problem.objectives, &problem.constraints}) {
        for (const auto& named : *list) AddMetric("observed:" + named.metric);
      }
      for (const auto& named : problem.scores) {
        AddMetric("scored:" + named.metric);
      }
      problems_.emplace(problem.id, std::move(problem));
    }
  }

  // One record per trial, in the order of telling.
  void Trials() const {
    const RecordWriter writer =
        Writer({"experiment", "problem", "strategy", "repetition", "trial",
                "architecture", "rung", "replicate", "status", "missing",
                "repeated", "charged", "cost_seconds", "finish_seconds"},
               true);
    for (const RunRecord& run : results_->Runs()) {
      const auto& dictionary = results_->Dictionary(run.problem);
      int64_t number = 0;
      for (const LoggedTrial& trial : results_->Trials(run).trials) {
        const DictionaryEntry& entry = dictionary[trial.entry];
        std::vector<Field> fields = RunFields(run);
        fields.emplace_back(++number);
        AddEntry(entry, &fields);
        fields.emplace_back(int64_t{trial.repeated});
        fields.emplace_back(int64_t{trial.charged});
        fields.emplace_back(trial.cost_seconds);
        fields.emplace_back(trial.finish_seconds);
        AddValues(run.problem, entry, &fields);
        writer.Write(fields);
      }
    }
  }

  // One record per architecture met, at a rung, with a replicate; in an order
  // that does not depend on which run met it first.
  void Dictionary() const {
    const RecordWriter writer =
        Writer({"experiment", "problem", "architecture", "rung", "replicate",
                "status", "missing", "full_cost_seconds"},
               true);
    for (const auto& [id, problem] : problems_) {
      std::vector<const DictionaryEntry*> entries;
      for (const DictionaryEntry& entry : results_->Dictionary(id)) {
        entries.push_back(&entry);
      }
      std::sort(entries.begin(), entries.end(),
                [](const auto* a, const auto* b) {
                  return std::tie(a->architecture, a->rung, a->replicate) <
                         std::tie(b->architecture, b->rung, b->replicate);
                });
      for (const DictionaryEntry* entry : entries) {
        std::vector<Field> fields = {problem.experiment, problem.spec.name};
        AddEntry(*entry, &fields);
        fields.emplace_back(entry->full_cost_seconds);
        AddValues(id, *entry, &fields);
        writer.Write(fields);
      }
    }
  }

  void Runs() const {
    const RecordWriter writer =
        Writer({"experiment", "problem", "strategy", "repetition", "run", "end",
                "reason", "trials", "evaluations", "simulated_seconds",
                "strategy_seconds", "digest"},
               false);
    for (const RunRecord& run : results_->Runs()) {
      std::vector<Field> fields = RunFields(run);
      fields.emplace_back(run.id);
      fields.emplace_back(std::string(RunEndName(run.end)));
      fields.push_back(TextOrNothing(run.reason));
      fields.emplace_back(static_cast<int64_t>(run.trials));
      fields.emplace_back(static_cast<int64_t>(run.evaluations));
      fields.emplace_back(run.simulated_seconds);
      fields.emplace_back(run.strategy_seconds);
      fields.emplace_back(run.digest);
      writer.Write(fields);
    }
  }

  // One record per architecture that a run recommended at its end.
  void Recommendations() const {
    const RecordWriter writer =
        Writer({"experiment", "problem", "strategy", "repetition",
                "architecture", "rung", "replicate", "status", "missing"},
               true);
    for (const RunRecord& run : results_->Runs()) {
      const auto& dictionary = results_->Dictionary(run.problem);
      for (const uint32_t index : results_->Trials(run).recommended) {
        std::vector<Field> fields = RunFields(run);
        AddEntry(dictionary[index], &fields);
        AddValues(run.problem, dictionary[index], &fields);
        writer.Write(fields);
      }
    }
  }

 private:
  static Field TextOrNothing(const std::string& text) {
    return text.empty() ? Field() : Field(text);
  }

  void AddMetric(const std::string& name) {
    if (std::find(metrics_.begin(), metrics_.end(), name) == metrics_.end()) {
      metrics_.push_back(name);
    }
  }

  RecordWriter Writer(std::vector<std::string> names, bool values) const {
    if (values) names.insert(names.end(), metrics_.begin(), metrics_.end());
    return {csv_, std::move(names)};
  }

  std::vector<Field> RunFields(const RunRecord& run) const {
    const ResultsProblem& problem = problems_.at(run.problem);
    return {problem.experiment, problem.spec.name, run.strategy,
            static_cast<int64_t>(run.repetition)};
  }

  static void AddEntry(const DictionaryEntry& entry,
                       std::vector<Field>* fields) {
    fields->emplace_back(entry.text);
    // A recommendation that was never evaluated has no rung.
    fields->push_back(entry.rung < 0 ? Field() : Field(int64_t{entry.rung}));
    fields->emplace_back(int64_t{entry.replicate});
    fields->emplace_back(std::string(TrialStatusName(entry.status)));
    fields->push_back(entry.missing == Missing::kNone
                          ? Field()
                          : Field(std::string(MissingName(entry.missing))));
  }

  void AddValues(int64_t id, const DictionaryEntry& entry,
                 std::vector<Field>* fields) const {
    const ResultsProblem& problem = problems_.at(id);
    std::map<std::string, double> values;
    size_t next = 0;
    for (const auto* list : {&problem.objectives, &problem.constraints}) {
      for (const auto& named : *list) {
        if (next >= entry.values.size()) break;
        values["observed:" + named.metric] = entry.values[next++];
      }
    }
    for (size_t i = 0; i < entry.scores.size(); ++i) {
      if (!entry.scores[i].Ok()) continue;
      values["scored:" + problem.scores.at(i).metric] = entry.scores[i].value;
    }
    for (const std::string& metric : metrics_) {
      const auto found = values.find(metric);
      fields->push_back(found == values.end() ? Field() : Field(found->second));
    }
  }

  bool csv_;
  std::unique_ptr<Results> results_;
  std::map<int64_t, ResultsProblem> problems_;
  std::vector<std::string> metrics_;
};

void RunExport(const Options& options) {
  if (options.format != "csv" && options.format != "jsonl") {
    FailUnknown("format", options.format, {"csv", "jsonl"});
  }
  if (options.what != "values" && options.what != "columns" &&
      options.what != "splits" && !options.metrics.empty()) {
    throw Error(ErrorCode::kUsage,
                "--metrics belongs to --what values, columns or splits");
  }
  if (options.what != "splits" &&
      (options.splits || options.train || options.seed)) {
    throw Error(ErrorCode::kUsage,
                "--splits, --train and --seed belong to --what splits");
  }
  if (options.what == "values") {
    ExportValues(options);
  } else if (options.what == "columns") {
    ExportColumns(options);
  } else if (options.what == "splits") {
    ExportSplits(options);
  } else if (options.what == "trials") {
    ResultsExport(options).Trials();
  } else if (options.what == "dictionary") {
    ResultsExport(options).Dictionary();
  } else if (options.what == "runs") {
    ResultsExport(options).Runs();
  } else if (options.what == "recommendations") {
    ResultsExport(options).Recommendations();
  } else {
    FailUnknown("export", options.what,
                {"values", "columns", "splits", "trials", "dictionary", "runs",
                 "recommendations"});
  }
}

}  // namespace

void AddExportCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("export", "Unpack a file, one record a line");
  command->group(kTableCommands);
  const auto options = std::make_shared<Options>();
  command->add_option("file", options->file, "A table or a results file")
      ->required();
  command
      ->add_option("--what", options->what,
                   "Of a table: values (the default), columns (what each "
                   "means) or splits; of a results file: trials, dictionary, "
                   "runs or recommendations")
      ->type_name("WHAT");
  command
      ->add_option("--metrics", options->metrics,
                   "Of a table: only these, separated by commas; of splits: "
                   "architectures that have a value of each")
      ->allow_extra_args(false)
      ->type_name("METRIC,...");
  command
      ->add_option("--splits", options->splits,
                   "For splits: how many (default: 20)")
      ->check(CLI::PositiveNumber);
  command->add_option("--train", options->train,
                      "For splits: architectures to learn from (default: half "
                      "of the table's)");
  command->add_option("--seed", options->seed, "For splits: seed (default: 1)");
  command->add_option("--format", options->format, "csv (the default) or jsonl")
      ->type_name("FORMAT");
  command->callback([options] { RunExport(*options); });
}

}  // namespace hwnas
