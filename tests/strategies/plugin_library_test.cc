#include "strategies/plugin_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "strategies/strategy_source.h"
#include "tabular/spaces/forwarding.h"
#include "tabular/spaces/nb201.h"
#include "tabular/spaces/subset.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

std::string Library(const std::string& name) {
  return std::string(HWNAS_TEST_PLUGINS) + "/lib" + name + ".so";
}

PluginOptions Options(bool in_process) {
  PluginOptions options;
  options.in_process = in_process;
  options.answer_seconds = 20;
  options.host = HWNAS_BINARY;
  return options;
}

Trace RunLibrary(const std::string& name, const OptionMap& options,
                 const Problem& problem, const DriveOptions& drive,
                 const PluginOptions& plugins) {
  const auto strategy = OpenStrategy(Library(name), plugins)
                            ->Make(options, MakeContext(problem, 7));
  SyntheticEvaluator evaluator(problem);
  return Drive(*strategy, evaluator, drive);
}

std::string Failure(const std::string& what, bool in_process,
                    double answer_seconds = 20) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  PluginOptions plugins = Options(in_process);
  plugins.answer_seconds = answer_seconds;
  try {
    RunLibrary("misbehave", {{"what", what}}, problem, {.evaluations = 5},
               plugins);
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kPlugin) << error.what();
    return error.what();
  }
  return "";
}

/// Strategy and library, and whether it is loaded into this process.
using Case = std::tuple<std::pair<const char*, const char*>, bool>;
class SameTrace : public testing::TestWithParam<Case> {};

