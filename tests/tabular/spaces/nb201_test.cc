#include "tabular/spaces/nb201.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>

#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tests/real_data.h"
#include "tests/text_file.h"

namespace hwnas {
namespace {

constexpr uint16_t kNone = 0;
constexpr uint16_t kSkip = 1;
constexpr uint16_t kConv1 = 2;
constexpr uint16_t kConv3 = 3;
constexpr uint16_t kPool = 4;

NetworkInput InputOf(const char* dataset) {
  NetworkInput input;
  EXPECT_TRUE(FindNetworkInput(dataset, &input)) << dataset;
  return input;
}

int Count(const Architecture& a, uint16_t op) {
  return static_cast<int>(
      std::count(a.Decisions().begin(), a.Decisions().end(), op));
}

/// What remains of a network but its wiring: every layer's kind, shapes,
/// kernel and number of inputs.
using LayerBag =
    std::multiset<std::tuple<LayerKind, int, int, int, int, size_t>>;
LayerBag Bag(const LayerGraph& graph) {
  LayerBag bag;
  for (const Layer& layer : graph.Layers()) {
    bag.insert({layer.kind, layer.in.channels, layer.out.channels,
                layer.out.height, layer.kernel, layer.inputs.size()});
  }
  return bag;
}

TEST(Nb201Space, ReadsAndWritesThePublishedText) {
  const Nb201Space space;
  const std::string text =
      "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+"
      "|nor_conv_3x3~0|none~1|skip_connect~2|";
  const Architecture a = space.Parse(text);
  EXPECT_EQ(a, (Architecture{kPool, kConv1, kSkip, kConv3, kNone, kSkip}));
  EXPECT_EQ(space.Format(a), text);
}

TEST(Nb201Space, QuotesWhatItCannotRead) {
  const Nb201Space space;
  const std::string good = space.Format(Architecture(6));
  for (const std::string& bad :
       {std::string(), good + "|", good.substr(1),
        good.substr(0, good.size() - 1), std::string("|none~1|+|none~0"),
        std::string("|nor_conv_5x5~0|+|none~0|none~1|+|none~0|none~1|none~2|"),
        std::string("a\nb")}) {
    try {
      space.Parse(bad);
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kUsage);
      EXPECT_THAT(error.what(), testing::HasSubstr("not an nb201"));
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("\n")));
    }
  }
}

TEST(Nb201Space, NodeMoveDrawsANodeThenAnInput) {
  const Nb201Space space;
  Rng rng(5);
  std::array<int, 6> by_node{};
  std::array<int, 6> by_edge{};
  const Architecture from{1, 2, 3, 4, 0, 1};
  constexpr int kDraws = 36000;
  for (int i = 0; i < kDraws; ++i) {
    for (const size_t move : {0, 1}) {
      Architecture to;
      ASSERT_TRUE(space.Mutate(from, move, rng, &to));
      int changed = 0;
      for (size_t e = 0; e < 6; ++e) {
        if (to[e] == from[e]) continue;
        ++changed;
        ++(move == 0 ? by_node : by_edge)[e];
      }
      ASSERT_EQ(changed, 1);
    }
  }
  const std::array<double, 6> expected = {1.0 / 3, 1.0 / 6, 1.0 / 6,
                                          1.0 / 9, 1.0 / 9, 1.0 / 9};
  for (size_t e = 0; e < 6; ++e) {
    EXPECT_NEAR(by_node[e] / double{kDraws}, expected[e], 0.01) << e;
    EXPECT_NEAR(by_edge[e] / double{kDraws}, 1.0 / 6, 0.01) << e;
  }
}

TEST(Nb201Space, IsomorphicCellsShareOneCanonicalForm) {
  const Nb201Space space;
  // Node 2 is a pool and a convolution of the input, in either order.
  const Architecture a{kSkip, kConv3, kPool, kConv1, kPool, kSkip};
  const Architecture b{kSkip, kPool, kConv3, kPool, kConv1, kSkip};
  EXPECT_EQ(space.Canonical(a), space.Canonical(b));
  EXPECT_LE(space.Canonical(a), a);
  EXPECT_EQ(space.EffectiveKey(a), space.EffectiveKey(b));
}

TEST(Nb201Space, OneSharedConvolutionIsNotTwo) {
  const Nb201Space space;
  // The output is twice one convolution, against the sum of two: the published
  // string does not tell them apart.
  const Architecture shared{kConv3, kNone, kSkip, kNone, kSkip, kSkip};
  const Architecture separate{kConv3, kConv3, kNone, kNone, kSkip, kSkip};
  EXPECT_EQ(Nb201Space::ClassString(shared), Nb201Space::ClassString(separate));
  EXPECT_EQ(space.Canonical(shared), space.Canonical(separate));
  EXPECT_NE(space.EffectiveKey(shared), space.EffectiveKey(separate));
}

