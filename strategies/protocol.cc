#include "strategies/protocol.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <typeinfo>
#include <utility>

#include "tabular/error.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 32;
constexpr size_t kMostOptions = 1000;
constexpr int kMostVersion = 1'000'000'000;

[[noreturn]] void Refuse(const std::string& what) {
  throw Error(ErrorCode::kCorrupt, what);
}

/// One line; bytes that are not UTF-8 (an option's, a name's) are replaced.
std::string Text(const Json& message) {
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// --- reading ---------------------------------------------------------------

Json ParseObject(std::string_view line) {
  if (line.size() > kLongestLine) Refuse("a line that is too long");
  Json json;
  try {
    json = Json::parse(line, [](int depth, Json::parse_event_t event, Json&) {
      if (depth > kDeepest && event != Json::parse_event_t::value) {
        Refuse("a line that is nested too deeply");
      }
      return true;
    });
  } catch (const Json::exception&) {
    Refuse("a line that is no JSON: '" + Quoted(line) + "'");
  }
  if (!json.is_object()) {
    Refuse("a line that is no JSON object: '" + Quoted(line) + "'");
  }
  return json;
}

/// A field that must be there.
const Json& Field(const Json& json, const char* name) {
  if (!json.is_object())
    Refuse("an object was expected, not '" + Quoted(Text(json)) + "'");
  const auto found = json.find(name);
  if (found == json.end()) {
    Refuse(std::string("'") + name + "' is missing in '" + Quoted(Text(json)) +
           "'");
  }
  return *found;
}

/// A field that may be left out, or null: then it is null.
const Json& Optional(const Json& json, const char* name) {
  static const Json null;
  if (!json.is_object()) return null;
  const auto found = json.find(name);
  return found == json.end() ? null : *found;
}

[[noreturn]] void Unexpected(const char* name, const char* expected,
                             const Json& found) {
  Refuse(std::string("'") + name + "' must be " + expected + ", is '" +
         Quoted(Text(found)) + "'");
}

std::string ReadText(const Json& json, const char* name) {
  if (!json.is_string()) Unexpected(name, "a text", json);
  return json.get<std::string>();
}
std::string TextField(const Json& json, const char* name) {
  return ReadText(Field(json, name), name);
}
std::string OptionalText(const Json& json, const char* name) {
  const Json& field = Optional(json, name);
  return field.is_null() ? "" : ReadText(field, name);
}

uint64_t ReadCount(const Json& json, const char* name,
                   uint64_t most = UINT64_MAX) {
  if (!json.is_number_unsigned() || json.get<uint64_t>() > most) {
    Unexpected(name, "a whole number in range", json);
  }
  return json.get<uint64_t>();
}
uint64_t CountField(const Json& json, const char* name,
                    uint64_t most = UINT64_MAX) {
  return ReadCount(Field(json, name), name, most);
}

double ReadNumber(const Json& json, const char* name) {
  if (!json.is_number() || !std::isfinite(json.get<double>())) {
    Unexpected(name, "a finite number", json);
  }
  return json.get<double>();
}
double NumberField(const Json& json, const char* name) {
  return ReadNumber(Field(json, name), name);
}

bool ReadFlag(const Json& json, const char* name) {
  if (!json.is_boolean()) Unexpected(name, "true or false", json);
  return json.get<bool>();
}
bool FlagField(const Json& json, const char* name, bool fallback) {
  const Json& field = Optional(json, name);
  return field.is_null() ? fallback : ReadFlag(field, name);
}

const Json& ReadList(const Json& json, const char* name) {
  if (!json.is_array()) Unexpected(name, "a list", json);
  return json;
}
const Json& ListField(const Json& json, const char* name) {
  return ReadList(Field(json, name), name);
}

std::vector<std::string> TextsField(const Json& json, const char* name) {
  std::vector<std::string> texts;
  for (const Json& item : ListField(json, name)) {
    texts.push_back(ReadText(item, name));
  }
  return texts;
}

Architecture ReadArchitecture(const Json& json, const char* name) {
  constexpr uint64_t kMost = UINT16_MAX;
  if (!json.is_array() || json.size() > kMost) {
    Unexpected(name, "a list of whole numbers", json);
  }
  Architecture architecture(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    if (!json[i].is_number_unsigned() || json[i].get<uint64_t>() > kMost) {
      Unexpected(name, "a list of whole numbers", json);
    }
    architecture[i] = json[i].get<uint16_t>();
  }
  return architecture;
}

std::vector<Architecture> ReadArchitectures(const Json& json,
                                            const char* name) {
  std::vector<Architecture> list;
  for (const Json& item : ReadList(json, name)) {
    list.push_back(ReadArchitecture(item, name));
  }
  return list;
}

uint64_t ReadWord(const Json& json, const char* name) {
  const std::string text = ReadText(json, name);
  uint64_t word = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), word);
  if (error != std::errc() || end != text.data() + text.size()) {
    Unexpected(name, "64 bits as a decimal text", json);
  }
  return word;
}

