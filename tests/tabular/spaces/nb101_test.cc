#include "tabular/spaces/nb101.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tests/real_data.h"
#include "tests/text_file.h"

namespace hwnas {
namespace {

constexpr const char* kCell =
    "110001/10001/1000/100/10/1:conv3x3-bn-relu,conv1x1-bn-relu,maxpool3x3,"
    "conv3x3-bn-relu,conv3x3-bn-relu";

NetworkInput Cifar10() {
  NetworkInput input;
  EXPECT_TRUE(FindNetworkInput("cifar10", &input));
  return input;
}

std::string Gunzip(const std::string& path) {
  const std::unique_ptr<archive, decltype(&archive_read_free)> reader(
      archive_read_new(), archive_read_free);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_raw(reader.get());
  EXPECT_EQ(archive_read_open_filename(reader.get(), path.c_str(), 1 << 16),
            ARCHIVE_OK);
  archive_entry* entry = nullptr;
  EXPECT_EQ(archive_read_next_header(reader.get(), &entry), ARCHIVE_OK);
  std::string text;
  std::string buffer(1 << 16, '\0');
  for (;;) {
    const auto size =
        archive_read_data(reader.get(), buffer.data(), buffer.size());
    EXPECT_GE(size, 0);
    if (size <= 0) return text;
    text.append(buffer, 0, static_cast<size_t>(size));
  }
}

TEST(Nb101Space, ReadsAndWritesGraphs) {
  const Nb101Space space;
  EXPECT_EQ(space.Format(space.Parse(kCell)), kCell);
  EXPECT_EQ(space.Format(space.Parse("1:")), "1:");
  EXPECT_EQ(space.Format(space.Parse("11/1:maxpool3x3")), "11/1:maxpool3x3");
  for (const char* bad :
       {"", "1", ":", "0:", "11/1:", "11/1:maxpool3x3,maxpool3x3",
        "11/11:maxpool3x3", "12/1:maxpool3x3", "01/1:maxpool3x3",
        "11/0:maxpool3x3", "11/1:maxpool5x5", "1111111/1:maxpool3x3",
        "1111/111/11/1:maxpool3x3,maxpool3x3,maxpool3x3"}) {
    EXPECT_THROW(space.Parse(bad), Error) << bad;
  }
}

TEST(Nb101Space, FromGraphPrunesDeadVertices) {
  const Nb101Space space;
  // Vertex 2 reaches no output, vertex 3 has no input.
  const std::vector<uint8_t> adjacency = {0, 1, 1, 0, 0,  //
                                          0, 0, 0, 0, 1,  //
                                          0, 0, 0, 0, 0,  //
                                          0, 0, 0, 0, 1,  //
                                          0, 0, 0, 0, 0};
  const auto a =
      Nb101Space::FromGraph(5, adjacency, std::vector<int>{-1, 2, 0, 1, -2});
  ASSERT_TRUE(a.has_value());
  EXPECT_EQ(space.Format(*a), "10/1:maxpool3x3");
  EXPECT_EQ(Nb101Space::FromGraph(2, std::vector<uint8_t>{0, 0, 0, 0},
                                  std::vector<int>{-1, -2}),
            std::nullopt);
  EXPECT_THROW(
      Nb101Space::FromGraph(5, adjacency, std::vector<int>{-1, 3, 0, 1, -2}),
      Error);
  EXPECT_THROW(Nb101Space::FromGraph(8, adjacency, std::vector<int>(8)), Error);
  EXPECT_THROW(Nb101Space::FromGraph(2, std::vector<uint8_t>{0, 1, 1, 0},
                                     std::vector<int>{-1, -2}),
               Error);
}

TEST(Nb101Space, IsomorphicGraphsShareHashAndCanonicalForm) {
  const Nb101Space space;
  Rng rng(1);
  std::map<std::string, Architecture> by_hash;
  for (int i = 0; i < 3000; ++i) {
    const Architecture a = space.Sample(rng);
    const Architecture canonical = space.Canonical(a);
    EXPECT_EQ(Nb101Space::Hash(a), Nb101Space::Hash(canonical));
    const auto [it, _] = by_hash.emplace(Nb101Space::Hash(a), canonical);
    EXPECT_EQ(it->second, canonical);
  }
}

TEST(Nb101Space, KeysTellApartWhereTheSpareChannelsGo) {
  const Nb101Space space;
  // Three vertices share 128 channels as 43, 43, 42: the order matters.
  const Architecture a = space.Parse(
      "1110/001/01/1:conv3x3-bn-relu,conv1x1-bn-relu,conv1x1-bn-relu");
  const Architecture b = space.Parse(
      "1110/001/01/1:conv1x1-bn-relu,conv1x1-bn-relu,conv3x3-bn-relu");
  EXPECT_EQ(Nb101Space::Hash(a), Nb101Space::Hash(b));
  EXPECT_EQ(space.Canonical(a), space.Canonical(b));
  EXPECT_NE(space.EffectiveKey(a), space.EffectiveKey(b));
  EXPECT_NE(Params(space.Layers(a, Cifar10())),
            Params(space.Layers(b, Cifar10())));
}

TEST(Nb101Space, RanksCountLabelledGraphs) {
  const Nb101Space space;
  // By brute force over graphs of at most five vertices: they come from 2^10
  // matrices and their labels.
  std::set<Architecture> small;
  for (size_t n = 2; n <= 5; ++n) {
    const size_t edges = n * (n - 1) / 2;
    for (uint32_t bits = 0; bits < 1u << edges; ++bits) {
      std::vector<uint8_t> adjacency(n * n);
      uint32_t rest = bits;
      for (size_t src = 0; src < n; ++src) {
        for (size_t dst = src + 1; dst < n; ++dst, rest >>= 1) {
          adjacency[src * n + dst] = rest & 1;
        }
      }
      std::vector<int> ops(n, 0);
      ops.front() = -1;
      ops.back() = -2;
      for (;;) {
        if (const auto a = Nb101Space::FromGraph(n, adjacency, ops)) {
          small.insert(*a);
        }
        size_t i = 1;
        while (i + 1 < n && ops[i] == 2) ops[i++] = 0;
        if (i + 1 >= n) break;
        ++ops[i];
      }
    }
  }
  std::set<uint64_t> ranks;
  for (const Architecture& a : small) {
    ASSERT_EQ(space.Unrank(*space.Rank(a)), a);
    ranks.insert(*space.Rank(a));
  }
  EXPECT_EQ(ranks.size(), small.size());
}

TEST(Nb101Space, SizeCountsTheMatricesThatPruningKeeps) {
  // Slowly: every matrix of seven vertices, pruned, and its labels.
  uint64_t count = 0;
  std::vector<uint8_t> adjacency(49);
  const std::vector<int> ops = {-1, 0, 0, 0, 0, 0, -2};
  for (uint32_t bits = 0; bits < 1u << 21; ++bits) {
    if (std::popcount(bits) > 9) continue;
    size_t edge = 0;
    for (size_t src = 0; src < 7; ++src) {
      for (size_t dst = src + 1; dst < 7; ++dst, ++edge) {
        adjacency[src * 7 + dst] = bits >> edge & 1;
      }
    }
    const auto a = Nb101Space::FromGraph(7, adjacency, ops);
    if (!a) continue;
    uint64_t labels = 1;
    bool kept = true;
    for (edge = 0; edge < 21; ++edge) kept &= (*a)[edge] == (bits >> edge & 1);
    for (size_t src = 1; src < 6; ++src) {
      for (size_t dst = src + 1; dst < 7; ++dst) {
        if (adjacency[src * 7 + dst] == 0) continue;
        labels *= 3;
        break;
      }
    }
    if (kept) count += labels;
  }
  EXPECT_EQ(Nb101Space().Size(), count);
}

TEST(Nb101Data, HashesAndParamsOfTheSample) {
  HWNAS_REAL_DATA(path, "nas-bench-101/sample_30001.jsonl.gz");
  const Nb101Space space;
  const NetworkInput input = Cifar10();
  const std::string text = Gunzip(path);
  size_t rows = 0;
  int differ = 0;
  int of_no_numbering = 0;
  for (const std::string& line : SplitFields(text, '\n')) {
    if (line.empty()) continue;
    ++rows;
    const auto row = nlohmann::json::parse(line);
    std::vector<uint8_t> adjacency;
    for (const auto& r : row.at("adjacency")) {
      for (const auto& edge : r) adjacency.push_back(edge.get<uint8_t>());
    }
    const auto ops = row.at("ops").get<std::vector<int>>();
    const auto a = Nb101Space::FromGraph(ops.size(), adjacency, ops);
    ASSERT_TRUE(a.has_value());
    ASSERT_EQ(Nb101Space::Hash(*a), row.at("hash").get<std::string>());
    const auto params = row.at("params").get<int64_t>();
    if (Params(space.Layers(*a, input)) == params) continue;
    ++differ;
    // The graph came from its hash: the source trained another numbering of
    // it, which gives the spare channels to other vertices.
    bool found = false;
    for (const Architecture& other : space.Numberings(*a)) {
      found = found || Params(space.Layers(other, input)) == params;
    }
    of_no_numbering += !found;
  }
  EXPECT_EQ(rows, 30001u);
  EXPECT_EQ(of_no_numbering, 0);
  EXPECT_EQ(differ, 926);
}

}  // namespace
}  // namespace hwnas
