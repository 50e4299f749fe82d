#include "bench/harness/experiment.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "bench/harness/experiment_keys.h"
#include "bench/harness/objective_text.h"
#include "strategies/strategy_source.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Json = nlohmann::json;

[[noreturn]] void Refuse(const std::string& message) {
  throw Error(ErrorCode::kUsage, message);
}

std::string ObjectiveText(const ObjectiveSpec& spec) {
  std::string text;
  if (!spec.direction.empty()) text += spec.direction + ":";
  text += spec.metric;
  if (!spec.source.empty()) text += " from " + spec.source;
  return text;
}

std::vector<ObjectiveSpec> ReadObjectives(
    const std::vector<std::string>& texts) {
  std::vector<ObjectiveSpec> specs;
  for (const std::string& text : texts) specs.push_back(ParseObjective(text));
  return specs;
}

Filled ParseFilled(const std::string& text) {
  if (text == "no") return Filled::kNo;
  if (text == "observed") return Filled::kObserved;
  if (text == "all") return Filled::kAll;
  FailUnknown("value of filled", text, {"no", "observed", "all"});
}

const char* FilledName(Filled filled) {
  switch (filled) {
    case Filled::kNo:
      return "no";
    case Filled::kObserved:
      return "observed";
    case Filled::kAll:
      return "all";
  }
  return "?";
}

Experiment ReadExperiment(const TomlTable& toml, const std::string& folder) {
  Experiment experiment;
  ExperimentKeys().Read(toml, &experiment);
  if (!experiment.table.empty() && !folder.empty()) {
    experiment.table =
        (std::filesystem::path(folder) / experiment.table).string();
  }
  toml.CheckAllRead();
  experiment.Check();
  return experiment;
}

// --- JSON ------------------------------------------------------------------

const char* ChargeName(Charge charge) {
  return charge == Charge::kFull ? "full" : "free";
}

Json ProtocolToJson(const Protocol& p) {
  return {{"evaluations", p.evaluations},
          {"simulated_seconds", p.simulated_seconds},
          {"max_trials", p.max_trials},
          {"workers", p.workers},
          {"charge_repeated", ChargeName(p.repeated)},
          {"charge_invalid", ChargeName(p.invalid)},
          {"charge_missing", ChargeName(p.missing)},
          {"crossing_counts", p.crossing_counts},
          {"replicates", p.replicates},
          {"allow_test_observed", p.allow_test_observed},
          {"allow_scored_features", p.allow_scored_features}};
}

Protocol ProtocolFromJson(const Json& json) {
  const auto charge = [&json](const char* key) {
    return json.at(key).get<std::string>() == "full" ? Charge::kFull
                                                     : Charge::kFree;
  };
  Protocol p;
  p.evaluations = json.at("evaluations");
  p.simulated_seconds = json.at("simulated_seconds");
  p.max_trials = json.at("max_trials");
  p.workers = json.at("workers");
  p.repeated = charge("charge_repeated");
  p.invalid = charge("charge_invalid");
  p.missing = charge("charge_missing");
  p.crossing_counts = json.at("crossing_counts");
  p.replicates = json.at("replicates");
  p.allow_test_observed = json.at("allow_test_observed");
  p.allow_scored_features = json.at("allow_scored_features");
  return p;
}

Json ObjectivesToJson(const std::vector<ObjectiveSpec>& specs) {
  Json json = Json::array();
  for (const ObjectiveSpec& spec : specs) json.push_back(ObjectiveText(spec));
  return json;
}

Json SurrogateToJson(const SurrogateSpec& spec) {
  Json json = {{"metric", spec.metric},
               {"predictor", spec.predictor},
               {"options", spec.options},
               {"encoding", spec.encoding},
               {"stored", spec.stored},
               {"train", spec.train},
               {"seed", spec.seed},
               {"draws", spec.draws},
               {"noise", spec.noise},
               {"sources", spec.sources},
               {"source_architectures", spec.source_architectures},
               {"charge_sources", spec.charge_sources}};
  if (spec.fit_seconds) json["fit_seconds"] = *spec.fit_seconds;
  return json;
}

SurrogateSpec SurrogateFromJson(const Json& json) {
  SurrogateSpec spec;
  spec.metric = json.at("metric");
  spec.predictor = json.at("predictor");
  spec.options = json.at("options").get<std::map<std::string, double>>();
  spec.encoding = json.at("encoding");
  spec.stored = json.at("stored").get<std::vector<std::string>>();
  spec.train = json.at("train");
  spec.seed = json.at("seed");
  spec.draws = json.at("draws");
  spec.noise = json.at("noise");
  spec.sources = json.at("sources").get<std::vector<std::string>>();
  spec.source_architectures = json.at("source_architectures");
  spec.charge_sources = json.at("charge_sources");
  if (json.contains("fit_seconds")) spec.fit_seconds = json.at("fit_seconds");
  return spec;
}

