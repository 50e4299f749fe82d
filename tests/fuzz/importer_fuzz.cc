// Entries of the importers of published formats: a mutant is written to a file
// and imported into a table that is never committed.

#include <memory>
#include <string>

#include "datasets/importer.h"
#include "tabular/spaces/nb101.h"
#include "tests/datasets/fixtures.h"
#include "tests/fuzz/fuzz.h"
#include "tests/temp_dir.h"

namespace hwnas {

namespace {

const char kCell[] = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";

/// A folder and a table under construction. Mutants share it: what one of them
/// added, another may contradict, which the writer refuses.
struct Bench {
  TempDir folder;
  std::unique_ptr<TableWriter> writer;
  uint64_t used = 0;
};

std::function<void(const std::string&)> ImportAs(
    const std::string& source, const std::string& space,
    const std::string& file, const std::string& schema = "") {
  auto bench = std::make_shared<Bench>();
  return [=](const std::string& input) {
    // A fresh table now and then, so that it stays small.
    if (bench->used++ % 1000 == 0) {
      bench->writer.reset();
      TableInfo info;
      info.defaults.dataset = "cifar10";
      bench->writer = TableWriter::Create(
          bench->folder.Path("t" + std::to_string(bench->used) + ".db"),
          MakeSpace(space), info);
    }
    const std::string path = bench->folder.Path(file);
    WriteBytes(path, input);
    ImportOptions options;
    options.paths = {path};
    options.schema = schema;
    FindImporter(source).Import(options, *bench->writer);
  };
}

std::string AccelResult() {
  std::string genes;
  for (int block = 0; block < 7; ++block) {
    const std::string b = "\"block" + std::to_string(block);
    genes += (block == 0 ? "" : ", ") + b + "_e\": 6, " + b + "_k\": 3, " + b +
             "_l\": 1, " + b + "_se\": false";
  }
  return "{\"architecture\": {" + genes +
         "}, \"metrics\": {\"val_top1\": 60.5, \"val_top5\": 82.5, "
         "\"train_time\": 1500.5}, \"model_info\": {\"macs\": 415.361072, "
         "\"params\": 2.50116}, \"platform_perf\": {\"latency_zcu102\": "
         "{\"latency_mean\": 4.5, \"latency_std\": null}}}";
}

std::string Nb101Hash() {
  const std::vector<uint8_t> edges = {0, 1, 0, 0, 0, 1, 0, 0, 0};
  return Nb101Space::Hash(
      *Nb101Space::FromGraph(3, edges, std::vector<int>{-1, 0, -2}));
}

}  // namespace

std::vector<FuzzEntry> ImporterFuzzEntries() {
  std::vector<FuzzEntry> entries;
  entries.push_back(
      {"accel-nasbench",
       {AccelResult()},
       ImportAs("accel-nasbench", "mnasnet", "a.tar.gz"),
       [](const std::string& inner) {
         return MakeArchive("tar.gz", {{"d/result_1.json", inner}});
       }});
  using namespace pickle;  // NOLINT: opcodes are the language here
  entries.push_back({"help",
                     {Start() + Dict({Str(kCell), Int(0)}) + Stop()},
                     ImportAs("help", "nb201", "str_arch2idx.pt"),
                     [](const std::string& inner) {
                       return MakeArchive("zip", {{"archive/data.pkl", inner},
                                                  {"archive/version", "3\n"}});
                     }});
  entries.push_back({"metad2a",
                     {std::string("116.5\n") + kCell + ", 72.5, 0.001\n"},
                     ImportAs("metad2a", "nb201", "m.txt")});
  entries.push_back(
      {"nas-bench-101",
       {MakeTfRecords({MakeNb101Record(
           Nb101Hash(), 108, "010001000", "input,conv3x3-bn-relu,output",
           8555530,
           {{54, 500.5, 0.75, 0.5, 0.5}, {108, 1000.25, 1.0, 0.5, 0.875}})})},
       ImportAs("nas-bench-101", "nb101", "n.tfrecord")});
  // Behind the checksums.
  entries.push_back(
      {"nas-bench-101-record",
       {MakeNb101Record(
           Nb101Hash(), 108, "010001000", "input,conv3x3-bn-relu,output",
           8555530,
           {{54, 500.5, 0.75, 0.5, 0.5}, {108, 1000.25, 1.0, 0.5, 0.875}})},
       ImportAs("nas-bench-101", "nb101", "n.tfrecord"),
       [](const std::string& inner) { return MakeTfRecords({inner}); }});
  entries.push_back(
      {"nas-bench-101-sample",
       {"{\"hash\": \"" + Nb101Hash() +
        "\", \"adjacency\": [[0, 1, 0], [0, 0, 1], [0, 0, 0]], \"ops\": [-1, "
        "0, -2], \"val_acc\": {\"4\": 0.36, \"12\": 0.42, \"36\": 0.9, "
        "\"108\": 0.93}, \"train_seconds_108\": 1768.976, \"params\": 9}\n"},
       ImportAs("nas-bench-101-sample", "nb101", "s.jsonl.gz"),
       [](const std::string& inner) { return Compress("gzip", inner); }});
  entries.push_back(
      {"nas-bench-macro",
       {R"({"02012100": {"test_acc": [89.5, 88.5, 89.0], "mean_acc": 89.0, )"
        R"("std": 0.5, "params": 890666, "flops": 47327744}})"},
       ImportAs("nas-bench-macro", "nb-macro", "m.json")});
  entries.push_back(
      {"naslib",
       {"{\"cifar10\": {\"(0, 2, 3, 2, 3, 1)\": "
        R"({"idx": "534", "flops": {"score": 88.5, "time": 0.5}, )"
        R"("val_accuracy": 86.06}}})"},
       ImportAs("naslib", "nb201", "p.json")});
  entries.push_back(
      {"nats-bench",
       {MakeNatsArchive(7, kCell, 1)},
       ImportAs("nats-bench", "nb201", "0.pickle.pbz2"),
       [](const std::string& inner) { return Compress("bzip2", inner); }});
  entries.push_back({"csv-import",
                     {std::string("arch_index,naswot,zen\n0,-776.5,184.955\n")},
                     ImportAs("csv", "nb201", "z.csv", "nb201-zero-cost")});
  return entries;
}

}  // namespace hwnas
