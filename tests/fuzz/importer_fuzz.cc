// Entries of the importers of published formats: a mutant is written to a file
// and imported into a table that is never committed.

#include <memory>
#include <string>

#include "datasets/importer.h"
#include "tests/datasets/published_samples.h"
#include "tests/fuzz/fuzz.h"
#include "tests/temp_dir.h"

namespace hwnas {

namespace {

/// A folder and a table under construction. Mutants share it: what one of them
/// added, another may contradict, which the writer refuses.
class Bench {
 public:
  explicit Bench(PublishedSample sample) : sample_(std::move(sample)) {}

  void Import(const std::string& bytes) {
    // A fresh table now and then, so that it stays small.
    if (used_++ % 1000 == 0) Renew();
    ImportFile(sample_.file, bytes, sample_.source);
  }

 private:
  void Renew() {
    writer_.reset();
    TableInfo info;
    info.defaults.dataset = "cifar10";
    writer_ =
        TableWriter::Create(folder_.Path("t" + std::to_string(used_) + ".db"),
                            MakeSpace(sample_.space), info);
    for (const auto& [file, bytes] : sample_.before) {
      ImportFile(file, bytes, "help");
    }
  }

  void ImportFile(const std::string& file, const std::string& bytes,
                  const std::string& source) {
    const std::string path = folder_.Path(file);
    WriteBytes(path, bytes);
    FindImporter(source).Import({{path}, sample_.schema}, *writer_);
  }

  PublishedSample sample_;
  TempDir folder_;
  std::unique_ptr<TableWriter> writer_;
  uint64_t used_ = 0;
};

}  // namespace

std::vector<FuzzEntry> ImporterFuzzEntries() {
  std::vector<FuzzEntry> entries;
  for (PublishedSample& sample : PublishedSamples()) {
    FuzzEntry entry;
    entry.name = sample.name;
    entry.seeds = {sample.inner};
    entry.pack = sample.pack;
    const auto bench = std::make_shared<Bench>(std::move(sample));
    entry.run = [bench](const std::string& input) { bench->Import(input); };
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace hwnas
