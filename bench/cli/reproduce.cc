#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/data_folder.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/output.h"
#include "bench/cli/run_options.h"
#include "bench/harness/defaults.h"
#include "bench/harness/results.h"
#include "bench/report/document.h"
#include "bench/reproduce/published_table.h"
#include "bench/reproduce/reproduce.h"
#include "bench/reproduce/reproduction.h"
#include "tabular/error.h"
#include "tabular/table.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string name;
  std::string table;
  std::string out;
  std::string format = "text";
  std::optional<uint64_t> seed;
  bool list = false;
  bool all = false;
  SharedRunOptions shared;
};

// The tables that published comparisons stand on, each opened once.
class Tables {
 public:
  explicit Tables(const std::string& given) : given_(given) {}

  std::shared_ptr<const Table> For(const PublishedTable& published) {
    const std::string path =
        TableOfData("reproduce", published.name, published.data, given_);
    std::shared_ptr<const Table>& table = tables_[path];
    if (table == nullptr) table = Table::Open(path);
    return table;
  }

 private:
  std::string given_;
  std::map<std::string, std::shared_ptr<const Table>> tables_;
};

// A results file that is removed with all that SQLite puts beside it.
class TemporaryResults {
 public:
  TemporaryResults() {
    std::string folder =
        (fs::temp_directory_path() / "hwnas-reproduce-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) {
      throw Error(ErrorCode::kIo,
                  fmt::format("cannot make a folder like {}", folder));
    }
    folder_ = folder;
  }
  ~TemporaryResults() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  TemporaryResults(const TemporaryResults&) = delete;
  TemporaryResults& operator=(const TemporaryResults&) = delete;

  std::string Path() const { return (folder_ / "results.db").string(); }

 private:
  fs::path folder_;
};

std::string ListText(bool json) {
  const std::vector<PublishedTable> tables = BuiltInPublishedTables();
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const PublishedTable& table : tables) {
      list.push_back({{"name", table.name},
                      {"title", table.title},
                      {"source", table.source},
                      {"certainty", CertaintyName(table.certainty)},
                      {"cells", table.rows.size() * table.columns.size()}});
    }
    return nlohmann::ordered_json{{"reproduce", list}}.dump(2) + "\n";
  }
  std::string text;
  for (const PublishedTable& table : tables) {
    text += fmt::format("{}  {}\n", table.name, table.title);
  }
  return text;
}

std::string Render(const std::vector<Reproduction>& list, bool all,
                   const std::string& format) {
  if (format == "json") {
    return all ? ReproductionsToJson(list) : ReproductionToJson(list.front());
  }
  if (format == "csv") return ReproductionsToCsv(list);
  Document document;
  document.Heading(1, "Published figures and ours");
  if (all) AddVerdictCounts(list, &document);
  for (const Reproduction& reproduction : list) {
    AddReproduction(reproduction, &document);
  }
  if (format == "html") {
    return DocumentToHtml(document, "Published figures and ours");
  }
  return format == "md" ? DocumentToMarkdown(document)
                        : DocumentToText(document);
}

void CheckFormat(const std::string& format) {
  const std::vector<std::string> known = {"text", "md", "html", "json", "csv"};
  for (const std::string& name : known) {
    if (format == name) return;
  }
  FailUnknown("format", format, known);
}

// Where the runs and the finished cells of one published table are kept.
class Kept {
 public:
  // `--all` without `--out` is resumed from the cache, keyed by all inputs.
  Kept(const Options& options, const PublishedTable& published,
       const Table& table) {
    if (!options.out.empty()) {
      results_ = Results::OpenOrCreate(options.out);
    } else if (options.all) {
      const fs::path stem =
          fs::path(CacheFolder()) /
          fmt::format(
              "reproduce-{}-{}", published.name,
              ReproductionKey(published, table, options.seed).substr(0, 16));
      results_ = Results::OpenOrCreate(stem.string() + ".db");
      // A build of changed sources does not say which: its cells are not kept.
      if (BuildInfo().find("-dirty") == std::string::npos) {
        cells_ = OpenCellStore(stem.string() + ".jsonl");
      }
    } else {
      temporary_.emplace();
      results_ = Results::OpenOrCreate(temporary_->Path());
    }
  }

  Results& Runs() { return *results_; }
  CellStore* Cells() { return cells_.get(); }

 private:
  std::optional<TemporaryResults> temporary_;  // outlives what is in it
  std::unique_ptr<Results> results_;
  std::unique_ptr<CellStore> cells_;
};

std::vector<Reproduction> ReproduceEach(
    const Options& options, const std::vector<PublishedTable>& wanted,
    const RunOptions& run) {
  Tables tables(options.table);
  std::vector<Reproduction> list;
  for (const PublishedTable& published : wanted) {
    if (options.all && options.table.empty() && published.data.empty()) {
      list.push_back(NotTestable(
          published, "its file does not say what it stands on; name a table"));
      continue;
    }
    try {
      const std::shared_ptr<const Table> table = tables.For(published);
      Kept kept(options, published, *table);
      list.push_back(Reproduce(published, table, kept.Runs(), options.seed, run,
                               kept.Cells()));
      kept.Runs().Close();
    } catch (const Error& error) {
      // Among all, one whose data are not at hand is said, not skipped.
      if (!options.all || error.Code() != ErrorCode::kNotFound) throw;
      list.push_back(NotTestable(published, error.what()));
    }
  }
  return list;
}

void RunReproduce(const Options& options) {
  CheckFormat(options.format);
  if (options.list) {
    Print(ListText(options.format == "json"));
    return;
  }
  if (options.all != options.name.empty()) {
    throw Error(ErrorCode::kUsage,
                "reproduce: name one published table, or ask for --all or "
                "--list");
  }
  std::vector<PublishedTable> wanted;
  if (options.all) {
    wanted = BuiltInPublishedTables();
  } else {
    wanted.push_back(FindPublishedTable(options.name));
  }
  const InterruptScope interrupt;
  const RunOptions run = ToRunOptions(options.shared, interrupt);
  const std::vector<Reproduction> list = ReproduceEach(options, wanted, run);
  Print(Render(list, options.all, options.format));
  FlushOutput();
  std::vector<std::string> failed;
  for (const Reproduction& reproduction : list) {
    if (!reproduction.Agrees()) failed.push_back(reproduction.name);
  }
  if (failed.empty()) return;
  throw Error(ErrorCode::kDisagree,
              fmt::format("{}: not every figure is reproduced",
                          fmt::join(failed, ", ")));
}

}  // namespace

void AddReproduceCommand(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("reproduce",
                         "Set published figures against what we get")
          ->group(kExperimentCommands);
  command->add_option("name", options->name,
                      "A published table (see --list), or a TOML file of "
                      "your own");
  command->add_option("--table", options->table,
                      "Table to stand on (default: published data in "
                      "$HWNAS_DATA or ../shared/data, imported once)");
  command->add_option("--seed", options->seed,
                      "Master seed (default: the experiment's own)");
  command->add_option("--out", options->out,
                      "Results file to keep; runs that it holds are not run "
                      "again");
  command->add_option("--format", options->format,
                      "text, md, html, json or csv (default: text)");
  command->add_flag("--list", options->list, "List the published tables");
  command->add_flag("--all", options->all, "All published tables");
  AddSharedRunOptions(*command, &options->shared, false);
  command->callback([options] { RunReproduce(*options); });
}

}  // namespace hwnas
