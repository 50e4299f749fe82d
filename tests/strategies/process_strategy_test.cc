#include "strategies/process_strategy.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

std::string Example() {
  return "exec:python3 " + std::string(HWNAS_SOURCE_DIR) +
         "/strategies/examples/python/random_search.py";
}

/// What a run with a program ends with: its error, or "" if it went well.
std::string Failure(const std::string& command,
                    const ProcessLimits& limits = {.answer_seconds = 20}) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  try {
    const auto strategy =
        MakeProcessStrategy(command, {}, MakeContext(problem, 1), limits);
    SyntheticEvaluator evaluator(problem);
    Drive(*strategy, evaluator, {.evaluations = 5});
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kPlugin) << error.what();
    return error.what();
  }
  return "";
}

/// A shell program: says ready, then answers every ask with `answer`.
std::string Answering(const std::string& answer) {
  return R"(read l; echo '{"type":"ready","name":"x"}'; while read l; do )"
         R"(case "$l" in *'"ask"'*) )" +
         answer + R"(;; *) echo '{"type":"ok"}';; esac; done)";
}

TEST(ProcessStrategy, TheExampleGivesTheTraceOfTheBuiltInRandomSearch) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2);
  const DriveOptions drive = {.evaluations = 40, .workers = 3};
  EXPECT_EQ(RunStrategy(Example(), {}, problem, 7, drive).Text(*space),
            RunStrategy("random", {}, problem, 7, drive).Text(*space));
}

TEST(ProcessStrategy, APlainProgramWorksAndADoneEndsIt) {
  EXPECT_EQ(Failure(Answering(R"(echo '{"type":"done"}')")), "");
}

TEST(ProcessStrategy, ACrashIsAnErrorThatQuotesStandardError) {
  EXPECT_NE(Failure("echo why >&2; exit 3").find("ended"), std::string::npos);
  const std::string late = Failure(Answering("echo why >&2; exit 3"));
  EXPECT_NE(late.find("ended without an answer"), std::string::npos) << late;
  EXPECT_NE(late.find("why"), std::string::npos) << late;
  EXPECT_NE(Failure("/no/such/program"), "");
}

TEST(ProcessStrategy, AStallEndsWithinItsTime) {
  const ProcessLimits limits = {.answer_seconds = 0.3};
  EXPECT_NE(Failure("sleep 1000", limits).find("no answer in time"),
            std::string::npos);
}

TEST(ProcessStrategy, GarbageIsAnError) {
  for (
      const char* answer :
      {"echo garbage", "echo '[1]'", "echo '{}'", R"(echo '{"type":7}')",
       R"(echo '{"type":"ok"}')", R"(echo '{"type":"proposals"}')",
       R"(echo '{"type":"proposals","proposals":[]}')",
       R"(echo '{"type":"proposals","proposals":[{"id":"a"}]}')",
       R"(echo '{"type":"proposals","proposals":[{"id":1,"architecture":[-1]}]}')",
       R"(echo '{"type":"proposals","proposals":[{"id":1,"architecture":[0,0,0],"rung":9}]}')",
       R"(echo '{"type":"call","call":"fly","architecture":[0,0,0]}')",
       R"(echo '{"type":"call","call":"mutate","architecture":[9,9,9]}')",
       R"(echo '{"type":"error","message":"no idea"}')",
       "head -c 100 /dev/urandom; echo"}) {
    EXPECT_NE(Failure(Answering(answer)), "") << answer;
  }
}

TEST(ProcessStrategy, AnIdTwiceIsAnError) {
  EXPECT_NE(
      Failure(
          Answering(
              R"(echo '{"type":"proposals","proposals":[{"id":1,"architecture":[0,0,0]}]}')"))
          .find("twice"),
      std::string::npos);
}

TEST(ProcessStrategy, AFloodOfStandardErrorIsDrained) {
  const std::string flood = Answering(
      R"(head -c 3000000 /dev/zero | tr '\0' 'e' >&2; echo '{"type":"done"}')");
  EXPECT_EQ(Failure(flood), "");
}

TEST(ProcessStrategy, ALineWithoutEndIsCutOff) {
  const ProcessLimits limits = {.answer_seconds = 20, .line_bytes = 1 << 20};
  EXPECT_NE(Failure(Answering("cat /dev/zero"), limits).find("too long"),
            std::string::npos);
}

TEST(ProcessStrategy, TakesOptionsOfAnyNameAndPassesThemOn) {
  const std::string command =
      R"(exec:read l; case "$l" in *'"depth":"3"'*) echo '{"type":"ready"}';; )"
      R"(*) exit 1;; esac; while read l; do echo '{"type":"done"}'; done)";
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  EXPECT_EQ(RunStrategy(command, {{"depth", "3"}}, problem, 1).proposals.size(),
            0u);
  EXPECT_THROW(RunStrategy(command, {}, problem, 1), Error);
}

}  // namespace
}  // namespace hwnas