RngState ReadRng(const Json& json) {
  if (!json.is_array() || json.size() != RngState().size()) {
    Unexpected("rng", "a list of four texts", json);
  }
  RngState state;
  for (size_t i = 0; i < state.size(); ++i) state[i] = ReadWord(json[i], "rng");
  // The state that xoshiro256** never leaves.
  if (state == RngState{}) Unexpected("rng", "other than all zero", json);
  return state;
}

std::optional<RngState> OptionalRng(const Json& json) {
  const Json& field = Optional(json, "rng");
  if (field.is_null()) return std::nullopt;
  return ReadRng(field);
}

// --- writing ---------------------------------------------------------------

Json ToJson(const Architecture& architecture) {
  Json list = Json::array();
  for (const uint16_t choice : architecture.Decisions()) list.push_back(choice);
  return list;
}

Json ToJson(const std::vector<Architecture>& architectures) {
  Json list = Json::array();
  for (const Architecture& one : architectures) list.push_back(ToJson(one));
  return list;
}

Json ToJson(const RngState& state) {
  Json list = Json::array();
  for (const uint64_t word : state) list.push_back(std::to_string(word));
  return list;
}

// --- the problem -----------------------------------------------------------

const char* DirectionName(Direction direction) {
  return direction == Direction::kMinimize ? "minimize" : "maximize";
}

Direction ReadDirection(const Json& json) {
  const std::string name = TextField(json, "direction");
  if (name == "minimize") return Direction::kMinimize;
  if (name == "maximize") return Direction::kMaximize;
  Unexpected("direction", "'minimize' or 'maximize'", json);
}

const char* BindingName(FactorBinding binding) {
  switch (binding) {
    case FactorBinding::kNetwork:
      return "network";
    case FactorBinding::kQualifiers:
      return "qualifiers";
    case FactorBinding::kPlatform:
      return "platform";
  }
  return "?";
}

FactorBinding ReadBinding(const Json& json) {
  const std::string name = TextField(json, "binding");
  for (const auto binding :
       {FactorBinding::kNetwork, FactorBinding::kQualifiers,
        FactorBinding::kPlatform}) {
    if (name == BindingName(binding)) return binding;
  }
  Unexpected("binding", "'network', 'qualifiers' or 'platform'", json);
}

Metric ReadMetric(const std::string& text) {
  try {
    return Metric::Parse(text);
  } catch (const Error& error) {
    Refuse(error.what());
  }
}
/// A rung's cost may have none.
Metric ReadMetricOrNone(const std::string& text) {
  return text.empty() ? Metric() : ReadMetric(text);
}

Fidelity ReadFidelity(const std::string& text) {
  if (text.empty()) return {};
  try {
    return Fidelity::Parse(text);
  } catch (const Error& error) {
    Refuse(error.what());
  }
}

/// Whether its spec alone gives this space. Not that of wrappers around one
/// (filtered, masked, started hot), which may keep its name and its spec.
bool IsBuildable(const SearchSpace& space) {
  try {
    const auto built = MakeSpace(space.Spec());
    const SearchSpace& same = *built;
    return typeid(same) == typeid(space) && same.Spec() == space.Spec();
  } catch (const Error&) {
    return false;
  }
}

