// Entries of the readers of text, pickles and archives.

#include <cstring>

#include "datasets/archive_reader.h"
#include "datasets/csv_reader.h"
#include "datasets/safe_pickle.h"
#include "datasets/toml_reader.h"
#include "tabular/error.h"
#include "tests/datasets/fixtures.h"
#include "tests/fuzz/fuzz.h"

namespace hwnas {

namespace {

void Walk(const TomlTable& table) {
  for (const std::string& key : table.Keys()) {
    if (table.HasTable(key)) {
      Walk(table.Table(key));
      continue;
    }
    // One of these fits; what it is does not matter here.
    try {
      table.Texts(key);
      continue;
    } catch (const Error&) {
    }
    try {
      for (const TomlTable& item : table.Tables(key)) Walk(item);
      continue;
    } catch (const Error&) {
    }
    table.Matrix(key);
  }
}

void Walk(const PickleValue& value) {
  switch (value.Kind()) {
    case PickleKind::kDict:
      for (size_t i = 0; i < value.Size(); ++i) {
        Walk(value.Key(i));
        Walk(value.Entry(i));
      }
      return;
    case PickleKind::kList:
    case PickleKind::kTuple:
    case PickleKind::kSet:
      for (size_t i = 0; i < value.Size(); ++i) Walk(value[i]);
      return;
    case PickleKind::kArray:
      value.Shape();
      value.Elements();
      return;
    default:
      return;
  }
}

std::string RawFloats(std::initializer_list<float> values) {
  std::string out(values.size() * sizeof(float), '\0');
  std::memcpy(out.data(), values.begin(), out.size());
  return out;
}

std::string Tensor() {
  using namespace pickle;  // NOLINT: opcodes are the language here
  return Global("torch._utils", "_rebuild_tensor_v2") +
         Tuple({Tuple({Str("storage"), Global("torch", "FloatStorage"),
                       Str("0"), Str("cpu"), Int(4)}) +
                    "Q",
                Int(0), Tuple({Int(2), Int(2)}), Tuple({Int(2), Int(1)}),
                "\x89", Global("collections", "OrderedDict") + ")R"}) +
         "R";
}

std::string NumPyScalar() {
  using namespace pickle;  // NOLINT
  return Global("numpy.core.multiarray", "scalar") +
         Tuple({Global("numpy", "dtype") + Tuple({Str("f8"), Int(0), Int(1)}) +
                    "R" +
                    Tuple({Int(3), Str("<"), "N", "N", "N", Int(-1), Int(-1),
                           Int(0)}) +
                    "b",
                std::string("C\x08", 2) + std::string(8, '\x3f')}) +
         "R";
}

std::vector<std::string> Pickles() {
  using namespace pickle;  // NOLINT
  const auto whole = [](const std::string& value) {
    return Start() + value + Stop();
  };
  return {whole(List({Float(1.5), Int(7), Int(70000), Str("text"), "N"})),
          whole(Dict(
              {Str("a"), Tuple({Int(1), "\x88"}), Str("b"), List({Str("c")})})),
          whole(NumPyScalar()),
          whole("](]q\x01h\x01K\x02"
                "e"),
          whole(Global("collections", "OrderedDict") + ")R" + Str("k") +
                NumPyScalar() + "s")};
}

/// A `.pt` around a pickle's bytes, with one storage.
std::string PackPt(const std::string& inner) {
  return MakeArchive("zip", {{"archive/data.pkl", inner},
                             {"archive/data/0", RawFloats({1, 2, 3, 4})},
                             {"archive/version", "3\n"}});
}

}  // namespace

std::vector<FuzzEntry> ReaderFuzzEntries() {
  std::vector<FuzzEntry> entries;
  entries.push_back(
      {"toml",
       {"a = 1\nb = \"text\"\n[c]\nd = [1, 2.5, 'x']\n[[e]]\nf = true\n",
        "x = {y = 1, z = [[1, 2], [3]]}\n\"quoted key\" = '''a\nb'''\n",
        "n = -1_000\nf = 6.02e23\nd = 1979 # no date\n",
        "[a.b.c]\nd.e = \"\"\"x\\\n  y\"\"\"\nh = 0xff\n"},
       [](const std::string& input) {
         const TomlTable table = TomlTable::ReadText(input, "fuzz.toml");
         Walk(table);
         table.CheckAllRead();
       }});
  entries.push_back(
      {"csv",
       {"a,b,c\n1,2,3\n4,5,6\n", "\"a\",a,\"b \"\"c\"\"\"\r\n1,\"x,\ny\",\r\n",
        "\xef\xbb\xbf"
        "arch,acc\n|x~0|,93.5\n"},
       [](const std::string& input) {
         CsvReader csv(input, "fuzz.csv");
         while (csv.Next()) {
         }
       }});
  entries.push_back({"pickle", Pickles(), [](const std::string& input) {
                       Walk(Pickle::Read(input, "fuzz.pkl").Root());
                     }});
  std::vector<std::string> with_tensor = Pickles();
  with_tensor.push_back(pickle::Start() + Tensor() + pickle::Stop());
  entries.push_back(
      {"pt", with_tensor,
       [](const std::string& input) { Walk(ReadPt(input, "fuzz.pt").Root()); },
       PackPt});
  const auto read_archive = [](const std::string& input) {
    ReadArchive(
        input, "fuzz", {}, [](const std::string&) { return true; },
        [](const std::string&, const std::string&) {});
  };
  const FixtureFiles files = {{"a/one", "1"}, {"b", std::string(300, 'x')}};
  for (const char* format : {"zip", "zip-deflate"}) {
    entries.push_back({std::string("archive-") + format,
                       {MakeArchive(format, files)},
                       read_archive});
  }
  // The mutants before packing are broken tar files.
  entries.push_back(
      {"archive-tar-gz",
       {MakeArchive("tar", files)},
       read_archive,
       [](const std::string& tar) { return Compress("gzip", tar); }});
  entries.push_back(
      {"bzip2",
       {"text to be compressed, text, text"},
       [](const std::string& input) { Decompress(input, "f"); },
       [](const std::string& inner) { return Compress("bzip2", inner); }});
  return entries;
}

}  // namespace hwnas
