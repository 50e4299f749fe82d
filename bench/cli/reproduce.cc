#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/output.h"
#include "bench/cli/run_options.h"
#include "bench/harness/defaults.h"
#include "bench/harness/results.h"
#include "bench/report/document.h"
#include "bench/reproduce/published_table.h"
#include "bench/reproduce/reproduce.h"
#include "datasets/published_nb201.h"
#include "tabular/error.h"
#include "tabular/table.h"

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

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string DataFolder() {
  const std::string folder = Environment("HWNAS_DATA");
  return folder.empty() ? "../shared/data" : folder;
}

// The table that a published comparison stands on, opened once.
class Tables {
 public:
  explicit Tables(const std::string& given) : given_(given) {}

  std::shared_ptr<const Table> For(const PublishedTable& published) {
    if (table_ == nullptr) table_ = Table::Open(Path(published));
    return table_;
  }

 private:
  std::string Path(const PublishedTable& published) const {
    if (!given_.empty()) return given_;
    if (published.data == "published-nb201") {
      return CachedPublishedNb201(DataFolder(), CacheFolder());
    }
    throw Error(ErrorCode::kUsage,
                fmt::format("reproduce: name the table that '{}' stands on "
                            "with --table",
                            Quoted(published.name)));
  }

  std::string given_;
  std::shared_ptr<const Table> table_;
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
  Tables tables(options.table);
  std::optional<TemporaryResults> temporary;
  if (options.out.empty()) temporary.emplace();
  const auto results =
      Results::OpenOrCreate(temporary ? temporary->Path() : options.out);
  const InterruptScope interrupt;
  const RunOptions run = ToRunOptions(options.shared, interrupt);
  std::vector<Reproduction> list;
  for (const PublishedTable& published : wanted) {
    list.push_back(Reproduce(published, tables.For(published), *results,
                             options.seed, run));
  }
  results->Close();
  Print(Render(list, options.all, options.format));
  FlushOutput();
  for (const Reproduction& reproduction : list) {
    if (reproduction.Agrees()) continue;
    throw Error(
        ErrorCode::kDisagree,
        fmt::format("{}: not every figure is reproduced", reproduction.name));
  }
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