Json SpaceToJson(const SearchSpace& space) {
  Json decisions = Json::array();
  for (const Decision& decision : space.Decisions()) {
    decisions.push_back(
        {{"name", decision.name}, {"choices", decision.choices}});
  }
  Json factors = Json::array();
  for (const Factor& factor : space.Factors()) {
    factors.push_back({{"name", factor.name},
                       {"begin", factor.begin},
                       {"size", factor.size},
                       {"binding", BindingName(factor.binding)},
                       {"bound", factor.bound}});
  }
  const auto moves = space.Moves();
  const std::optional<uint64_t> size = space.Size();
  return {{"id", space.Id()},
          {"spec", space.Spec()},
          {"buildable", IsBuildable(space)},
          {"decisions", decisions},
          {"moves", std::vector<std::string>(moves.begin(), moves.end())},
          {"size", size ? Json(*size) : Json()},
          {"log10_size", space.Log10Size()},
          {"factors", factors}};
}

SpaceFacts ReadSpace(const Json& json) {
  SpaceFacts space;
  space.id = TextField(json, "id");
  space.spec = TextField(json, "spec");
  space.buildable = FlagField(json, "buildable", false);
  for (const Json& item : ListField(json, "decisions")) {
    Decision decision{TextField(item, "name"), TextsField(item, "choices")};
    if (decision.choices.empty() || decision.choices.size() > UINT16_MAX) {
      Unexpected("choices", "1 to 65,535 texts", item);
    }
    space.decisions.push_back(std::move(decision));
  }
  space.moves = TextsField(json, "moves");
  if (space.moves.empty()) Refuse("a space without moves");
  if (const Json& size = Optional(json, "size"); !size.is_null()) {
    space.size = ReadCount(size, "size");
  }
  space.log10_size = NumberField(json, "log10_size");
  for (const Json& item : ListField(json, "factors")) {
    Factor factor;
    factor.name = TextField(item, "name");
    factor.begin = CountField(item, "begin", space.decisions.size());
    factor.size =
        CountField(item, "size", space.decisions.size() - factor.begin);
    factor.binding = ReadBinding(item);
    factor.bound = TextsField(item, "bound");
    space.factors.push_back(std::move(factor));
  }
  return space;
}

Json ObjectivesToJson(const Problem& problem) {
  Json list = Json::array();
  for (const Objective& objective : problem.objectives) {
    list.push_back({{"metric", objective.metric.Text()},
                    {"direction", DirectionName(objective.direction)}});
  }
  return list;
}

Json ConstraintsToJson(const Problem& problem) {
  Json list = Json::array();
  for (const Constraint& constraint : problem.constraints) {
    list.push_back({{"metric", constraint.metric.Text()},
                    {"upper", constraint.upper},
                    {"bound", constraint.bound}});
  }
  return list;
}

Json LadderToJson(const Problem& problem) {
  Json list = Json::array();
  for (const Rung& rung : problem.ladder) {
    list.push_back(
        {{"fidelity", rung.fidelity.empty() ? "" : rung.fidelity.Text()},
         {"cost", rung.cost.quantity.empty() ? "" : rung.cost.Text()},
         {"cost_scale", rung.cost_scale}});
  }
  return list;
}

Json FeaturesToJson(const Problem& problem) {
  Json list = Json::array();
  for (const Feature& feature : problem.features) {
    list.push_back(feature.metric.Text());
  }
  return list;
}

Json LinearCostsToJson(const Problem& problem) {
  Json list = Json::array();
  for (const LinearCost& cost : problem.linear_costs) {
    list.push_back({{"metric", cost.metric.Text()},
                    {"intercept", cost.intercept},
                    {"per_choice", cost.per_choice}});
  }
  return list;
}

LinearCost ReadLinearCost(const Json& json) {
  LinearCost cost;
  cost.metric = ReadMetric(TextField(json, "metric"));
  cost.intercept = NumberField(json, "intercept");
  for (const Json& decision : ListField(json, "per_choice")) {
    std::vector<double>& choices = cost.per_choice.emplace_back();
    for (const Json& item : ReadList(decision, "per_choice")) {
      choices.push_back(ReadNumber(item, "per_choice"));
    }
  }
  return cost;
}

BudgetView ReadBudget(const Json& json) {
  BudgetView budget;
  budget.evaluations = CountField(json, "evaluations");
  budget.simulated_seconds = NumberField(json, "simulated_seconds");
  budget.max_trials = CountField(json, "max_trials");
  budget.workers = static_cast<int>(CountField(json, "workers", INT32_MAX));
  return budget;
}

