#include "bench/harness/defaults.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "bench/harness/tabular_benchmark.h"
#include "datasets/synthetic.h"
#include "tabular/embedded_text.h"
#include "tabular/error.h"
#include "tabular/module.h"
#include "tabular/version.h"

namespace hwnas {

std::span<const EmbeddedText> DefaultExperimentText();  // embedded

Experiment DefaultExperiment(std::shared_ptr<const Table> table,
                             std::vector<std::string>* left_out) {
  const EmbeddedText& file = DefaultExperimentText().front();
  Experiment experiment =
      Experiment::ReadText(file.text, std::string(file.name));
  std::vector<ProblemSpec> answered;
  std::optional<Error> first;
  for (const ProblemSpec& problem : experiment.problems) {
    try {
      TabularBenchmark::Make(table, problem);
      answered.push_back(problem);
    } catch (const Error& error) {
      if (error.Code() != ErrorCode::kNotFound) throw;
      if (!first) first = error;
      left_out->push_back("problem '" + problem.name +
                          "' is left out: " + error.what());
    }
  }
  if (answered.empty()) throw *first;
  experiment.problems = std::move(answered);
  return experiment;
}

std::string EmbeddedTable(const std::string& name) {
  // Beside lib/ in the build tree, beside lib/ or lib/TRIPLET/ installed.
  for (const char* up : {"../", "../../"}) {
    std::error_code error;
    const auto path = std::filesystem::canonical(
        fmt::format("{}{}share/hwnas/{}.db", LibraryFolder(), up, name), error);
    if (!error) return path.string();
  }
  throw Error(ErrorCode::kNotFound,
              fmt::format("the table '{}' that comes with hwnas is not beside "
                          "its library: build the target hwnas_embedded, or "
                          "name one by --table",
                          name));
}

std::string CacheFolder() {
  namespace fs = std::filesystem;
  fs::path folder;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME");
      xdg != nullptr && xdg[0] == '/') {
    folder = fs::path(xdg) / "hwnas";
  } else if (const char* home = std::getenv("HOME");
             home != nullptr && home[0] == '/') {
    folder = fs::path(home) / ".cache" / "hwnas";
  } else {
    throw Error(ErrorCode::kIo,
                "no folder for the cache: set HOME or XDG_CACHE_HOME");
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::kIo,
                folder.string() + ": " + error.message() +
                    "; set XDG_CACHE_HOME to a folder that can be written");
  }
  return folder.string();
}

namespace {

/// A cache of another version, or damaged, is made again.
bool IsReadable(const std::string& table) {
  try {
    Table::Open(table);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::string SyntheticTable() {
  namespace fs = std::filesystem;
  const std::string path = CacheFolder() + "/synthetic-" + Version() + ".db";
  if (IsReadable(path)) return path;
  // Another process may be doing the same: the last to finish wins, and both
  // wrote the same.
  const std::string draft = path + "." + std::to_string(getpid());
  WriteSyntheticTable(draft, {});
  std::error_code error;
  fs::rename(draft, path, error);
  if (error) {
    throw Error(ErrorCode::kIo, path + ": " + error.message());
  }
  return path;
}

std::string TablePath(const std::string& given) {
  if (given.empty()) return EmbeddedTable();
  if (given == "synthetic" && !std::filesystem::exists(given)) {
    return SyntheticTable();
  }
  return given;
}

}  // namespace hwnas
