#include "strategies/process_strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

#include "strategies/strategy_source.h"
#include "tests/strategies/driver.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

std::string Example() {
  return "exec:python3 " + std::string(HWNAS_SOURCE_DIR) +
         "/strategies/examples/python/random_search.py";
}

Trace RunCommand(const std::string& name, const OptionMap& options,
                 const Problem& problem, uint64_t seed,
                 const DriveOptions& drive, const PluginOptions& plugins = {}) {
  const auto strategy =
      OpenStrategy(name, plugins)->Make(options, MakeContext(problem, seed));
  SyntheticEvaluator evaluator(problem);
  return Drive(*strategy, evaluator, drive);
}

/// A shell program that says what it is, is ready, and answers every `ask` by
/// the commands `on_ask`.
std::string Answering(const std::string& on_ask,
                      const std::string& on_tell = R"(echo '{"type":"ok"}')") {
  return R"(exec:while read -r l; do case "$l" in )"
         R"(*'"type":"hello"'*) )"
         R"(echo '{"type":"strategy","protocol":1,"name":"x"}';; )"
         R"(*'"type":"start"'*) echo '{"type":"ready"}';; )"
         R"(*'"type":"ask"'*) )" +
         on_ask + R"(;; *'"type":"tell"'*) )" + on_tell +
         R"(;; *'"type":"recommend"'*) )"
         R"(echo '{"type":"recommendation","architectures":null}';; )"
         R"(*) exit 0;; esac; done)";
}

/// What a run with a program ends with: its error, or "" if it went well.
std::string Failure(const std::string& command, PluginOptions plugins = {}) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  if (plugins.answer_seconds > 20) plugins.answer_seconds = 20;
  try {
    RunCommand(command, {}, problem, 1, {.evaluations = 5}, plugins);
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kPlugin) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
  return "";
}

std::string Proposing(const std::string& list) {
  return Answering(R"(echo '{"type":"proposals","proposals":)" + list + "}'");
}

TEST(ProcessStrategy, TheExampleGivesTheTraceOfTheBuiltInRandomSearch) {
  const auto space = std::make_shared<ToySpace>(6, 5);
  const Problem problem = MakeProblem(space, 2, 2);
  const DriveOptions drive = {.evaluations = 40, .workers = 3};
  const std::string built_in =
      RunOnLandscape("random", {}, problem, 7, drive).Text(*space);
  EXPECT_EQ(RunCommand(Example(), {}, problem, 7, drive).Text(*space),
            built_in);
  EXPECT_NE(RunCommand(Example(), {}, problem, 8, drive).Text(*space),
            built_in);
}

TEST(ProcessStrategy, AProgramThatIsDoneEndsItsRunWell) {
  EXPECT_EQ(Failure(Answering(R"(echo '{"type":"done"}')")), "");
}

TEST(ProcessStrategy, AnArchitectureThatIsNoneIsProposedAllTheSame) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  const Trace trace =
      RunCommand(Proposing(R"([{"id":7,"architecture":[9,9,9]}])"), {}, problem,
                 1, {.evaluations = 1});
  ASSERT_EQ(trace.proposals.size(), 1u);
  EXPECT_EQ(trace.proposals[0].id, 7u);
  EXPECT_EQ(trace.proposals[0].architecture, (Architecture{9, 9, 9}));
  EXPECT_EQ(trace.proposals[0].rung, 0);
}

TEST(ProcessStrategy, ACrashSaysHowItEndedAndQuotesStandardError) {
  const std::string late =
      Failure(Answering("echo one >&2; echo why >&2; exit 3"));
  EXPECT_THAT(late, HasSubstr("ended without an answer (exit status 3)"));
  EXPECT_THAT(late, HasSubstr("standard error ends: one | why"));
  EXPECT_THAT(Failure(Answering("kill -SEGV $$")),
              HasSubstr("(signal Segmentation fault)"));
  EXPECT_THAT(Failure("exec:exit 4"), HasSubstr("(exit status 4)"));
  EXPECT_THAT(Failure(Answering("exec >&-; sleep 100")),
              HasSubstr("ended without an answer"));
}

