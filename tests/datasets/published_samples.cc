#include "tests/datasets/published_samples.h"

#include "tabular/spaces/nb101.h"

namespace hwnas {

namespace {

const char kCell[] = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";

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

std::string Nb101Record() {
  return MakeNb101Record(
      Nb101Hash(), 108, "010001000", "input,conv3x3-bn-relu,output", 8555530,
      {{54, 500.5, 0.75, 0.5, 0.5}, {108, 1000.25, 1.0, 0.5, 0.875}});
}

std::string Nb101Line() {
  return "{\"hash\": \"" + Nb101Hash() +
         "\", \"adjacency\": [[0, 1, 0], [0, 0, 1], [0, 0, 0]], \"ops\": [-1, "
         "0, -2], \"val_acc\": {\"4\": 0.36, \"12\": 0.42, \"36\": 0.9, "
         "\"108\": 0.93}, \"train_seconds_108\": 1768.976, \"params\": 9}\n";
}

/// Seven vertices in a chain, NASLib's numbers of operations behind the edges.
std::string NaslibNb101Key() {
  std::string key = "(";
  for (int src = 0; src < 7; ++src) {
    for (int dst = 0; dst < 7; ++dst) {
      key += dst == src + 1 ? "1, " : "0, ";
    }
  }
  return key + "0, 4, 3, 2, 4, 4, 1)";
}

const char kNaslibScores[] =
    R"({"idx": "534", "grad_norm": {"score": 88.5, "time": 0.5}, )"
    R"("nwot": {"score": -Infinity, "time": 0.5}, "val_accuracy": 86.06})";

std::string PackTarGz(const std::string& inner) {
  return MakeArchive("tar.gz", {{"d/result_1.json", inner}});
}

std::string PackPt(const std::string& pickle) {
  return MakeArchive(
      "zip", {{"archive/data.pkl", pickle}, {"archive/version", "3\n"}});
}

std::string PackGzip(const std::string& inner) {
  return Compress("gzip", inner);
}

std::string PackBzip2(const std::string& inner) {
  return Compress("bzip2", inner);
}

}  // namespace

std::vector<PublishedSample> PublishedSamples() {
  using namespace pickle;  // NOLINT: opcodes are the language here
  const std::string nb201_index = Start() + Dict({Str(kCell), Int(0)}) + Stop();
  const std::string fbnet_index =
      Start() + List({List(std::vector<std::string>(22, Int(8)))}) + Stop();
  const std::string darts =
      "[[(0, 3), (1, 3), (0, 3), (1, 3), (1, 3), (0, 2), (0, 2), (2, 5)], "
      "[(0, 0), (1, 0), (2, 2), (1, 0), (0, 0), (2, 2), (2, 2), (1, 0)]]";

  std::vector<PublishedSample> samples;
  const auto add = [&](PublishedSample sample) {
    samples.push_back(std::move(sample));
  };
  add({.name = "accel-nasbench",
       .source = "accel-nasbench",
       .space = "mnasnet",
       .file = "a.tar.gz",
       .inner = AccelResult(),
       .pack = PackTarGz,
       .checksummed = true});
  add({.name = "csv-import",
       .source = "csv",
       .space = "nb201",
       .file = "z.csv",
       .inner = "arch_index,naswot,zen\n0,-776.5,184.955\n",
       .schema = "nb201-zero-cost",
       .before = {{"str_arch2idx.pt", PackPt(nb201_index)}}});
  add({.name = "help",
       .source = "help",
       .space = "nb201",
       .file = "str_arch2idx.pt",
       .inner = nb201_index,
       .pack = PackPt,
       .checksummed = true});
  add({.name = "help-fbnet",
       .source = "help",
       .space = "fbnet",
       .file = "arch.pt",
       .inner = fbnet_index,
       .pack = PackPt,
       .checksummed = true});
  add({.name = "help-latency",
       .source = "help",
       .space = "fbnet",
       .file = "1080ti_64.pt",
       .inner = Start() + List({Float(10.5)}) + Stop(),
       .pack = PackPt,
       .before = {{"arch.pt", PackPt(fbnet_index)}},
       .checksummed = true});
  add({.name = "metad2a",
       .source = "metad2a",
       .space = "nb201",
       .file = "m.txt",
       .inner = std::string("116.5\n") + kCell + ", 72.5, 0.001\n"});
  add({.name = "nas-bench-101",
       .source = "nas-bench-101",
       .space = "nb101",
       .file = "n.tfrecord",
       .inner = MakeTfRecords({Nb101Record()}),
       .checksummed = true});
  // Behind the checksums.
  add({.name = "nas-bench-101-record",
       .source = "nas-bench-101",
       .space = "nb101",
       .file = "n.tfrecord",
       .inner = Nb101Record(),
       .pack = [](const std::string& inner) { return MakeTfRecords({inner}); },
       .checksummed = true});
  add({.name = "nas-bench-101-sample",
       .source = "nas-bench-101-sample",
       .space = "nb101",
       .file = "s.jsonl.gz",
       .inner = Nb101Line(),
       .pack = PackGzip,
       .checksummed = true});
  add({.name = "nas-bench-macro",
       .source = "nas-bench-macro",
       .space = "nb-macro",
       .file = "m.json",
       .inner =
           R"({"02012100": {"test_acc": [89.5, 88.5, 89.0], "mean_acc": 89.0, )"
           R"("std": 0.5, "params": 890666, "flops": 47327744}})"});
  add({.name = "naslib",
       .source = "naslib",
       .space = "nb201",
       .file = "p.json",
       .inner = std::string("{\"cifar10\": {\"(0, 2, 3, 2, 3, 1)\": ") +
                kNaslibScores + "}}"});
  add({.name = "naslib-nb101",
       .source = "naslib",
       .space = "nb101",
       .file = "p.json",
       .inner = "{\"nasbench101\": {\"cifar10\": {\"" + NaslibNb101Key() +
                "\": " + kNaslibScores + "}}}"});
  add({.name = "naslib-nb301",
       .source = "naslib",
       .space = "darts",
       .file = "p.json",
       .inner = "{\"cifar10\": {\"" + darts + "\": " + kNaslibScores + "}}"});
  add({.name = "nats-bench",
       .source = "nats-bench",
       .space = "nb201",
       .file = "0.pickle.pbz2",
       .inner = MakeNatsArchive(7, kCell, 1),
       .pack = PackBzip2,
       .checksummed = true});
  return samples;
}

}  // namespace hwnas
