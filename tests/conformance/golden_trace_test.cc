// Recorded traces of every strategy that is marked exact, and recorded bands
// of regret for the others, in tests/golden/strategies/. A strategy without a
// record fails. HWNAS_UPDATE_GOLDEN=1 writes the records anew: only together
// with a raised version and a line in the change log.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "strategies/registry.h"
#include "tabular/number.h"
#include "tabular/sha256.h"
#include "tabular/spaces/nb201.h"
#include "tests/sanitized.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

constexpr uint64_t kEvaluations = 300;
constexpr size_t kLines = 50;  // spelled out; all are in the digest
constexpr uint64_t kBandSeeds = 10;

std::string PathOf(const std::string& name) {
  return std::string(HWNAS_SOURCE_DIR) + "/tests/golden/strategies/" + name +
         ".txt";
}

bool Updating() {
  const char* update = std::getenv("HWNAS_UPDATE_GOLDEN");
  return update != nullptr && std::string(update) == "1";
}

/// Two objectives where the strategy is made for them; two rungs always.
Problem GoldenProblem(const StrategyInfo& info) {
  Problem problem = MakeProblem(std::make_shared<Nb201Space>(),
                                info.multi_objective ? 2 : 1, 2);
  problem.budget.evaluations = kEvaluations;
  return problem;
}

Trace GoldenRun(const StrategyInfo& info, const Problem& problem,
                uint64_t seed) {
  return RunOnLandscape(info.name, {}, problem, seed,
                        {.evaluations = kEvaluations, .workers = 2});
}

std::string ExactRecord(const StrategyInfo& info) {
  const Problem problem = GoldenProblem(info);
  const std::string text = GoldenRun(info, problem, 7).Text(*problem.space);
  std::string record = info.Id() + "\nsha256 " + Sha256Hex(text) + "\n";
  size_t end = 0;
  for (size_t line = 0; line < kLines && end < text.size(); ++line) {
    end = text.find('\n', end) + 1;
  }
  return record + text.substr(0, end);
}

/// Mean gap to the landscape's optimum over seeds, in points of accuracy.
double MeanRegret(const StrategyInfo& info) {
  const Problem problem = GoldenProblem(info);
  double optimum = -1e300;
  for (uint64_t rank = 0; rank < problem.space->Size().value(); ++rank) {
    optimum = std::max(
        optimum, SyntheticEvaluator::Accuracy(problem.space->Unrank(rank)));
  }
  double regret = 0;
  for (uint64_t seed = 0; seed < kBandSeeds; ++seed) {
    regret += optimum - BestAccuracy(GoldenRun(info, problem, seed), problem);
  }
  return regret / static_cast<double>(kBandSeeds);
}

class GoldenTrace : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTrace, EqualsItsRecord) {
  if (kSanitized) GTEST_SKIP() << "compared without sanitizers";
  const StrategyInfo& info = FindStrategy(GetParam());
  const std::string path = PathOf(info.name);
  if (Updating()) {
    std::ofstream out(path);
    if (info.exact) {
      out << ExactRecord(info);
    } else {
      const double regret = MeanRegret(info);
      out << info.Id() << "\nregret " << FormatNumber(regret * 0.5) << " "
          << FormatNumber(regret * 1.5 + 0.2) << "\n";
    }
    ASSERT_TRUE(out.good()) << path;
    return;
  }
  std::ifstream in(path);
  ASSERT_TRUE(in.good()) << "no golden record " << path
                         << ": run with HWNAS_UPDATE_GOLDEN=1 and review it";
  if (info.exact) {
    std::ostringstream record;
    record << in.rdbuf();
    EXPECT_EQ(ExactRecord(info), record.str());
    return;
  }
  std::string id;
  std::string word;
  double low = 0;
  double high = 0;
  in >> id >> word >> low >> high;
  ASSERT_EQ(word, "regret");
  EXPECT_EQ(id, info.Id());
  const double regret = MeanRegret(info);
  EXPECT_GE(regret, low);
  EXPECT_LE(regret, high);
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const StrategyInfo& info : BuiltInStrategies()) {
    names.push_back(info.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, GoldenTrace, testing::ValuesIn(Names()),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace hwnas
