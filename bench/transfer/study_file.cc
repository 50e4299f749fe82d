#include "bench/transfer/study_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "bench/transfer/study_keys.h"
#include "datasets/toml_reader.h"
#include "tabular/embedded_text.h"
#include "tabular/error.h"

namespace hwnas {

// The files of bench/transfer, compiled in.
std::span<const EmbeddedText> TransferFileTexts();

namespace {

void CheckData(const TomlTable& toml, const TransferFile& file) {
  if (!file.embedded_table.empty() && !file.data.imports.empty()) {
    toml.Fail("import", "the embedded table takes no imports");
  }
  if (file.data.empty()) return;
  try {
    CheckPublishedData(file.data);
  } catch (const Error& error) {
    toml.Fail(file.data.imports.empty() ? "data" : "import", error.what());
  }
}

// Which kind a file is of, by what it has.
TransferKind KindOf(const TomlTable& toml, const TransferFile& file) {
  const bool platforms = toml.HasTable("platforms");
  const bool data_sets = toml.HasTable("data_sets");
  const bool signals = !file.signals.signals.empty();
  if (int{platforms} + int{data_sets} + int{signals} > 1) {
    toml.Fail(platforms ? "platforms" : "data_sets",
              "a study is of platforms, of signals or of data sets");
  }
  if (platforms) return TransferKind::kPlatforms;
  if (data_sets) return TransferKind::kDataSets;
  if (!signals) {
    toml.Fail("signal",
              "a study has a [platforms] table, a [data_sets] table or "
              "[[signal]]s");
  }
  return TransferKind::kSignals;
}

// What does not belong to the kind is refused, not left aside.
void CheckKind(const TomlTable& toml, const TransferFile& file) {
  const auto refuse = [&](const char* key) {
    if (!toml.Has(key)) return;
    toml.Fail(key, fmt::format("does not belong to a study of {}",
                               TransferKindName(file.kind)));
  };
  if (file.kind == TransferKind::kSignals) {
    if (file.signals.targets.empty()) {
      toml.Fail("target", "there must be a target");
    }
  } else {
    for (const char* key :
         {"target", "gain", "top", "elite", "one_per_network"}) {
      refuse(key);
    }
  }
  if (file.kind != TransferKind::kDataSets) {
    refuse("data_set");
  } else if (file.data_sets.data_sets.size() < 3) {
    toml.Fail("data_set",
              "there must be three or more, to learn from two and leave one "
              "out");
  }
}

TransferFile Read(const TomlTable& toml) {
  TransferFile file;
  TransferKeys().Read(toml, &file);
  CheckData(toml, file);
  file.kind = KindOf(toml, file);
  CheckKind(toml, file);
  toml.CheckAllRead();
  return file;
}

}  // namespace

const char* TransferKindName(TransferKind kind) {
  switch (kind) {
    case TransferKind::kPlatforms:
      return "platforms";
    case TransferKind::kDataSets:
      return "data-sets";
    case TransferKind::kSignals:
      break;
  }
  return "signals";
}

TransferFile TransferFile::ReadFile(const std::string& path) {
  return Read(TomlTable::ReadFile(path));
}

TransferFile TransferFile::ReadText(std::string_view text,
                                    const std::string& name) {
  return Read(TomlTable::ReadText(text, name));
}

std::vector<TransferFile> BuiltInTransferFiles() {
  std::vector<TransferFile> files;
  for (const EmbeddedText& file : TransferFileTexts()) {
    files.push_back(TransferFile::ReadText(file.text, std::string(file.name)));
  }
  std::sort(files.begin(), files.end(),
            [](const TransferFile& a, const TransferFile& b) {
              return a.name < b.name;
            });
  return files;
}

TransferFile FindTransferFile(const std::string& name) {
  if (name.ends_with(".toml")) return TransferFile::ReadFile(name);
  std::vector<std::string> known;
  for (TransferFile& file : BuiltInTransferFiles()) {
    if (file.name == name) return std::move(file);
    known.push_back(file.name);
  }
  FailUnknown("transfer study", name, known);
}

}  // namespace hwnas