TEST(ProcessStrategy, TheEndOfStandardErrorIsBounded) {
  const std::string lines = Failure(
      Answering("for i in 1 2 3 4 5 6 7 8 9; do echo \"  l$i\" >&2; echo >&2; "
                "done; exit 1"));
  EXPECT_THAT(lines, HasSubstr("ends: l2 | l3 | l4 | l5 | l6 | l7 | l8 | l9"));
  // Two bytes each; none is cut in half.
  const std::string wide = Failure(Answering(
      "i=0; while [ $i -lt 1200 ]; do printf '\\303\\244' >&2; i=$((i+1)); "
      "done; printf x >&2; exit 1"));
  const size_t begin = wide.find("ends: ...") + 9;
  ASSERT_LT(begin, wide.size());
  EXPECT_EQ(wide.substr(begin, 2), "\303\244");
  EXPECT_EQ(wide.size() - begin, 999u);
  EXPECT_EQ(wide.back(), 'x');
}

TEST(ProcessStrategy, ATracebackSaysFileAndLine) {
  const TempDir dir;
  WriteBytes(dir.Path("mine.py"),
             "import json\n"
             "def deep(n):\n"
             "  return {}['oops'] if n == 0 else deep(n - 1)\n"
             "deep(20)\n");
  const std::string failure = Failure("exec:python3 " + dir.Path("mine.py"));
  EXPECT_THAT(failure, HasSubstr("mine.py\", line 3, in deep"));
  EXPECT_THAT(failure, HasSubstr("KeyError: 'oops'"));
}

TEST(ProcessStrategy, AProgramThatIsNotThereIsNotFound) {
  try {
    OpenStrategy("exec:/no/such/program", {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kNotFound);
    EXPECT_THAT(error.what(), HasSubstr("exit status 127"));
  }
}

TEST(ProcessStrategy, AStallEndsInTimeAndSaysWhatWasAskedAndHowLong) {
  const PluginOptions limits = {.answer_seconds = 0.3};
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Failure("exec:sleep 1000", limits),
            "no answer to 'hello' within 0.3 s (--plugin-timeout)");
  const std::string late = "no answer to 'ask' within 0.3 s (--plugin-timeout)";
  EXPECT_EQ(Failure(Answering("sleep 1000"), limits), late);
  // Calls without end are no answer.
  EXPECT_EQ(
      Failure(
          Answering(R"(while true; do echo '{"type":"call","call":"sample"}')"
                    R"(; read -r l; done)"),
          limits),
      late);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(ProcessStrategy, AProgramThatReadsNothingDoesNotBlockUs) {
  const auto space = std::make_shared<ToySpace>(500, 200);  // a long start
  const Problem problem = MakeProblem(space);
  try {
    RunCommand(
        R"(exec:echo '{"type":"strategy","protocol":1,"name":"x"}'; sleep 1000)",
        {}, problem, 1, {.evaluations = 5}, {.answer_seconds = 0.5});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "no answer to 'start' within 0.5 s (--plugin-timeout)");
  }
}

