// What is asked of built-in strategies is asked of the examples, each in its
// own process.
#include <gtest/gtest.h>

#include <string>

#include "strategies/conformance/checks.h"

namespace hwnas {
namespace {

std::string Python(const std::string& command) {
  return "exec:exec python3 " + std::string(HWNAS_SOURCE_DIR) +
         "/strategies/examples/python/" + command;
}
std::string Library(const std::string& name) {
  return std::string(HWNAS_TEST_PLUGINS) + "/lib" + name + ".so";
}

void PassesAllChecks(const std::string& name, bool in_process = false) {
  PluginOptions options;
  options.host = HWNAS_BINARY;
  options.in_process = in_process;
  const auto source = OpenStrategy(name, options);
  size_t asked = 0;
  for (const ConformanceCheck& check : ConformanceChecks()) {
    const ConformanceResult result = RunConformanceCheck(check, *source);
    EXPECT_NE(result.verdict, ConformanceVerdict::kFailed)
        << check.name << ": " << result.reason;
    asked += result.verdict == ConformanceVerdict::kNotAsked ? 0 : 1;
  }
  EXPECT_GE(asked, ConformanceChecks().size() - 1);
}

TEST(PluginConformance, RandomSearchInPython) {
  PassesAllChecks(Python("random_search.py"));
}
TEST(PluginConformance, EvolutionInPython) {
  PassesAllChecks(Python("evolution.py"));
}
TEST(PluginConformance, AnAskTellOptimizerUnchanged) {
  PassesAllChecks(Python("ask_tell.py one_plus_one:Optimizer"));
}
TEST(PluginConformance, RandomSearchInC) {
  PassesAllChecks(Library("random_search_in_c"));
}
TEST(PluginConformance, RandomSearchInCInThisProcess) {
  PassesAllChecks(Library("random_search_in_c"), true);
}
TEST(PluginConformance, RegularizedEvolutionAsALibrary) {
  PassesAllChecks(Library("rea_as_library"));
}
TEST(PluginConformance, Nsga2AsALibraryInThisProcess) {
  PassesAllChecks(Library("nsga2_as_library"), true);
}

}  // namespace
}  // namespace hwnas