StartMessage ReadStart(const Json& json) {
  StartMessage start;
  start.space = ReadSpace(Field(json, "space"));
  Problem& problem = start.problem;
  problem.name = "plugin";
  for (const Json& item : ListField(json, "objectives")) {
    problem.objectives.push_back(
        {ReadMetric(TextField(item, "metric")), ReadDirection(item)});
  }
  for (const Json& item : ListField(json, "constraints")) {
    problem.constraints.push_back({ReadMetric(TextField(item, "metric")),
                                   ReadFlag(Field(item, "upper"), "upper"),
                                   NumberField(item, "bound")});
  }
  for (const Json& item : ListField(json, "ladder")) {
    problem.ladder.push_back({ReadFidelity(TextField(item, "fidelity")),
                              ReadMetricOrNone(TextField(item, "cost")),
                              NumberField(item, "cost_scale")});
  }
  if (problem.objectives.empty() || problem.ladder.empty() ||
      problem.Values() > kMaxValues) {
    Refuse("a problem of no objective, no rung or too many values");
  }
  problem.budget = ReadBudget(Field(json, "budget"));
  for (const std::string& text : TextsField(json, "features")) {
    problem.features.push_back({text, ReadMetric(text)});
  }
  for (const Json& item : ListField(json, "linear_costs")) {
    problem.linear_costs.push_back(ReadLinearCost(item));
  }
  const Json& options = Field(json, "options");
  if (!options.is_object()) Unexpected("options", "an object", options);
  for (const auto& [name, value] : options.items()) {
    start.options[name] = ReadText(value, "options");
  }
  start.seed = TextField(json, "seed");
  start.rng = ReadRng(Field(json, "rng"));
  return start;
}

// --- trials and proposals --------------------------------------------------

Json ToJson(const Trial& trial, size_t values) {
  Json json = {{"id", trial.id},
               {"architecture", ToJson(trial.architecture)},
               {"rung", trial.rung},
               {"status", TrialStatusName(trial.status)},
               {"values", nullptr},
               {"cost_seconds", trial.cost_seconds},
               {"replicate", trial.replicate}};
  if (trial.missing != Missing::kNone) {
    json["missing"] = MissingName(trial.missing);
  }
  if (trial.HasValues()) {
    Json list = Json::array();
    for (size_t i = 0; i < values; ++i) list.push_back(trial.values[i]);
    json["values"] = std::move(list);
  }
  return json;
}

TrialStatus ReadStatus(const Json& json) {
  const std::string name = TextField(json, "status");
  for (const auto status : {TrialStatus::kOk, TrialStatus::kInvalid,
                            TrialStatus::kMissing, TrialStatus::kInfeasible}) {
    if (name == TrialStatusName(status)) return status;
  }
  Unexpected("status", "'ok', 'invalid', 'missing' or 'infeasible'", json);
}

Trial ReadTrial(const Json& json) {
  Trial trial;
  trial.id = CountField(json, "id");
  trial.architecture =
      ReadArchitecture(Field(json, "architecture"), "architecture");
  trial.rung = static_cast<int>(CountField(json, "rung", INT32_MAX));
  trial.status = ReadStatus(json);
  if (const std::string missing = OptionalText(json, "missing");
      !missing.empty()) {
    try {
      trial.missing = ParseMissing(missing);
    } catch (const Error& error) {
      Refuse(error.what());
    }
  }
  trial.replicate =
      static_cast<uint32_t>(CountField(json, "replicate", UINT32_MAX));
  trial.cost_seconds = NumberField(json, "cost_seconds");
  if (!trial.HasValues()) return trial;
  const Json& values = ListField(json, "values");
  if (values.size() > kMaxValues) Unexpected("values", "at most 16", values);
  for (size_t i = 0; i < values.size(); ++i) {
    trial.values[i] = ReadNumber(values[i], "values");
  }
  return trial;
}

Json ToJson(const Proposal& proposal) {
  Json json = {{"id", proposal.id},
               {"architecture", ToJson(proposal.architecture)}};
  if (proposal.rung >= 0) json["rung"] = proposal.rung;
  if (proposal.resumed_from != kNoProposal) {
    json["resumed_from"] = proposal.resumed_from;
  }
  return json;
}