TEST(Nb201Effective, MergesSkipsAndDropsDeadEnds) {
  // 1 is a skip of the input; 2 reaches no output.
  const auto effective =
      Nb201Space::Effective({kSkip, kConv3, kConv3, kPool, kConv1, kNone});
  EXPECT_EQ(effective.nodes, 2);
  EXPECT_EQ(effective.edges,
            (std::vector<Nb201Edge>{{0, 1, Nb201Op::kAvgPool3x3, 3},
                                    {0, 1, Nb201Op::kConv1x1, 4}}));
}

TEST(Nb201Effective, ANodeOfTwoSkipsIsASum) {
  const auto effective =
      Nb201Space::Effective({kSkip, kSkip, kSkip, kNone, kNone, kConv3});
  EXPECT_EQ(effective.nodes, 3);
  EXPECT_EQ(effective.edges.size(), 3u);
}

TEST(Nb201Effective, TheOutputMergesLikeAnyNode) {
  const Nb201Space space;
  const auto effective =
      Nb201Space::Effective({kConv3, kNone, kNone, kNone, kSkip, kNone});
  EXPECT_EQ(effective.nodes, 2);
  EXPECT_EQ(space.EffectiveKey({kConv3, kNone, kNone, kNone, kSkip, kNone}),
            space.EffectiveKey({kNone, kNone, kNone, kConv3, kNone, kNone}));
  EXPECT_EQ(space.EffectiveKey({kNone, kNone, kNone, kSkip, kNone, kNone}),
            "identity");
  EXPECT_EQ(space.EffectiveKey({kConv3, kConv3, kNone, kNone, kNone, kNone}),
            "disconnected");
}

TEST(Nb201Effective, NetworksAndLayersAgreeOnAllArchitectures) {
  // The layer graph's own rule, applied to a network of one cell.
  Nb201Skeleton skeleton;
  skeleton.stages = 1;
  skeleton.cells = 1;
  const Nb201Space space(skeleton);
  const NetworkInput input = InputOf("cifar10");
  struct Network {
    int64_t macs;
    int64_t params;
    LayerBag bag;
  };
  std::map<std::string, Network> by_key;
  int disconnected = 0;
  for (uint64_t rank = 0; rank < *space.Size(); ++rank) {
    const Architecture a = space.Unrank(rank);
    const Nb201Effective cell = Nb201Space::Effective(a);
    const LayerGraph graph = space.Layers(a, input).Effective();
    ASSERT_EQ(cell.connected, space.IsConnected(a));
    if (!cell.connected) {
      ++disconnected;
      ASSERT_EQ(graph[graph.Output()].kind, LayerKind::kZero);
    } else {
      int convs = -1;  // the stem
      for (const Layer& layer : graph.Layers()) {
        convs += layer.kind == LayerKind::kConv;
      }
      int expected = 0;
      for (const Nb201Edge& edge : cell.edges) {
        expected +=
            edge.op == Nb201Op::kConv1x1 || edge.op == Nb201Op::kConv3x3;
      }
      ASSERT_EQ(convs, expected) << space.Format(a);
    }
    Network network{Macs(graph), Params(graph), Bag(graph)};
    const auto [it, inserted] = by_key.emplace(space.EffectiveKey(a), network);
    if (inserted) continue;
    ASSERT_EQ(it->second.macs, network.macs) << space.Format(a);
    ASSERT_EQ(it->second.params, network.params) << space.Format(a);
    ASSERT_EQ(it->second.bag, network.bag) << space.Format(a);
  }
  EXPECT_EQ(by_key.size(), 6985u);
  EXPECT_EQ(disconnected, 341);
}

TEST(Nb201Layers, ParamsDependOnTheClasses) {
  const Nb201Space space;
  const Architecture a = space.Parse(
      "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+"
      "|nor_conv_1x1~0|skip_connect~1|skip_connect~2|");
  EXPECT_EQ(Params(space.Layers(a, InputOf("cifar10"))), 129306);
  EXPECT_EQ(Params(space.Layers(a, InputOf("cifar100"))), 135156);
  EXPECT_EQ(Params(space.Layers(a, InputOf("imagenet16-120"))), 136456);
}

TEST(Nb201Layers, FollowTheSkeleton) {
  Nb201Skeleton skeleton;
  skeleton.channels = 8;
  skeleton.cells = 1;
  skeleton.stages = 2;
  skeleton.stem_stride = 2;
  const Nb201Space space(skeleton);
  const LayerGraph graph =
      space.Layers({0, 0, 0, kConv3, 0, 0}, InputOf("fashion-mnist-14"));
  EXPECT_EQ(graph[1].out, (Shape{8, 7, 7}));
  // 7 x 7 is odd: both branches of the residual block come to 4 x 4.
  EXPECT_EQ(graph[graph.Output() - 1].in, (Shape{16, 4, 4}));
  EXPECT_THROW(space.Layers(Architecture(6), {{3, 14, 16}, 10}), Error);
  Nb201Skeleton deep;
  deep.stages = 8;
  EXPECT_THROW(
      Nb201Space(deep).Layers(Architecture(6), InputOf("fashion-mnist-14")),
      Error);
}

