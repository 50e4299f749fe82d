#include "tabular/spaces/nb_macro.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tabular/cost_model.h"
#include "tabular/error.h"
#include "tests/real_data.h"

namespace hwnas {
namespace {

TEST(NbMacroSpace, IdentitiesCommuteBehindTheFirstLayerOfAStage) {
  const NbMacroSpace space;
  EXPECT_EQ(space.EffectiveKey(space.Parse("02012100")),
            space.EffectiveKey(space.Parse("02012100")));
  EXPECT_EQ(space.Format(space.Canonical(space.Parse("00102001"))), "00120010");
  EXPECT_NE(space.EffectiveKey(space.Parse("01000000")),
            space.EffectiveKey(space.Parse("10000000")));
  std::set<std::string> keys;
  for (uint64_t rank = 0; rank < *space.Size(); ++rank) {
    keys.insert(space.EffectiveKey(space.Unrank(rank)));
  }
  EXPECT_EQ(keys.size(), 3969u);
}

TEST(NbMacroSpace, RefusesOtherTexts) {
  const NbMacroSpace space;
  for (const char* bad : {"", "0201210", "020121000", "0201210a", "02012103"}) {
    EXPECT_THROW(space.Parse(bad), Error) << bad;
  }
}

TEST(NbMacroData, CostsFromLayersAreThePublishedOnesAndDuplicatesAgree) {
  HWNAS_REAL_DATA(path, "nas-bench-macro/nas-bench-macro_cifar10.json");
  const NbMacroSpace space;
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  std::ifstream file(path);
  const auto table = nlohmann::json::parse(file);
  ASSERT_EQ(table.size(), 6561u);
  std::map<std::string, std::string> rows;
  for (const auto& item : table.items()) {
    const Architecture a = space.Parse(item.key());
    const LayerGraph graph = space.Layers(a, input);
    ASSERT_EQ(Params(graph), item.value().at("params").get<int64_t>());
    // The source leaves out the biases of its one linear layer.
    ASSERT_EQ(Macs(graph) - 10, item.value().at("flops").get<int64_t>());
    const std::string row = item.value().dump();
    const auto [it, _] = rows.emplace(space.EffectiveKey(a), row);
    ASSERT_EQ(it->second, row) << item.key();
  }
  EXPECT_EQ(rows.size(), 3969u);
}

}  // namespace
}  // namespace hwnas
