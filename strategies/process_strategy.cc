#include "strategies/process_strategy.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "strategies/child_process.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using nlohmann::json;

/// Bytes that are not UTF-8 (an option's, a name's) are replaced.
std::string Text(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

json ToJson(const Architecture& architecture) {
  json list = json::array();
  for (const uint16_t choice : architecture.Decisions()) list.push_back(choice);
  return list;
}

json StartMessage(const Problem& problem, const OptionMap& options,
                  uint64_t seed) {
  const SearchSpace& space = *problem.space;
  json decisions = json::array();
  for (const Decision& decision : space.Decisions()) {
    decisions.push_back(
        {{"name", decision.name}, {"choices", decision.choices}});
  }
  const std::span<const std::string> moves = space.Moves();
  const std::optional<uint64_t> size = space.Size();
  json objectives = json::array();
  for (const Objective& objective : problem.objectives) {
    objectives.push_back(
        {{"metric", objective.metric.Text()},
         {"direction", objective.direction == Direction::kMinimize
                           ? "minimize"
                           : "maximize"}});
  }
  json constraints = json::array();
  for (const Constraint& constraint : problem.constraints) {
    constraints.push_back({{"metric", constraint.metric.Text()},
                           {"upper", constraint.upper},
                           {"bound", constraint.bound}});
  }
  json ladder = json::array();
  for (const Rung& rung : problem.ladder) {
    ladder.push_back(
        {{"fidelity", rung.fidelity.Text()}, {"cost_scale", rung.cost_scale}});
  }
  json features = json::array();
  for (const Feature& feature : problem.features) {
    features.push_back(feature.name);
  }
  return {{"type", "start"},
          {"protocol", 1},
          {"space",
           {{"id", space.Id()},
            {"spec", space.Spec()},
            {"decisions", decisions},
            {"moves", std::vector<std::string>(moves.begin(), moves.end())},
            {"size", size ? json(*size) : json(nullptr)}}},
          {"objectives", objectives},
          {"constraints", constraints},
          {"ladder", ladder},
          {"budget",
           {{"evaluations", problem.budget.evaluations},
            {"simulated_seconds", problem.budget.simulated_seconds},
            {"max_trials", problem.budget.max_trials},
            {"workers", problem.budget.workers}}},
          {"features", features},
          {"seed", std::to_string(seed)},
          {"options", options}};
}

json ToJson(const Trial& trial, size_t values) {
  json message = {
      {"id", trial.id},     {"architecture", ToJson(trial.architecture)},
      {"rung", trial.rung}, {"status", TrialStatusName(trial.status)},
      {"values", nullptr},  {"cost_seconds", trial.cost_seconds}};
  if (trial.HasValues()) {
    json list = json::array();
    for (size_t i = 0; i < values; ++i) list.push_back(trial.values[i]);
    message["values"] = list;
  }
  return message;
}

class ProcessStrategy : public Strategy {
 public:
  ProcessStrategy(const std::string& command, const OptionMap& options,
                  RunContext context, const ProcessLimits& limits)
      : limits_(limits),
        context_(std::move(context)),
        child_(command, limits.line_bytes) {
    // The seed is that of the stream's state, not drawn from it: a program
    // that only calls back sees the stream as a built-in strategy would.
    Rng copy = context_.rng;
    Exchange(StartMessage(*context_.problem, options, copy.Next()), "ready");
  }

  ~ProcessStrategy() override {
    try {
      child_.WriteLine(R"({"type":"stop"})", 0.1);
    } catch (const Error&) {
      // It has ended already, which is what was wanted.
    }
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const json answer =
        Exchange({{"type", "ask"}, {"limit", limit}}, "proposals|wait|done");
    const std::string type = answer.at("type");
    if (type == "wait") return AskState::kWait;
    if (type == "done") return AskState::kDone;
    return Guard([&] {
      const json& list = answer.at("proposals");
      if (!list.is_array() || list.empty() || list.size() > limit) {
        child_.Fail(fmt::format("gave {} proposals, asked for 1 to {}",
                                list.size(), limit));
      }
      for (const json& item : list) out->push_back(ReadProposal(item));
      return AskState::kReady;
    });
  }

  void Tell(std::span<const Trial> trials) override {
    json list = json::array();
    for (const Trial& trial : trials) {
      list.push_back(ToJson(trial, context_.problem->Values()));
    }
    Exchange({{"type", "tell"}, {"trials", list}}, "ok");
  }

  std::optional<std::vector<Architecture>> Recommend() override {
    const json answer = Exchange({{"type", "recommend"}}, "recommendation");
    return Guard([&]() -> std::optional<std::vector<Architecture>> {
      const json& list = answer.at("architectures");
      if (list.is_null()) return std::nullopt;
      std::vector<Architecture> architectures;
      for (const json& item : list) {
        architectures.push_back(ReadValid(item));
      }
      return architectures;
    });
  }

 private:
  /// Runs `read`; what JSON throws is the program's fault.
  template <typename Read>
  auto Guard(Read read) -> decltype(read()) {
    try {
      return read();
    } catch (const json::exception& error) {
      child_.Fail(
          fmt::format("answer not understood: {}", Quoted(error.what(), 200)));
    }
  }

  /// Sends a message and serves calls until an answer of an expected type.
  json Exchange(const json& message, std::string_view expected) {
    child_.WriteLine(Text(message), limits_.answer_seconds);
    while (true) {
      const std::string line = child_.ReadLine(limits_.answer_seconds);
      json answer = Guard([&] { return json::parse(line); });
      const std::string type =
          Guard([&] { return answer.at("type").get<std::string>(); });
      if (type == "call") {
        const json result = Guard([&] { return Serve(answer); });
        child_.WriteLine(Text({{"type", "result"}, {"result", result}}),
                         limits_.answer_seconds);
        continue;
      }
      if (type == "error") {
        child_.Fail("gave up: " + Quoted(answer.value("message", ""), 500));
      }
      if (!Expected(type, expected)) {
        child_.Fail(fmt::format("answered '{}' to '{}'", Quoted(type),
                                message.at("type").get<std::string>()));
      }
      return answer;
    }
  }

  static bool Expected(std::string_view type, std::string_view expected) {
    while (!expected.empty()) {
      const size_t bar = expected.find('|');
      if (expected.substr(0, bar) == type) return true;
      if (bar == std::string_view::npos) break;
      expected.remove_prefix(bar + 1);
    }
    return false;
  }

  /// Whole numbers of 16 bits, whatever they mean in the space.
  Architecture ReadArchitecture(const json& list) {
    if (!list.is_array() || list.size() > 65535) {
      child_.Fail("an architecture is a list of whole numbers");
    }
    Architecture architecture(list.size());
    for (size_t i = 0; i < list.size(); ++i) {
      if (!list[i].is_number_unsigned() || list[i].get<uint64_t>() > 65535) {
        child_.Fail("an architecture is a list of whole numbers");
      }
      architecture[i] = list[i].get<uint16_t>();
    }
    return architecture;
  }

  /// One that methods of the space accept.
  Architecture ReadValid(const json& list) {
    Architecture architecture = ReadArchitecture(list);
    const SearchSpace& space = *context_.problem->space;
    if (architecture.size() != space.Decisions().size() ||
        !space.IsValid(architecture)) {
      child_.Fail(fmt::format("{} is no architecture of {}",
                              Quoted(list.dump(), 200), space.Id()));
    }
    return architecture;
  }

  Proposal ReadProposal(const json& item) {
    Proposal proposal;
    proposal.id = item.at("id").get<uint64_t>();
    if (!item.at("id").is_number_unsigned() ||
        !ids_.insert(proposal.id).second) {
      child_.Fail(fmt::format("proposed id {} twice", item.at("id").dump()));
    }
    proposal.architecture = ReadArchitecture(item.at("architecture"));
    const int rungs = static_cast<int>(context_.problem->ladder.size());
    proposal.rung = item.value("rung", rungs - 1);
    if (proposal.rung < 0 || proposal.rung >= rungs) {
      child_.Fail(fmt::format("proposed rung {} of a ladder of {}",
                              proposal.rung, rungs));
    }
    if (item.contains("resumed_from") && !item["resumed_from"].is_null()) {
      proposal.resumed_from = item["resumed_from"].get<uint64_t>();
      if (!ids_.contains(proposal.resumed_from)) {
        child_.Fail(
            fmt::format("resumes from unknown id {}", proposal.resumed_from));
      }
    }
    return proposal;
  }

  json Serve(const json& call) {
    const SearchSpace& space = *context_.problem->space;
    const std::string name = call.at("call");
    if (name == "sample") return ToJson(space.Sample(context_.rng));
    if (name == "charge") {
      const double seconds = call.at("seconds");
      if (!(seconds >= 0) || seconds > 1e15) child_.Fail("charged a bad time");
      if (context_.charge) context_.charge(seconds);
      return nullptr;
    }
    if (name == "crossover") {
      return ToJson(space.Crossover(ReadValid(call.at("a")),
                                    ReadValid(call.at("b")), context_.rng));
    }
    const Architecture architecture = ReadValid(call.at("architecture"));
    if (name == "mutate") return Mutate(architecture, call);
    if (name == "canonical") return ToJson(space.Canonical(architecture));
    if (name == "format") return space.Format(architecture);
    if (name == "neighbors") {
      std::vector<Architecture> neighbors;
      space.Neighbors(architecture, &neighbors);
      json list = json::array();
      for (const Architecture& neighbor : neighbors) {
        list.push_back(ToJson(neighbor));
      }
      return list;
    }
    if (name == "features") return Features(architecture);
    child_.Fail(fmt::format("unknown call '{}'", Quoted(name)));
  }

  json Mutate(const Architecture& architecture, const json& call) {
    const SearchSpace& space = *context_.problem->space;
    const std::span<const std::string> moves = space.Moves();
    size_t move = 0;
    if (call.contains("move")) {
      const std::string name = call["move"];
      while (move < moves.size() && moves[move] != name) ++move;
      if (move == moves.size()) {
        child_.Fail(fmt::format("unknown move '{}'", Quoted(name)));
      }
    }
    Architecture out;
    if (!space.Mutate(architecture, move, context_.rng, &out)) return nullptr;
    return ToJson(out);
  }

  json Features(const Architecture& architecture) const {
    json list = json::array();
    for (size_t i = 0; i < context_.problem->features.size(); ++i) {
      const Value value =
          context_.problem->feature_source->Read(i, architecture);
      list.push_back(value.Ok() ? json(value.value) : json(nullptr));
    }
    return list;
  }

  ProcessLimits limits_;
  RunContext context_;
  ChildProcess child_;
  std::unordered_set<uint64_t> ids_;
};

}  // namespace

std::unique_ptr<Strategy> MakeProcessStrategy(const std::string& command,
                                              const OptionMap& options,
                                              RunContext context,
                                              const ProcessLimits& limits) {
  return std::make_unique<ProcessStrategy>(command, options, std::move(context),
                                           limits);
}

}  // namespace hwnas