TEST(Nb201Layers, EdgesCarryTheirDecision) {
  const Nb201Space space;
  const LayerGraph graph =
      space.Layers({0, 0, 0, kConv3, 0, 0}, InputOf("cifar10"));
  int convs = 0;
  for (const Layer& layer : graph.Layers()) {
    if (layer.kind != LayerKind::kConv || layer.decision < 0) continue;
    ++convs;
    EXPECT_EQ(layer.decision, 3);
    EXPECT_THAT(layer.name, testing::EndsWith(".3<-0"));
  }
  EXPECT_EQ(convs, 15);
}

TEST(Nb201Data, ClassesAreThePublishedOnes) {
  HWNAS_REAL_DATA(path, "nb201/isomorphism_classes.json");
  const Nb201Space space;
  std::ifstream file(path);
  const auto classes = nlohmann::json::parse(file);
  ASSERT_EQ(classes.size(), 6466u);
  std::set<Architecture> canonical;
  size_t members = 0;
  for (const auto& one : classes) {
    const Architecture first =
        space.Canonical(space.Parse(one[0].get<std::string>()));
    EXPECT_TRUE(canonical.insert(first).second) << one[0];
    EXPECT_EQ(space.Canonical(first), first);
    for (const auto& member : one) {
      ++members;
      EXPECT_EQ(space.Canonical(space.Parse(member.get<std::string>())), first)
          << member;
    }
  }
  EXPECT_EQ(members, 15625u);
}

TEST(Nb201Data, MacsAreThePublishedFormula) {
  HWNAS_REAL_DATA(path, "nb201/accuracy.csv");
  HWNAS_REAL_DATA(hardware, "nb201/hwnasbench_cifar10.csv");
  const Nb201Space space;
  const NetworkInput cifar10 = InputOf("cifar10");
  const auto lines = ReadLines(path);
  ASSERT_EQ(lines.size(), 15626u);
  std::vector<int64_t> macs;
  for (size_t i = 1; i < lines.size(); ++i) {
    const Architecture a = space.Parse(SplitFields(lines[i])[1]);
    EXPECT_EQ(space.Format(a), SplitFields(lines[i])[1]);
    macs.push_back(Macs(space.Layers(a, cifar10)));
    ASSERT_EQ(macs.back(), 7783050 + 35389440 * int64_t{Count(a, kConv3)} +
                               3932160 * int64_t{Count(a, kConv1)});
  }
  const auto rows = ReadLines(hardware);
  ASSERT_EQ(rows.size(), 12555u);
  for (size_t i = 1; i < rows.size(); ++i) {
    const auto fields = SplitFields(rows[i]);
    ASSERT_NEAR(std::stod(fields.back()),
                static_cast<double>(macs[std::stoul(fields[0])]) / 1e6, 1e-9)
        << rows[i];
  }
}

TEST(Nb201Data, ParamsDifferOnlyInTheListedErrorsOfTheSource) {
  HWNAS_REAL_DATA(path, "nb201/accuracy.csv");
  // Lines `index residual`: published minus ours.
  std::map<size_t, int64_t> listed;
  for (const std::string& line : ReadLines(
           HWNAS_SOURCE_DIR "/tests/golden/nb201_params_exceptions.txt")) {
    if (line.starts_with('#')) continue;
    const auto fields = SplitFields(line, ' ');
    ASSERT_EQ(fields.size(), 2u) << line;
    listed[std::stoul(fields[0])] = std::stoll(fields[1]);
  }
  EXPECT_EQ(listed.size(), 150u);

  const Nb201Space space;
  const NetworkInput cifar10 = InputOf("cifar10");
  const auto lines = ReadLines(path);
  std::map<size_t, int64_t> found;
  for (size_t i = 1; i < lines.size(); ++i) {
    const auto fields = SplitFields(lines[i]);
    const int64_t ours = Params(space.Layers(space.Parse(fields[1]), cifar10));
    const int64_t residual = std::stoll(fields[2]) - ours;
    if (residual != 0) found[std::stoul(fields[0])] = residual;
  }
  EXPECT_EQ(found, listed);
  for (const auto& [index, residual] : found) {
    const int64_t size = std::abs(residual);
    EXPECT_TRUE(size == 243040 || size == 28000) << index << " " << residual;
  }
}

}  // namespace
}  // namespace hwnas
