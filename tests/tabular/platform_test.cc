#include "tabular/platform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace hwnas {
namespace {

TEST(Platform, KnownOnesAreSortedAndUnique) {
  const auto& platforms = KnownPlatforms();
  for (size_t i = 1; i < platforms.size(); ++i) {
    EXPECT_LT(platforms[i - 1].id, platforms[i].id);
  }
}

TEST(Platform, AllSettingsOfThePublishedTablesAreKnown) {
  std::set<std::string> help;
  for (const char* gpu :
       {"1080ti", "2080ti", "titan_rtx", "titanx", "titanxp"}) {
    for (const char* batch : {"_1", "_32", "_64", "_256"}) {
      const Platform* platform = FindKnownPlatform(std::string(gpu) + batch);
      ASSERT_NE(platform, nullptr) << gpu << batch;
      EXPECT_EQ(platform->device, gpu);
      EXPECT_EQ("_" + std::to_string(platform->batch), batch);
    }
  }
  for (const char* id :
       {"gold_6226",      "gold_6240", "silver_4114", "silver_4210r",
        "essential_ph_1", "pixel2",    "samsung_a50", "samsung_s7",
        "edgegpu",        "edgetpu",   "raspi4",      "pixel3",
        "eyeriss",        "fpga",      "3090",        "a100",
        "tpuv2",          "tpuv3",     "vck190",      "zcu102"}) {
    ASSERT_NE(FindKnownPlatform(id), nullptr) << id;
    EXPECT_EQ(FindKnownPlatform(id)->device, id);
  }
  EXPECT_EQ(FindKnownPlatform("pixel9"), nullptr);
}

TEST(Platform, CategoriesAndProcessorsComeFromTheVocabulary) {
  const std::set<std::string> categories = {"server", "desktop", "mobile",
                                            "embedded", "tiny"};
  const std::set<std::string> processors = {"CPU", "GPU", "FPGA", "ASIC",
                                            "TPU", "DSP", "MCU"};
  for (const Platform& platform : KnownPlatforms()) {
    EXPECT_TRUE(categories.contains(platform.category)) << platform.id;
    EXPECT_TRUE(processors.contains(platform.processor)) << platform.id;
    EXPECT_FALSE(platform.method.empty()) << platform.id;
  }
}

TEST(Platform, NothingIsStatedThatItsSourceDoesNotState) {
  // Batches: in the ids of HELP's graphics cards, and in the edge GPU's script.
  for (const Platform& platform : KnownPlatforms()) {
    const bool help_gpu =
        platform.method == "measured by HELP" && platform.processor == "GPU";
    EXPECT_EQ(platform.batch != 0, help_gpu || platform.id == "edgegpu")
        << platform.id;
    EXPECT_EQ(platform.precision, "") << platform.id;
    EXPECT_EQ(platform.method == "measured by HELP" && platform.runtime != "",
              false)
        << platform.id;
  }
}

TEST(Platform, ModelsAreNotCalledMeasured) {
  for (const char* id : {"eyeriss", "fpga"}) {
    EXPECT_EQ(FindKnownPlatform(id)->method.find("measured"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace hwnas