Proposal ReadProposal(const Json& json) {
  Proposal proposal;
  proposal.id = CountField(json, "id", kNoProposal - 1);
  proposal.architecture =
      ReadArchitecture(Field(json, "architecture"), "architecture");
  proposal.rung = -1;
  if (const Json& rung = Optional(json, "rung"); !rung.is_null()) {
    proposal.rung = static_cast<int>(ReadCount(rung, "rung", INT32_MAX));
  }
  if (const Json& from = Optional(json, "resumed_from"); !from.is_null()) {
    proposal.resumed_from = ReadCount(from, "resumed_from", kNoProposal - 1);
  }
  return proposal;
}

// --- what a strategy is ----------------------------------------------------

Json ToJson(const StrategyInfo& info, bool any_option) {
  Json options = Json::array();
  for (const OptionInfo& option : info.options) {
    options.push_back({{"name", option.name},
                       {"default", option.default_value},
                       {"about", option.about}});
  }
  return {{"type", "strategy"},
          {"protocol", kProtocolVersion},
          {"name", info.name},
          {"version", info.version},
          {"summary", info.summary},
          {"source", info.source},
          {"options", any_option ? Json() : std::move(options)},
          {"exact", info.exact},
          {"stochastic", info.stochastic},
          {"multi_objective", info.multi_objective},
          {"beats_random", info.beats_random}};
}

void ReadStrategy(const Json& json, ProgramMessage* message) {
  const uint64_t protocol = CountField(json, "protocol");
  if (protocol != kProtocolVersion) {
    Refuse("protocol " + std::to_string(protocol) + ", this build speaks " +
           std::to_string(kProtocolVersion));
  }
  StrategyInfo& info = message->info;
  info.name = TextField(json, "name");
  if (!IsPluginName(info.name)) {
    Unexpected("name", "1 to 100 characters without control characters",
               Field(json, "name"));
  }
  info.version = 1;
  if (const Json& version = Optional(json, "version"); !version.is_null()) {
    info.version =
        static_cast<int>(ReadCount(version, "version", kMostVersion));
    if (info.version == 0) Unexpected("version", "at least 1", version);
  }
  info.summary = OptionalText(json, "summary");
  info.source = OptionalText(json, "source");
  info.exact = FlagField(json, "exact", false);
  info.stochastic = FlagField(json, "stochastic", true);
  info.multi_objective = FlagField(json, "multi_objective", false);
  info.beats_random = FlagField(json, "beats_random", false);
  const Json& options = Optional(json, "options");
  message->any_option = options.is_null();
  if (options.is_null()) return;
  if (ReadList(options, "options").size() > kMostOptions) {
    Unexpected("options", "at most 1,000", options);
  }
  for (const Json& item : options) {
    info.options.push_back({TextField(item, "name"), TextField(item, "default"),
                            OptionalText(item, "about")});
  }
}

// --- calls -----------------------------------------------------------------

ProtocolCall ReadCall(const Json& json) {
  ProtocolCall call;
  call.name = TextField(json, "call");
  call.rng = OptionalRng(json);
  if (call.name == "crossover") {
    call.architectures.push_back(ReadArchitecture(Field(json, "a"), "a"));
    call.architectures.push_back(ReadArchitecture(Field(json, "b"), "b"));
  } else if (const Json& one = Optional(json, "architecture"); !one.is_null()) {
    call.architectures.push_back(ReadArchitecture(one, "architecture"));
  }
  call.move = OptionalText(json, "move");
  call.text = OptionalText(json, "text");
  if (const Json& rank = Optional(json, "rank"); !rank.is_null()) {
    call.rank = ReadCount(rank, "rank");
  }
  if (const Json& seconds = Optional(json, "seconds"); !seconds.is_null()) {
    call.seconds = ReadNumber(seconds, "seconds");
  }
  return call;
}

Json ToJson(const ProtocolCall& call) {
  Json json = {{"type", "call"}, {"call", call.name}};
  if (call.name == "crossover") {
    json["a"] = ToJson(call.architectures.at(0));
    json["b"] = ToJson(call.architectures.at(1));
  } else if (!call.architectures.empty()) {
    json["architecture"] = ToJson(call.architectures[0]);
  }
  if (!call.move.empty()) json["move"] = call.move;
  if (call.name == "parse") json["text"] = call.text;
  if (call.name == "unrank") json["rank"] = call.rank;
  if (call.name == "charge") json["seconds"] = call.seconds;
  if (call.rng) json["rng"] = ToJson(*call.rng);
  return json;
}

