// Against the module `torch`: the same network in every configuration.

#include "datasets/measure/network_runner.h"

#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/module.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"
#include "tests/failure.h"

namespace hwnas {
namespace {

TEST(NetworkRunner, AnswersAlikeInEveryConfigurationOfEverySpace) {
  for (const char* spec :
       {"nb201{cells=2,channels=8,stages=2,stem_stride=2}", "nats-sss", "nb101",
        "nb-macro", "fbnet", "mnasnet", "darts"}) {
    const auto space = MakeSpace(spec);
    Rng rng(5);
    NetworkInput input = {{3, 32, 32}, 10};
    Architecture architecture = space->Sample(rng);
    while (!space->IsConnected(architecture)) {
      architecture = space->Sample(rng);
    }
    const LayerGraph graph = space->Layers(architecture, input).Effective();
    const auto eager =
        MakeNetworkRunner(graph, RuntimeConfiguration::kEager, 2)->Answers();
    ASSERT_EQ(eager.size(), 20u) << spec;
    double largest = 0;
    for (const float value : eager) {
      ASSERT_TRUE(std::isfinite(value)) << spec;
      largest = std::max(largest, std::abs(static_cast<double>(value)));
    }
    EXPECT_GT(largest, 0) << spec;
    for (const auto configuration :
         {RuntimeConfiguration::kFolded, RuntimeConfiguration::kChannelsLast}) {
      const auto runner = MakeNetworkRunner(graph, configuration, 2);
      const auto answers = runner->Answers();
      ASSERT_EQ(answers.size(), eager.size());
      for (size_t i = 0; i < eager.size(); ++i) {
        EXPECT_NEAR(answers[i], eager[i], 1e-3 * largest)
            << spec << " " << RuntimeConfigurationName(configuration);
      }
    }
  }
}

TEST(NetworkRunner, HoldsMoreMemoryForLargerBatches) {
  const auto space = MakeSpace("nb201");
  const LayerGraph graph =
      space->Layers(space->Unrank(15624), {{3, 32, 32}, 10}).Effective();
  const auto peak = [&](int batch) {
    return MakeNetworkRunner(graph, RuntimeConfiguration::kEager, batch)
        ->PeakBytes();
  };
  const int64_t one = peak(1);
  // At least an input and an output of the first stage.
  EXPECT_GT(one, 2 * 16 * 32 * 32 * 4);
  EXPECT_GT(peak(8), 4 * one);
}

TEST(NetworkRunner, NamesTheLibraryAndItsVersion) {
  EXPECT_TRUE(NetworkRunnerVersion().starts_with("LibTorch "));
}

TEST(ModuleFunction, SaysWhatIsNotThere) {
  EXPECT_NE(
      Failure(ErrorCode::kNotFound, [] { ModuleFunction("of-nothing", "f"); })
          .find("of-nothing"),
      std::string::npos);
  Failure(ErrorCode::kCorrupt, [] { ModuleFunction("torch", "no_such"); });
}

}  // namespace
}  // namespace hwnas