/// What a problem does without is left out, so that its text, and with it the
/// identity of its runs, is what it was before there were these options.
void OptionsToJson(const ProblemSpec& problem, Json* json) {
  if (problem.measured_only) (*json)["measured_only"] = true;
  if (!problem.filter.empty()) {
    (*json)["filter"] = problem.filter;
    (*json)["filter_seconds"] = problem.filter_seconds;
  }
  if (!problem.hot_start.empty()) {
    const HotStartSpec& spec = problem.hot_start;
    (*json)["hot_start"] = {{"architectures", spec.architectures},
                            {"metric", spec.metric},
                            {"direction", spec.direction},
                            {"samples", spec.samples},
                            {"count", spec.count},
                            {"seconds", spec.seconds}};
  }
  if (problem.early_stopping.on) {
    const EarlyStoppingSpec& spec = problem.early_stopping;
    (*json)["early_stopping"] = {{"rung", spec.rung},
                                 {"quantile", spec.quantile},
                                 {"after", spec.after}};
  }
  for (const SurrogateSpec& spec : problem.surrogates) {
    (*json)["surrogates"].push_back(SurrogateToJson(spec));
  }
  if (problem.filled != Filled::kNo) {
    (*json)["filled"] = FilledName(problem.filled);
  }
  if (!problem.query_seconds.empty()) {
    (*json)["query_seconds"] = problem.query_seconds;
  }
}

Json ProblemToJson(const ProblemSpec& problem) {
  Json json = {{"name", problem.name},
               {"objectives", ObjectivesToJson(problem.objectives)},
               {"constraints", problem.constraints},
               {"score", ObjectivesToJson(problem.score)},
               {"features", problem.features},
               {"connected_only", problem.connected_only},
               {"rungs", Json::array()},
               {"factors", Json::array()},
               {"protocol", ProtocolToJson(problem.protocol)}};
  for (const RungSpec& rung : problem.ladder) {
    json["rungs"].push_back({{"fidelity", rung.fidelity},
                             {"cost", rung.cost},
                             {"cost_scale", rung.cost_scale}});
  }
  for (const FactorSpec& factor : problem.factors) {
    json["factors"].push_back({{"name", factor.name},
                               {"binding", factor.binding},
                               {"values", factor.values}});
  }
  OptionsToJson(problem, &json);
  return json;
}

void OptionsFromJson(const Json& json, ProblemSpec* problem) {
  problem->measured_only = json.value("measured_only", false);
  if (json.contains("filter")) {
    problem->filter = json.at("filter").get<std::vector<std::string>>();
    problem->filter_seconds = json.at("filter_seconds");
  }
  if (json.contains("hot_start")) {
    const Json& hot = json.at("hot_start");
    HotStartSpec& spec = problem->hot_start;
    spec.architectures =
        hot.at("architectures").get<std::vector<std::string>>();
    spec.metric = hot.at("metric");
    spec.direction = hot.at("direction");
    spec.samples = hot.at("samples");
    spec.count = hot.at("count");
    spec.seconds = hot.at("seconds");
  }
  if (json.contains("early_stopping")) {
    const Json& stop = json.at("early_stopping");
    problem->early_stopping = {true, stop.at("rung"), stop.at("quantile"),
                               stop.at("after")};
  }
  if (json.contains("surrogates")) {
    for (const Json& surrogate : json.at("surrogates")) {
      problem->surrogates.push_back(SurrogateFromJson(surrogate));
    }
  }
  if (json.contains("filled")) {
    problem->filled = ParseFilled(json.at("filled"));
  }
  if (json.contains("query_seconds")) {
    problem->query_seconds =
        json.at("query_seconds").get<std::map<std::string, double>>();
  }
}

ProblemSpec ProblemFromJson(const Json& json) {
  ProblemSpec problem;
  problem.name = json.at("name");
  problem.objectives = ReadObjectives(json.at("objectives"));
  problem.constraints = json.at("constraints").get<std::vector<std::string>>();
  problem.score = ReadObjectives(json.at("score"));
  problem.features = json.at("features").get<std::vector<std::string>>();
  problem.connected_only = json.at("connected_only");
  OptionsFromJson(json, &problem);
  for (const Json& rung : json.at("rungs")) {
    problem.ladder.push_back(
        {rung.at("fidelity"), rung.at("cost"), rung.at("cost_scale")});
  }
  for (const Json& factor : json.at("factors")) {
    problem.factors.push_back(
        {factor.at("name"), factor.at("binding"), factor.at("values")});
  }
  problem.protocol = ProtocolFromJson(json.at("protocol"));
  return problem;
}

Json StrategyToJson(const StrategySpec& strategy) {
  return {{"label", strategy.label},
          {"name", strategy.name},
          {"options", strategy.options}};
}

