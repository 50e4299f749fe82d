#include "strategies/frameworks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "strategies/conformance/landscape.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

/// Every counterpart is of the registry and takes the options stated: it is
/// made with them, for a problem that has all that a strategy may ask for.
TEST(Frameworks, EveryCounterpartExistsAndTakesTheOptions) {
  const auto space = std::make_shared<ToySpace>(4, 3);
  const Problem problem = MakeProblem(space, 2, 2);
  size_t counterparts = 0;
  for (const Framework& framework : Frameworks()) {
    for (const FrameworkStrategy& strategy : framework.strategies) {
      SCOPED_TRACE(framework.name + ": " + strategy.name);
      if (strategy.counterpart.empty()) {
        EXPECT_TRUE(strategy.options.empty());
        EXPECT_FALSE(strategy.note.empty()) << "why there is none";
        continue;
      }
      ++counterparts;
      EXPECT_NO_THROW(MakeStrategy(strategy.counterpart, strategy.options,
                                   MakeContext(problem, 1)));
    }
  }
  EXPECT_GT(counterparts, 15u);
}

TEST(Frameworks, AreAllThereSortedAndSayWhereTheyWereLookedUp) {
  std::vector<std::string> names;
  for (const Framework& framework : Frameworks()) {
    names.push_back(framework.name);
    EXPECT_FALSE(framework.source.empty()) << framework.name;
    EXPECT_FALSE(framework.data.empty()) << framework.name;
    EXPECT_EQ(framework.open, framework.note.empty())
        << framework.name << ": the note says why a closed one cannot run";
    EXPECT_TRUE(std::is_sorted(
        framework.strategies.begin(), framework.strategies.end(),
        [](const auto& a, const auto& b) { return a.name < b.name; }))
        << framework.name;
  }
  EXPECT_THAT(names,
              testing::ElementsAre("archai", "auto-keras", "autonac", "darwin",
                                   "distiller", "google-automl", "neunets",
                                   "nni", "tpot"));
}

TEST(Frameworks, AnUnknownOneNamesTheNearest) {
  try {
    FindFramework("nnni");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'nni'"));
  }
}

TEST(Frameworks, ThePageIsMadeOfTheTable) {
  const std::string path =
      std::string(HWNAS_SOURCE_DIR) + "/strategies/FRAMEWORKS.md";
  const char* update = std::getenv("HWNAS_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(path) << FrameworksMarkdown();
  }
  std::ifstream in(path);
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_EQ(page.str(), FrameworksMarkdown())
      << "write it anew by HWNAS_UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace hwnas
