#include "bench/harness/defaults.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <span>

#include "datasets/synthetic.h"
#include "tabular/embedded_text.h"
#include "tabular/error.h"
#include "tabular/table.h"
#include "tabular/version.h"

namespace hwnas {

std::span<const EmbeddedText> DefaultExperimentText();  // embedded

Experiment DefaultExperiment() {
  const EmbeddedText& file = DefaultExperimentText().front();
  return Experiment::ReadText(file.text, std::string(file.name));
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

std::string DefaultTable() {
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

}  // namespace hwnas