void CheckName(const char* what, const std::string& name) {
  constexpr size_t kLongest = 200;
  if (name.empty() || name.size() > kLongest) {
    Refuse(std::string("the name of ") + what +
           " must have 1 to 200 characters, has " +
           std::to_string(name.size()));
  }
  if (Quoted(name, kLongest) != name || name.find('/') != std::string::npos) {
    Refuse(std::string("the name of ") + what + " '" + Quoted(name) +
           "' must have no '/' and no control characters");
  }
}

}  // namespace

bool LargerIsBetter(const ObjectiveSpec& objective) {
  if (!objective.direction.empty()) return objective.direction == "max";
  return FindQuantity(Metric::Parse(objective.metric).quantity).direction ==
         Direction::kMaximize;
}

ObjectiveSpec ParseObjective(std::string_view text) {
  ObjectiveSpec spec;
  if (text.starts_with("max:") || text.starts_with("min:")) {
    spec.direction = text.substr(0, 3);
    text.remove_prefix(4);
  }
  constexpr std::string_view kFrom = " from ";
  if (const size_t at = text.find(kFrom); at != std::string_view::npos) {
    spec.source = text.substr(at + kFrom.size());
    text = text.substr(0, at);
  }
  spec.metric = text;
  return spec;
}

std::string ProblemJson(const ProblemSpec& problem) {
  return ProblemToJson(problem).dump();
}

ProblemSpec ProblemFromText(std::string_view json) {
  try {
    return ProblemFromJson(Json::parse(json));
  } catch (const Json::exception& error) {
    throw Error(
        ErrorCode::kCorrupt,
        std::string("stored problem is damaged: ") + Quoted(error.what(), 200));
  }
}

std::string StrategyJson(const StrategySpec& strategy) {
  return StrategyToJson(strategy).dump();
}

std::string Experiment::ToJson() const {
  Json json = {{"name", name},
               {"seed", seed},
               {"repetitions", repetitions},
               {"problems", Json::array()},
               {"strategies", Json::array()}};
  for (const ProblemSpec& problem : problems) {
    json["problems"].push_back(ProblemToJson(problem));
  }
  for (const StrategySpec& strategy : strategies) {
    json["strategies"].push_back(StrategyToJson(strategy));
    if (strategy.repetitions == 0) continue;
    json["strategies"].back()["repetitions"] = strategy.repetitions;
  }
  return json.dump();
}

Experiment Experiment::FromJson(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    Experiment experiment;
    experiment.name = json.at("name");
    experiment.seed = json.at("seed");
    experiment.repetitions = json.at("repetitions");
    for (const Json& problem : json.at("problems")) {
      experiment.problems.push_back(ProblemFromJson(problem));
    }
    for (const Json& strategy : json.at("strategies")) {
      experiment.strategies.push_back(
          {strategy.at("label"), strategy.at("name"),
           strategy.at("options").get<OptionMap>(),
           strategy.value("repetitions", uint64_t{0})});
    }
    experiment.Check();
    return experiment;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kCorrupt,
                std::string("stored experiment is damaged: ") +
                    Quoted(error.what(), 200));
  }
}

Experiment Experiment::ReadFile(const std::string& path) {
  return ReadExperiment(TomlTable::ReadFile(path),
                        std::filesystem::path(path).parent_path().string());
}

Experiment Experiment::ReadText(std::string_view text,
                                const std::string& name) {
  return ReadExperiment(TomlTable::ReadText(text, name), "");
}

Experiment Experiment::FromToml(const TomlTable& toml) {
  return ReadExperiment(toml, "");
}

void Experiment::Check() const {
  CheckName("the experiment", name);
  if (problems.empty()) Refuse("the experiment has no [[problem]]");
  if (strategies.empty()) Refuse("the experiment has no [[strategy]]");
  if (repetitions == 0) Refuse("repetitions must be at least 1");
  std::set<std::string> names;
  for (const ProblemSpec& problem : problems) {
    CheckName("a problem", problem.name);
    if (!names.insert(problem.name).second) {
      Refuse("two problems are named '" + problem.name +
             "'; give each a name of its own");
    }
    if (problem.objectives.empty()) {
      Refuse("problem '" + problem.name + "' has no objectives");
    }
    for (const ObjectiveSpec& objective : problem.objectives) {
      Metric::Parse(objective.metric);
    }
    const Protocol& protocol = problem.protocol;
    if (protocol.evaluations == 0 && protocol.simulated_seconds == 0) {
      Refuse("problem '" + problem.name +
             "' has no budget: set evaluations or simulated_seconds in "
             "[protocol] or in the problem");
    }
  }
  names.clear();
  for (const StrategySpec& strategy : strategies) {
    CheckName("a strategy", strategy.label);
    if (!names.insert(strategy.label).second) {
      Refuse("two strategies have the label '" + strategy.label +
             "'; give each a label of its own");
    }
    // What a plug-in has is known when it is asked.
    if (KindOfStrategy(strategy.name) != StrategyKind::kBuiltIn) continue;
    CheckOptionNames(*OpenStrategy(strategy.name, {}), strategy.options);
  }
}

}  // namespace hwnas
