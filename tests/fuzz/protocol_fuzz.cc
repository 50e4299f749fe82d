// Entries of the plug-in protocol: what a program writes, with the calls that
// it makes, and what the suite writes.

#include <memory>
#include <string>
#include <vector>

#include "strategies/conformance/landscape.h"
#include "strategies/protocol.h"
#include "tabular/error.h"
#include "tests/fuzz/fuzz.h"

namespace hwnas {
namespace {

class NoFeatures : public FeatureSource {
 public:
  Value Read(size_t, const Architecture&) const override {
    return {0, Missing::kNotMeasured};
  }
};

Problem FuzzProblem() {
  Problem problem = MakeProblem(std::make_shared<ToySpace>(3, 4), 2, 2);
  problem.features.push_back({"macs", Metric::Parse("macs")});
  problem.feature_source = std::make_shared<NoFeatures>();
  problem.linear_costs.push_back(
      {Metric::Parse("latency@pixel3"), 1, {{1, 2, 3, 4}, {1, 2, 3, 4}, {}}});
  return problem;
}

/// What is read must be written in a form that reads back as the same.
void ReadProgram(const Problem& problem, const std::string& input) {
  const ProgramMessage message = ParseProgramLine(input);
  const std::string line = Line(message);
  HWNAS_CHECK(Line(ParseProgramLine(line)) == line);
  if (message.type != ProgramMessage::Type::kCall) return;
  const RunContext context = MakeContext(problem, 1);
  Rng stream(2);
  const std::string result =
      ResultLine(ServeCall(message.call, context, stream));
  const SuiteMessage read = ParseSuiteLine(result, &message.call);
  HWNAS_CHECK(ResultLine(read.result) == result);
}

void ReadSuite(const std::string& input) {
  ProtocolCall call;
  call.name = "neighbors";
  const SuiteMessage message = ParseSuiteLine(input, &call);
  if (message.type == SuiteMessage::Type::kTell) {
    const std::string line = TellLine(message.trials, 2);
    HWNAS_CHECK(TellLine(ParseSuiteLine(line, nullptr).trials, 2) == line);
  }
}

std::vector<std::string> ProgramSeeds() {
  std::vector<std::string> seeds = {
      R"({"type":"strategy","protocol":1,"name":"x","version":2,)"
      R"("options":[{"name":"a","default":"1","about":"b"}],"exact":true})",
      R"({"type":"ready"})",
      R"({"type":"proposals","proposals":[{"id":0,"architecture":[0,1,2],)"
      R"("rung":1,"resumed_from":3},{"id":1,"architecture":[]}]})",
      R"({"type":"recommendation","architectures":[[0,1,2],[3,3,3]]})",
      R"({"type":"recommendation","architectures":null})",
      R"({"type":"error","message":"no idea"})",
      R"({"type":"call","call":"sample","rng":["1","2","3","4"]})",
      R"({"type":"call","call":"crossover","a":[0,1,2],"b":[1,1,1]})",
      R"({"type":"call","call":"mutate","architecture":[0,1,2],)"
      R"("move":"decision"})",
      R"({"type":"call","call":"unrank","rank":5})",
      R"({"type":"call","call":"parse","text":"abc"})",
      R"({"type":"call","call":"charge","seconds":1.5})",
      R"({"type":"call","call":"random"})"};
  for (const char* name : {"neighbors", "canonical", "features", "valid",
                           "active", "rank", "format", "key", "connected"}) {
    seeds.push_back(std::string(R"({"type":"call","call":")") + name +
                    R"(","architecture":[0,1,2]})");
  }
  return seeds;
}

std::vector<std::string> SuiteSeeds(const Problem& problem) {
  Trial trial;
  trial.architecture = {0, 1, 2};
  trial.values = {91.5, 3.25};
  Trial missing = trial;
  missing.status = TrialStatus::kMissing;
  missing.missing = Missing::kDiverged;
  const std::vector<Trial> trials = {trial, missing};
  return {HelloLine(),
          StartLine(problem, {{"depth", "3"}}, Rng(1)),
          AskLine(3),
          TellLine(trials, 2),
          RecommendLine(),
          StopLine(),
          R"({"type":"result","result":[[0,1,2]],"rng":["1","2","3","4"]})"};
}

}  // namespace

std::vector<FuzzEntry> ProtocolFuzzEntries() {
  const auto problem = std::make_shared<const Problem>(FuzzProblem());
  return {
      {"protocol-program", ProgramSeeds(),
       [problem](const std::string& input) { ReadProgram(*problem, input); }},
      {"protocol-suite", SuiteSeeds(*problem), ReadSuite}};
}

}  // namespace hwnas
