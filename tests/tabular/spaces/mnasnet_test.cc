#include "tabular/spaces/mnasnet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tests/real_data.h"
#include "tests/text_file.h"

namespace hwnas {
namespace {

TEST(MnasnetSpace, ReadsAndWritesBlocks) {
  const MnasnetSpace space;
  const std::string text =
      "e6_k3_l1,e4_k5_l2_se,e6_k3_l3,e6_k5_l3,e6_k5_l2,e1_k3_l4,e1_k3_l2_se";
  EXPECT_EQ(space.Format(space.Parse(text)), text);
  EXPECT_EQ(space.Decisions()[5].name, "block1_k");
  EXPECT_EQ(space.Size(), uint64_t{36} * 36 * 36 * 36 * 36 * 36 * 48);
  for (const std::string& bad :
       {std::string(), text + ",e1_k3_l1", text.substr(9),
        "e5" + text.substr(2), "e6_k3_l4" + text.substr(8)}) {
    EXPECT_THROW(space.Parse(bad), Error) << bad;
  }
}

TEST(MnasnetData, CostsFromLayersAreThePublishedOnes) {
  HWNAS_REAL_DATA(path, "accel-nasbench/accel_nasbench.csv");
  const MnasnetSpace space;
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("imagenet", &input));
  const auto lines = ReadLines(path);
  ASSERT_EQ(lines.size(), 5139u);
  const auto header = SplitFields(lines[0]);
  const auto column = [&header](const std::string& name) {
    return static_cast<size_t>(std::find(header.begin(), header.end(), name) -
                               header.begin());
  };
  const size_t params_column = column("params_m");
  const size_t macs_column = column("macs_m");
  for (size_t row = 1; row < lines.size(); row += 5) {
    const auto fields = SplitFields(lines[row]);
    Architecture a(28);
    for (size_t i = 0; i < 28; ++i) {
      const auto& choices = space.Decisions()[i].choices;
      ASSERT_EQ(header[i + 1], space.Decisions()[i].name);
      const auto it = std::find(choices.begin(), choices.end(), fields[i + 1]);
      ASSERT_NE(it, choices.end());
      a[i] = static_cast<uint16_t>(it - choices.begin());
    }
    const LayerGraph graph = space.Layers(a, input);
    ASSERT_EQ(Params(graph),
              std::llround(std::stod(fields[params_column]) * 1e6));
    // The source's counter (thop) leaves out biases and adds four operations
    // per value of a batch norm, and for a global average one per value and
    // one per channel.
    int64_t theirs = 0;
    for (const Layer& layer : graph.Layers()) {
      theirs += LayerMacs(layer);
      if (layer.bias) theirs -= layer.out.Elements();
      if (layer.kind == LayerKind::kBatchNorm) {
        theirs += 4 * layer.out.Elements();
      }
      if (layer.kind == LayerKind::kGlobalAvgPool) {
        theirs += layer.in.Elements() + layer.out.channels;
      }
    }
    ASSERT_EQ(theirs, std::llround(std::stod(fields[macs_column]) * 1e6));
  }
}

}  // namespace
}  // namespace hwnas
