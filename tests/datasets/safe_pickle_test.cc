#include "datasets/safe_pickle.h"

#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/datasets/fixtures.h"
#include "tests/failure.h"
#include "tests/real_data.h"

namespace hwnas {
namespace {

using namespace pickle;  // NOLINT: opcodes are the language of this file

Pickle Read(const std::string& value) {
  return Pickle::Read(Start() + value + Stop(), "x.pkl");
}

std::string Refusal(const std::string& bytes) {
  return Failure(ErrorCode::kCorrupt, [&] { Pickle::Read(bytes, "x.pkl"); });
}

template <typename T>
std::string Raw(std::initializer_list<T> values) {
  std::string out(values.size() * sizeof(T), '\0');
  std::memcpy(out.data(), values.begin(), out.size());
  return out;
}

std::string Bytes(std::string_view bytes) {
  return std::string("C") + static_cast<char>(bytes.size()) +
         std::string(bytes);
}

std::string Dtype(const std::string& code, const std::string& order = "<") {
  return Global("numpy", "dtype") + Tuple({Str(code), Int(0), Int(1)}) + "R" +
         Tuple({Int(3), Str(order), "N", "N", "N", Int(-1), Int(-1), Int(0)}) +
         "b";
}

TEST(SafePickle, ReadsPlainData) {
  const Pickle pickle = Read(
      Dict({Str("list"), List({Int(1), Int(300), Int(-70000), Int(1ll << 40)}),
            Str("number"), Float(0.1), Str("none"), "N", Str("yes"), "\x88",
            Str("tuple"), Tuple({Str("a"), Float(2)}), Str("set"), "\x8f"}));
  const PickleValue root = pickle.Root();
  ASSERT_EQ(root.Kind(), PickleKind::kDict);
  const PickleValue list = root.Get("list");
  ASSERT_EQ(list.Size(), 4u);
  EXPECT_EQ(list[0].Integer(), 1);
  EXPECT_EQ(list[1].Integer(), 300);
  EXPECT_EQ(list[2].Integer(), -70000);
  EXPECT_EQ(list[3].Integer(), 1ll << 40);
  EXPECT_EQ(list[0].Number(), 1.0);
  EXPECT_EQ(root.Get("number").Number(), 0.1);
  EXPECT_TRUE(root.Get("none").IsNone());
  EXPECT_TRUE(root.Get("yes").Bool());
  EXPECT_EQ(root.Get("tuple")[0].String(), "a");
  EXPECT_EQ(root.Get("set").Kind(), PickleKind::kSet);
  EXPECT_EQ(root.Key(0).String(), "list");
  PickleValue absent;
  EXPECT_FALSE(root.Find("other", &absent));
}

TEST(SafePickle, ReadsOrderedDictsAndNumPyData) {
  const std::string one = Raw<double>({0.25});
  std::string big = one;
  std::reverse(big.begin(), big.end());
  const Pickle pickle = Read(List(
      {Global("collections", "OrderedDict") + ")R" + Str("k") + Int(7) + "s",
       Global("numpy.core.multiarray", "scalar") +
           Tuple({Dtype("f8"), Bytes(one)}) + "R",
       Global("numpy.core.multiarray", "scalar") +
           Tuple({Dtype("f8", ">"), Bytes(big)}) + "R",
       Global("numpy.core.multiarray", "scalar") +
           Tuple({Dtype("i8"), Bytes(Raw<int64_t>({-5}))}) + "R",
       Global("numpy.core.multiarray", "_reconstruct") +
           Tuple({Global("numpy", "ndarray"), Tuple({Int(0)}), Bytes("b")}) +
           "R" +
           Tuple({Int(1), Tuple({Int(2), Int(1)}), Dtype("f4"), "\x89",
                  Bytes(Raw<float>({1.5f, -2}))}) +
           "b"}));
  const PickleValue root = pickle.Root();
  EXPECT_EQ(root[0].Get("k").Integer(), 7);
  EXPECT_EQ(root[1].Number(), 0.25);
  EXPECT_EQ(root[2].Number(), 0.25);
  EXPECT_EQ(root[3].Integer(), -5);
  EXPECT_EQ(root[4].Shape(), (std::vector<size_t>{2, 1}));
  EXPECT_EQ(root[4].Elements(), (std::vector<double>{1.5, -2}));
}

std::string Tensor(int64_t offset, const std::vector<int64_t>& shape,
                   const std::vector<int64_t>& strides, int64_t numel) {
  std::vector<std::string> extents;
  std::vector<std::string> steps;
  for (const int64_t e : shape) extents.push_back(Int(e));
  for (const int64_t s : strides) steps.push_back(Int(s));
  return Global("torch._utils", "_rebuild_tensor_v2") +
         Tuple({Tuple({Str("storage"), Global("torch", "FloatStorage"),
                       Str("0"), Str("cpu"), Int(numel)}) +
                    "Q",
                Int(offset), Tuple(extents), Tuple(steps), "\x89",
                Global("collections", "OrderedDict") + ")R"}) +
         "R";
}

TEST(SafePickle, ReadsTensorsFromThePtFilesStorages) {
  const FixtureFiles storage = {{"0", Raw<float>({1, 2, 3, 4, 5, 6, 7})}};
  const Pickle pickle =
      ReadPt(MakePt(Tensor(1, {2, 3}, {1, 2}, 7), storage), "x.pt");
  EXPECT_EQ(pickle.Root().Shape(), (std::vector<size_t>{2, 3}));
  EXPECT_EQ(pickle.Root().Elements(), (std::vector<double>{2, 4, 6, 3, 5, 7}));
}

TEST(SafePickle, RefusesTensorsBeyondTheirStorage) {
  const FixtureFiles storage = {{"0", Raw<float>({1, 2, 3, 4})}};
  const auto refused = [&](const std::string& tensor) {
    Failure(ErrorCode::kCorrupt,
            [&] { ReadPt(MakePt(tensor, storage), "x.pt"); });
  };
  refused(Tensor(0, {5}, {1}, 4));
  refused(Tensor(1, {4}, {1}, 4));
  refused(Tensor(0, {2}, {4}, 4));
  refused(Tensor(0, {2}, {1ll << 62}, 4));
  refused(Tensor(4, {}, {}, 4));
  refused(Tensor(-1, {1}, {1}, 4));
  refused(Tensor(0, {1ll << 40, 1ll << 40}, {0, 0}, 4));
  refused(Tensor(0, {4}, {1}, 5));
  refused(Tensor(0, {4}, {1, 1}, 4));
}

TEST(SafePickle, ExecutesNothing) {
  const std::string system = Start() + Global("os", "system") +
                             Tuple({Str("echo owned")}) + "R" + Stop();
  EXPECT_EQ(Refusal(system),
            "x.pkl: at byte 2: names os.system, which is not among the few "
            "types that are read; nothing was executed");
  Refusal(Start(4) + Str("posix") + Str("system") + "\x93" +
          Tuple({Str("id")}) + "R" + Stop());
  Refusal(Start() + Global("builtins", "eval") + Stop());
  // INST and OBJ, the older ways to call.
  Refusal(Start() + "(" + Str("id") + "ios\nsystem\n" + Stop());
  Refusal(Start() + "(" + Global("collections", "OrderedDict") + "o" + Stop());
}

TEST(SafePickle, RefusesAMemoBomb) {
  // A reader that keeps the memo as an array would need 32 GiB.
  EXPECT_NE(Refusal(Start() + "]r\xff\xff\xff\xff" + Stop())
                .find("the memo's entry 4294967295 is beyond"),
            std::string::npos);
  PickleLimits limits;
  limits.memo = 2;
  Failure(ErrorCode::kCorrupt, [&] {
    Pickle::Read(Start() + "]\x94\x94\x94" + Stop(), "x", {}, limits);
  });
}

TEST(SafePickle, RefusesSharedDataThatUnfoldsWithoutEnd) {
  // Each list holds the one before twice: 2^60 in 300 bytes.
  std::string value = "]q";
  value += '\0';
  for (int i = 1; i < 60; ++i) {
    const char before = static_cast<char>(i - 1);
    const char now = static_cast<char>(i);
    value += std::string("](h") + before + "h" + before + "eq" + now;
  }
  // All on the stack; a tuple gathers them.
  EXPECT_NE(
      Refusal(Start() + "(" + value + "t" + Stop()).find("unfolds to too much"),
      std::string::npos);
}

TEST(SafePickle, RefusesWorkRepeatedOnSharedData) {
  // One list of 1,000 pairs, turned into a dict over and over.
  PickleLimits limits;
  limits.nodes = 10'000;
  const std::vector<std::string> pairs(1000, Tuple({Int(1), Int(2)}));
  std::string value = "(" + Tuple({List(pairs)}) + "q\x01";
  for (int i = 0; i < 1000; ++i) {
    value += Global("collections", "OrderedDict") + "h\x01" + "R";
  }
  Failure(ErrorCode::kCorrupt, [&] {
    Pickle::Read(Start() + value + "t" + Stop(), "x", {}, limits);
  });
}

TEST(SafePickle, RefusesDepthAndCycles) {
  std::string deep = Start();
  for (int i = 0; i < 100'000; ++i) deep += ']';
  for (int i = 1; i < 100'000; ++i) deep += 'a';
  EXPECT_NE(Refusal(deep + Stop()).find("nested deeper than 64"),
            std::string::npos);
  EXPECT_NE(Refusal(Start() + std::string("]q\0h\0a", 6) + Stop())
                .find("contains itself"),
            std::string::npos);
}

TEST(SafePickle, RefusesWhatIsNoPickle) {
  Refusal("");
  Refusal("(lp0\n.");        // protocol 0
  Refusal(Start(9) + "N.");  // of the future
  Refusal(Start() + ".");    // an empty stack
  Refusal(Start() + "NN.");  // two data
  Refusal(Start() + "(N.");  // a mark left
  Refusal(Start() + "N.N");  // more behind
  Refusal(Start() + "K");    // cut off
  Refusal(Start() + "X\xff\xff\xff\x7fx.");
  Refusal(Start() + "h\x05.");     // memo without entry
  Refusal(Start() + "](K\x01u.");  // items set in a list
  Refusal(Start() + "}(K\x01u.");  // a key without entry
  Refusal(Start() + "t.");         // no mark
  Refusal(Start() + Global("collections", "OrderedDict") + ".");
  Refusal(Start() +
          "\x8a\x09"
          "123456789.");
}

TEST(SafePickle, NamesWhatItFoundInsteadOfWhatWasAskedFor) {
  const Pickle pickle = Read(List({Str("a"), Float(1.0 / 0.0)}));
  EXPECT_EQ(Failure(ErrorCode::kCorrupt, [&] { pickle.Root()[0].Number(); }),
            "x.pkl: at byte 4: expected a number, found a string");
  EXPECT_EQ(Failure(ErrorCode::kCorrupt, [&] { pickle.Root()[1].Number(); }),
            "x.pkl: at byte 10: expected a finite number");
  Failure(ErrorCode::kCorrupt, [&] { pickle.Root()[2]; });
  Failure(ErrorCode::kCorrupt, [&] { pickle.Root().Get("a"); });
}

TEST(PtFile, IsRefusedWhereItIsCutOffOrOfAnotherFormat) {
  const std::string pt = MakePt(List({Float(1), Float(2)}));
  EXPECT_EQ(ReadPt(pt, "x.pt").Root()[1].Number(), 2);
  for (size_t keep = 0; keep < pt.size(); keep += 7) {
    Failure(ErrorCode::kCorrupt, [&] { ReadPt(pt.substr(0, keep), "x.pt"); });
  }
  EXPECT_NE(Failure(ErrorCode::kCorrupt,
                    [] {
                      ReadPt(std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9"
                                         "\x20\x6a\xa8\x50\x19.",
                                         15),
                             "x.pt");
                    })
                .find("PyTorch's format before 1.6"),
            std::string::npos);
  Failure(ErrorCode::kCorrupt, [] {
    ReadPt(MakeArchive("zip", {{"a/b", "c"}}), "x.pt");
  });
}

TEST(PtFile, EveryFlippedBitIsRefusedOrChangesNothing) {
  const std::string pt = MakePt(List({Float(1.5), Float(2.5)}));
  size_t refused = 0;
  for (size_t bit = 0; bit < 8 * pt.size(); ++bit) {
    std::string flipped = pt;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    try {
      const Pickle pickle = ReadPt(flipped, "x.pt");
      ASSERT_EQ(pickle.Root().Size(), 2u) << bit;
      EXPECT_EQ(pickle.Root()[0].Number(), 1.5) << bit;
      EXPECT_EQ(pickle.Root()[1].Number(), 2.5) << bit;
    } catch (const Error& e) {
      EXPECT_EQ(e.Code(), ErrorCode::kCorrupt) << bit << ": " << e.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 8 * 22u);
}

TEST(PtFile, ReadsThePublishedOnes) {
  HWNAS_REAL_DATA(path, "help/nasbench201/latency/1080ti_1.pt");
  const Pickle pickle = ReadPtFile(path);
  ASSERT_EQ(pickle.Root().Size(), 15625u);
  EXPECT_EQ(pickle.Root()[0].Number(), 10.75437068939209);
}

}  // namespace
}  // namespace hwnas