TEST(ProcessStrategy, GarbageIsAnErrorThatSaysWhy) {
  const std::pair<const char*, const char*> kCases[] = {
      {"echo garbage", "no JSON: 'garbage'"},
      {"echo '[1]'", "no JSON object"},
      {"echo '{}'", "'type' is missing"},
      {R"(echo '{"type":7}')", "'type' must be a text"},
      {R"(echo '{"type":"sing"}')", "unknown type 'sing'"},
      {R"(echo '{"type":"ok"}')", "it answered 'ok' to 'ask'"},
      {R"(echo '{"type":"proposals"}')", "'proposals' is missing"},
      {R"(echo '{"type":"call","call":"fly"}')", "unknown call 'fly'"},
      {R"(echo '{"type":"call","call":"mutate","architecture":[9,9,9]}')",
       "no architecture of toy@1"},
      {R"(echo '{"type":"call","call":"neighbors"}')", "lacks an architecture"},
      {R"(echo '{"type":"call","call":"crossover","a":[0,0,0]}')",
       "'b' is missing"},
      {R"(echo '{"type":"call","call":"mutate","architecture":[0,0,0],)"
       R"("move":"jump"}')",
       "unknown move 'jump'"},
      {R"(echo '{"type":"call","call":"charge","seconds":-1}')", "a time"},
      {R"(echo '{"type":"call","call":"unrank","rank":64}')", "size"},
      {R"(echo '{"type":"error","message":"no idea"}')",
       "gave up at 'ask': no idea"},
      {"head -c 1000 /dev/zero | tr '\\0' '['; echo", "nested too deeply"},
      {R"(printf '\377\376\n')", "no JSON"},
  };
  for (const auto& [command, reason] : kCases) {
    EXPECT_THAT(Failure(Answering(command)), HasSubstr(reason)) << command;
  }
}

TEST(ProcessStrategy, ProposalsOutsideTheContractAreErrors) {
  const std::pair<const char*, const char*> kCases[] = {
      {"[]", "gave 0 proposals"},
      {R"([{"id":0,"architecture":[0,0,0]},{"id":1,"architecture":[0,0,0]}])",
       "gave 2 proposals, asked for 1 to 1"},
      {R"([{"id":"a","architecture":[0,0,0]}])", "'id' must be"},
      {R"([{"id":-1,"architecture":[0,0,0]}])", "'id' must be"},
      {R"([{"id":1.5,"architecture":[0,0,0]}])", "'id' must be"},
      {R"([{"id":1}])", "'architecture' is missing"},
      {R"([{"id":1,"architecture":[-1,0,0]}])", "'architecture' must be"},
      {R"([{"id":1,"architecture":[65536,0,0]}])", "'architecture' must be"},
      {R"([{"id":1,"architecture":"aaa"}])", "'architecture' must be"},
      {R"([{"id":1,"architecture":[0,0,0],"rung":1}])",
       "rung 1 of a ladder of 1"},
      {R"([{"id":1,"architecture":[0,0,0],"resumed_from":0}])", "unknown id 0"},
      // The second ask.
      {R"([{"id":1,"architecture":[0,0,0]}])", "the id 1 twice"},
  };
  for (const auto& [list, reason] : kCases) {
    EXPECT_THAT(Failure(Proposing(list)), HasSubstr(reason)) << list;
  }
}

TEST(ProcessStrategy, WhatItIsMustBeSaidInItsOwnProtocol) {
  const auto saying = [](const std::string& fields) {
    return Failure(R"(exec:read -r l; echo '{"type":"strategy")" + fields +
                   "}'; cat > /dev/null");
  };
  EXPECT_THAT(saying(""), HasSubstr("'protocol' is missing"));
  EXPECT_THAT(saying(R"(,"protocol":2,"name":"x")"),
              HasSubstr("protocol 2, this build speaks 1"));
  EXPECT_THAT(saying(R"(,"protocol":1)"), HasSubstr("'name' is missing"));
  EXPECT_THAT(saying(R"(,"protocol":1,"name":"")"), HasSubstr("'name' must"));
  EXPECT_THAT(saying(R"(,"protocol":1,"name":"x","version":0)"),
              HasSubstr("'version' must"));
}

TEST(ProcessStrategy, AFloodOfStandardErrorIsDrained) {
  EXPECT_EQ(Failure(Answering("head -c 30000000 /dev/zero | tr '\\0' 'e' >&2; "
                              R"(echo '{"type":"done"}')")),
            "");
  const PluginOptions limits = {.answer_seconds = 0.5};
  const std::string endless = Failure(Answering("yes >&2"), limits);
  EXPECT_THAT(endless, HasSubstr("no answer to 'ask' within 0.5 s"));
  EXPECT_LT(endless.size(), 1200u);
}