Json ToJson(const ProtocolResult& result) {
  using Kind = ProtocolResult::Kind;
  switch (result.kind) {
    case Kind::kNull:
      return nullptr;
    case Kind::kArchitecture:
      return ToJson(result.architectures.at(0));
    case Kind::kArchitectures:
      return ToJson(result.architectures);
    case Kind::kNumbers: {
      Json list = Json::array();
      for (const std::optional<double>& number : result.numbers) {
        list.push_back(number ? Json(*number) : Json());
      }
      return list;
    }
    case Kind::kFlag:
      return static_cast<bool>(result.flags.at(0));
    case Kind::kFlags:
      return result.flags;
    case Kind::kCount:
      return result.count;
    case Kind::kText:
      return result.text;
  }
  return nullptr;
}

ProtocolResult ReadResult(const Json& message, const ProtocolCall& call) {
  using Kind = ProtocolResult::Kind;
  const Json& json = Field(message, "result");
  ProtocolResult result;
  result.rng = OptionalRng(message);
  if (json.is_null()) return result;
  const std::string& name = call.name;
  if (name == "neighbors") {
    result.kind = Kind::kArchitectures;
    result.architectures = ReadArchitectures(json, "result");
  } else if (name == "features") {
    result.kind = Kind::kNumbers;
    for (const Json& item : ReadList(json, "result")) {
      result.numbers.push_back(item.is_null()
                                   ? std::nullopt
                                   : std::optional(ReadNumber(item, "result")));
    }
  } else if (name == "valid" || name == "connected") {
    result.kind = Kind::kFlag;
    result.flags.push_back(ReadFlag(json, "result"));
  } else if (name == "active") {
    result.kind = Kind::kFlags;
    for (const Json& item : ReadList(json, "result")) {
      result.flags.push_back(ReadFlag(item, "result"));
    }
  } else if (name == "rank") {
    result.kind = Kind::kCount;
    result.count = ReadCount(json, "result");
  } else if (name == "format" || name == "key" || name == "random") {
    result.kind = Kind::kText;
    result.text = ReadText(json, "result");
  } else {
    result.kind = Kind::kArchitecture;
    result.architectures.push_back(ReadArchitecture(json, "result"));
  }
  return result;
}

constexpr const char* kProgramTypes[] = {"strategy",       "ready", "proposals",
                                         "wait",           "done",  "ok",
                                         "recommendation", "error", "call"};
constexpr const char* kSuiteTypes[] = {"hello",     "start", "ask",   "tell",
                                       "recommend", "stop",  "result"};

template <typename Type, size_t size>
Type ReadType(const Json& json, const char* const (&names)[size]) {
  const std::string name = TextField(json, "type");
  for (size_t i = 0; i < size; ++i) {
    if (name == names[i]) return static_cast<Type>(i);
  }
  Refuse("a message of the unknown type '" + Quoted(name) + "'");
}

}  // namespace

bool IsPluginName(const std::string& name) {
  constexpr size_t kLongest = 100;
  return !name.empty() && name.size() <= kLongest &&
         Quoted(name, kLongest) == name;
}

Rng RngFromState(const RngState& state) {
  static_assert(sizeof(Rng) == sizeof(RngState) &&
                std::is_trivially_copyable_v<Rng>);
  return std::bit_cast<Rng>(state);
}

const char* TypeName(ProgramMessage::Type type) {
  return kProgramTypes[static_cast<size_t>(type)];
}
const char* TypeName(SuiteMessage::Type type) {
  return kSuiteTypes[static_cast<size_t>(type)];
}

std::string HelloLine() {
  return Text({{"type", "hello"},
               {"protocol", kProtocolVersion},
               {"hwnas", Version()}});
}

