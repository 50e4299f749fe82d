// Entry of the table reader.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tabular/error.h"
#include "tabular/table.h"
#include "tests/fuzz/edited_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/tabular/table_fixture.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

/// A small table in a file of small pages, and its digest.
struct Base {
  TempDir folder;
  std::string bytes;
  std::string digest;

  Base() {
    const std::string path = folder.Path("base.db");
    // The space is one that costs little to make: each mutant makes it anew.
    const auto writer =
        TableWriter::Create(path, MakeSpace("nats-sss"), FixtureInfo());
    AddFixture(*writer, 3001, false);
    writer->Commit();
    bytes = InSmallPages(path);
    digest = Table::Open(path)->Digest();
  }
};

/// Reads all of a table. What passes its own check must be what was written.
void ReadAll(const Base& base, const std::string& input) {
  const std::string path = base.folder.Path("mutant.db");
  WriteBytes(path, input);
  const auto table = Table::Open(path);
  for (const Column& column : table->Columns()) table->Load(column);
  for (const std::string& scheme : table->AliasSchemes()) {
    for (size_t row = 0; row < table->Rows(); ++row) {
      table->AliasOf(scheme, row);
    }
  }
  const bool sound = table->Check().empty();
  if (sound && table->Digest() != base.digest) {
    throw Error(ErrorCode::kInternal,
                "a changed table passes its check with another digest");
  }
}

}  // namespace

std::vector<FuzzEntry> TableFuzzEntries() {
  const auto base = std::make_shared<const Base>();
  FuzzEntry entry;
  entry.name = "table";
  entry.seeds = {std::string(), std::string(16, '\0')};
  entry.pack = [base](const std::string& edits) {
    return ApplyEdits(base->bytes, edits);
  };
  entry.run = [base](const std::string& input) { ReadAll(*base, input); };
  return {entry};
}

}  // namespace hwnas
