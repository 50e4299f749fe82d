// Entry of the table reader.

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tabular/error.h"
#include "tabular/table.h"
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
    sqlite3* handle = nullptr;
    sqlite3_open(path.c_str(), &handle);
    sqlite3_exec(handle, "PRAGMA page_size = 512; VACUUM", nullptr, nullptr,
                 nullptr);
    sqlite3_close(handle);
    bytes = ReadBytes(path);
    digest = Table::Open(path)->Digest();
  }
};

/// A seed is a list of edits of the base, four bytes each: where (two, little-
/// endian, in units of a byte modulo the size), and what to add to the byte
/// there and to the next.
std::string Apply(const Base& base, const std::string& edits) {
  std::string bytes = base.bytes;
  for (size_t i = 0; i + 4 <= edits.size(); i += 4) {
    const auto at = [&](size_t k) {
      return static_cast<uint8_t>(edits[i + k]);
    };
    const size_t where = (at(0) + 256u * at(1)) % (bytes.size() - 1);
    bytes[where] = static_cast<char>(bytes[where] + edits[i + 2]);
    bytes[where + 1] = static_cast<char>(bytes[where + 1] + edits[i + 3]);
  }
  return bytes;
}

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
  entry.pack = [base](const std::string& edits) { return Apply(*base, edits); };
  entry.run = [base](const std::string& input) { ReadAll(*base, input); };
  return {entry};
}

}  // namespace hwnas