std::string StartLine(const Problem& problem, const OptionMap& options,
                      const Rng& rng) {
  Rng copy = rng;  // the seed is not drawn from the run's stream
  return Text({{"type", "start"},
               {"space", SpaceToJson(*problem.space)},
               {"objectives", ObjectivesToJson(problem)},
               {"constraints", ConstraintsToJson(problem)},
               {"ladder", LadderToJson(problem)},
               {"budget",
                {{"evaluations", problem.budget.evaluations},
                 {"simulated_seconds", problem.budget.simulated_seconds},
                 {"max_trials", problem.budget.max_trials},
                 {"workers", problem.budget.workers}}},
               {"features", FeaturesToJson(problem)},
               {"linear_costs", LinearCostsToJson(problem)},
               {"options", Json(options)},
               {"seed", std::to_string(copy.Next())},
               {"rng", ToJson(rng.State())}});
}

std::string AskLine(size_t limit) {
  return Text({{"type", "ask"}, {"limit", limit}});
}

std::string TellLine(std::span<const Trial> trials, size_t values) {
  Json list = Json::array();
  for (const Trial& trial : trials) list.push_back(ToJson(trial, values));
  return Text({{"type", "tell"}, {"trials", std::move(list)}});
}

std::string RecommendLine() { return R"({"type":"recommend"})"; }
std::string StopLine() { return R"({"type":"stop"})"; }

std::string ResultLine(const ProtocolResult& result) {
  Json json = {{"type", "result"}, {"result", ToJson(result)}};
  if (result.rng) json["rng"] = ToJson(*result.rng);
  return Text(json);
}

std::string Line(const ProgramMessage& message) {
  using Type = ProgramMessage::Type;
  Json json = {{"type", TypeName(message.type)}};
  switch (message.type) {
    case Type::kStrategy:
      return Text(ToJson(message.info, message.any_option));
    case Type::kCall:
      return Text(ToJson(message.call));
    case Type::kProposals: {
      Json list = Json::array();
      for (const Proposal& one : message.proposals) list.push_back(ToJson(one));
      json["proposals"] = std::move(list);
      break;
    }
    case Type::kRecommendation:
      json["architectures"] =
          message.recommended ? ToJson(*message.recommended) : Json();
      break;
    case Type::kError:
      json["message"] = message.text;
      break;
    case Type::kReady:
    case Type::kWait:
    case Type::kDone:
    case Type::kOk:
      break;
  }
  return Text(json);
}

ProgramMessage ParseProgramLine(std::string_view line) {
  using Type = ProgramMessage::Type;
  const Json json = ParseObject(line);
  ProgramMessage message;
  message.type = ReadType<Type>(json, kProgramTypes);
  switch (message.type) {
    case Type::kStrategy:
      ReadStrategy(json, &message);
      break;
    case Type::kProposals:
      for (const Json& item : ListField(json, "proposals")) {
        message.proposals.push_back(ReadProposal(item));
      }
      break;
    case Type::kRecommendation:
      if (const Json& list = Field(json, "architectures"); !list.is_null()) {
        message.recommended = ReadArchitectures(list, "architectures");
      }
      break;
    case Type::kError:
      message.text = TextField(json, "message");
      break;
    case Type::kCall:
      message.call = ReadCall(json);
      break;
    case Type::kReady:
    case Type::kWait:
    case Type::kDone:
    case Type::kOk:
      break;
  }
  return message;
}

SuiteMessage ParseSuiteLine(std::string_view line, const ProtocolCall* call) {
  using Type = SuiteMessage::Type;
  const Json json = ParseObject(line);
  SuiteMessage message;
  message.type = ReadType<Type>(json, kSuiteTypes);
  switch (message.type) {
    case Type::kHello:
      message.protocol =
          static_cast<int>(CountField(json, "protocol", INT32_MAX));
      break;
    case Type::kStart:
      message.start = ReadStart(json);
      break;
    case Type::kAsk:
      message.limit = CountField(json, "limit");
      if (message.limit == 0) Refuse("'limit' must be at least 1");
      break;
    case Type::kTell:
      for (const Json& item : ListField(json, "trials")) {
        message.trials.push_back(ReadTrial(item));
      }
      break;
    case Type::kResult:
      if (call == nullptr) Refuse("a result of no call");
      message.result = ReadResult(json, *call);
      break;
    case Type::kRecommend:
    case Type::kStop:
      break;
  }
  return message;
}

}  // namespace hwnas