TEST_P(SameTrace, BuiltInAndAsALibrary) {
  const auto& [names, in_process] = GetParam();
  const auto& [strategy, library] = names;
  const auto toy = std::make_shared<ToySpace>(6, 5);
  std::vector<Architecture> rows;
  for (uint64_t rank = 3; rank < *toy->Size(); rank += 31) {
    rows.push_back(toy->Unrank(rank));
  }
  // Built by the host, called back for, and one of rows.
  for (const std::shared_ptr<const SearchSpace>& space :
       {std::shared_ptr<const SearchSpace>(std::make_shared<Nb201Space>()),
        std::shared_ptr<const SearchSpace>(toy), MakeSubsetSpace(toy, rows)}) {
    Problem problem = MakeProblem(space, 2, 2);
    problem.constraints.push_back({Metric::Parse("latency@eyeriss"), true, 20});
    // This one calls back thousands of times for each proposal.
    const bool dear = std::string(strategy) == "tpe" && !in_process;
    const DriveOptions drive = {.evaluations = dear ? 25u : 120u, .workers = 3};
    EXPECT_EQ(RunLibrary(library, {}, problem, drive, Options(in_process))
                  .Text(*space),
              RunOnLandscape(strategy, {}, problem, 7, drive).Text(*space))
        << space->Id();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Libraries, SameTrace,
    testing::Combine(testing::Values(std::pair("random", "random_search_in_c"),
                                     std::pair("random", "random_as_library"),
                                     std::pair("regularized-evolution",
                                               "rea_as_library"),
                                     std::pair("tpe", "tpe_as_library"),
                                     std::pair("nsga2", "nsga2_as_library"),
                                     std::pair("asha", "asha_as_library")),
                     testing::Bool()),
    [](const auto& param) {
      return std::string(std::get<0>(param.param).second) +
             (std::get<1>(param.param) ? "_in_process" : "");
    });

/// As a hot start does it: keeps the base's name and spec, but not its samples.
class StartedSpace : public ForwardingSpace {
 public:
  StartedSpace() : ForwardingSpace(std::make_shared<Nb201Space>()) {}
  Architecture Sample(Rng& rng) const override {
    if (next_ < 6) return Base().Unrank(1000 + next_++);
    return Base().Sample(rng);
  }

 private:
  mutable uint64_t next_ = 0;
};

TEST(PluginLibrary, AWrappedSpaceIsNotTakenForItsBase) {
  const DriveOptions drive = {.evaluations = 20};
  const Nb201Space base;
  const auto problem = [] {
    return MakeProblem(std::make_shared<StartedSpace>());
  };
  const std::string built_in =
      RunOnLandscape("random", {}, problem(), 7, drive).Text(base);
  EXPECT_NE(built_in, RunOnLandscape(
                          "random", {},
                          MakeProblem(std::make_shared<Nb201Space>()), 7, drive)
                          .Text(base));
  for (const char* library : {"random_as_library", "random_search_in_c"}) {
    for (const bool in_process : {false, true}) {
      EXPECT_EQ(built_in,
                RunLibrary(library, {}, problem(), drive, Options(in_process))
                    .Text(base))
          << library;
    }
  }
}

TEST(PluginLibrary, SaysWhatItIs) {
  for (const bool in_process : {false, true}) {
    const auto source =
        OpenStrategy(Library("rea_as_library"), Options(in_process));
    const StrategyInfo& built_in = FindStrategy("regularized-evolution");
    EXPECT_EQ(source->Info().Id(), built_in.Id());
    EXPECT_EQ(source->Info().summary, built_in.summary);
    EXPECT_EQ(source->Info().exact, built_in.exact);
    EXPECT_EQ(source->Info().options.size(), built_in.options.size());
    EXPECT_FALSE(source->AnyOption());
    const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
    const auto make = [&](const OptionMap& options) {
      source->Make(options, MakeContext(problem, 1));
    };
    make({{"population_size", "7"}});
    EXPECT_THROW(make({{"population_size", "none"}}), Error);
  }
}

TEST(PluginLibrary, FailuresSayWhichFunctionAndWhy) {
  const std::pair<const char*, const char*> kCases[] = {
      {"create", "'create' failed: not today"},
      {"nothing", "'create' made nothing"},
      {"ask", "'ask' failed: without saying why"},
      {"code", "'ask' failed: without saying why"},
      {"none", "'ask' gave 0 proposals, asked for 1 to 1"},
      {"many", "'ask' gave 2 proposals, asked for 1 to 1"},
      {"rung", "'ask' gave a negative rung"},
      {"tell", "'tell' failed: xxx"},
      {"mutate", "mutate: not an architecture of the space"}};
  for (const auto& [what, reason] : kCases) {
    for (const bool in_process : {false, true}) {
      EXPECT_THAT(Failure(what, in_process), HasSubstr(reason)) << what;
    }
  }
  EXPECT_THAT(Failure("twice", false), HasSubstr("the id 0 twice"));
  EXPECT_THAT(Failure("high", false), HasSubstr("rung 9 of a ladder of 1"));
}

TEST(PluginLibrary, TooManyProposalsAreTheStrategysOwnMistakeInCppToo) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  for (const bool in_process : {false, true}) {
    try {
      RunLibrary("too_many", {}, problem, {.evaluations = 5},
                 Options(in_process));
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kPlugin) << error.what();
      EXPECT_THAT(error.what(),
                  HasSubstr("it gave 2 proposals, asked for 1 to 1"));
      EXPECT_THAT(error.what(), testing::Not(HasSubstr("check failed")));
    }
  }
}

TEST(PluginLibrary, ACrashOrAStallIsTheProcesssOwn) {
  EXPECT_THAT(Failure("crash", false), HasSubstr("(signal Aborted)"));
  EXPECT_THAT(Failure("stall", false, 0.5),
              HasSubstr("no answer to 'ask' within 0.5 s"));
}

TEST(PluginLibrary, WhatItPrintsDoesNotGetBetweenTheMessages) {
  EXPECT_EQ(Failure("print", false), "");
  EXPECT_EQ(Failure("illegal", false), "");
}

TEST(PluginLibrary, WhatIsNoStrategyIsRefused) {
  const auto failure = [](const std::string& path, bool in_process) {
    try {
      OpenStrategy(path, Options(in_process));
    } catch (const Error& error) {
      return std::to_string(error.ExitCode()) + " " + error.what();
    }
    return std::string();
  };
  for (const bool in_process : {false, true}) {
    EXPECT_THAT(failure("/no/such/file.so", in_process),
                HasSubstr("3 strategy '/no/such/file.so': no such file"));
    EXPECT_THAT(failure(Library("other_abi"), in_process),
                HasSubstr("was built for ABI 2"));
    EXPECT_THAT(failure(Library("no_strategy"), in_process),
                HasSubstr("exports no function hwnas_plugin_v1"));
  }
}

}  // namespace
}  // namespace hwnas