TEST(ProcessStrategy, ALineWithoutEndIsCutOff) {
  EXPECT_THAT(Failure(Answering("cat /dev/zero")),
              HasSubstr("a line of more than 16777216 bytes"));
  // A gigabyte before its end.
  EXPECT_THAT(Failure(Answering("head -c 1000000000 /dev/zero; echo")),
              HasSubstr("a line of more than 16777216 bytes"));
}

TEST(ProcessStrategy, AFailedProgramStaysFailed) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  const auto strategy =
      OpenStrategy(Answering("exit 1"), {})->Make({}, MakeContext(problem, 1));
  std::vector<Proposal> out;
  EXPECT_THROW(strategy->Ask(1, &out), Error);
  EXPECT_THROW(strategy->Ask(1, &out), Error);
  EXPECT_THROW(strategy->Recommend(), Error);
}

TEST(ProcessStrategy, NothingOfItOutlivesTheRun) {
  const TempDir folder;
  const std::string file = folder.Path("pid");
  // One that ignores `stop`, and a child of its own.
  const std::string command = Answering("sleep 1000 & echo $! > '" + file +
                                        R"('; echo '{"type":"done"}')");
  EXPECT_EQ(Failure(command, {.stop_seconds = 0.2}), "");
  pid_t pid = 0;
  std::ifstream(file) >> pid;
  ASSERT_GT(pid, 0);
  // Killed, which takes a moment; perhaps not yet reaped by its new parent.
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string state;
  do {
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string id;
    std::string name;
    state = "gone";
    status >> id >> name >> state;
    sched_yield();
  } while (state != "gone" && state != "Z" && state != "X" &&
           std::chrono::steady_clock::now() < deadline);
  EXPECT_THAT(state, testing::AnyOf("gone", "Z", "X"));
}

TEST(ProcessStrategy, TakesOptionsOfAnyNameAndPassesThemOn) {
  const std::string command =
      R"(exec:read -r l; echo '{"type":"strategy","protocol":1,"name":"x"}'; )"
      R"(read -r l; case "$l" in *'"depth":"3"'*) echo '{"type":"ready"}';; )"
      R"(*) exit 1;; esac; while read -r l; do echo '{"type":"done"}'; done)";
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4));
  EXPECT_EQ(
      RunCommand(command, {{"depth", "3"}}, problem, 1, {}).proposals.size(),
      0u);
  EXPECT_THROW(RunCommand(command, {}, problem, 1, {}), Error);
  const auto source = OpenStrategy(command, {});
  EXPECT_TRUE(source->AnyOption());
  CheckOptionNames(*source, {{"depth", "3"}});
}

TEST(StrategySource, OptionsThatAProgramDoesNotListAreRefused) {
  const auto source = OpenStrategy(Example(), {});
  EXPECT_EQ(source->Info().name, "random-search-in-python");
  EXPECT_EQ(source->Info().version, 1);
  EXPECT_FALSE(source->AnyOption());
  EXPECT_THROW(CheckOptionNames(*source, {{"depth", "3"}}), Error);
}

TEST(StrategySource, LabelsComeFromTheProgram) {
  EXPECT_EQ(DefaultStrategyLabel("random"), "random");
  EXPECT_EQ(DefaultStrategyLabel("exec:python3 dir/mine.py --x 3"), "mine");
  EXPECT_EQ(DefaultStrategyLabel("exec:/usr/bin/python3.11 -u mine.py"),
            "mine");
  EXPECT_EQ(DefaultStrategyLabel("exec:SEED=3 ./a.out"), "a");
  EXPECT_EQ(DefaultStrategyLabel("exec:python3"), "python3");
  EXPECT_EQ(DefaultStrategyLabel("exec:'my search'"), "my");
  EXPECT_EQ(DefaultStrategyLabel("exec:"), "program");
  EXPECT_EQ(DefaultStrategyLabel("./build/libmine.so"), "mine");
  EXPECT_EQ(DefaultStrategyLabel("/opt/x/deep-search.so"), "deep-search");
}

}  // namespace
}  // namespace hwnas
