#include <algorithm>
#include <utility>

#include "strategies/protocol.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

[[noreturn]] void Refuse(const std::string& what) {
  throw Error(ErrorCode::kCorrupt, what);
}

std::string Numbers(const Architecture& architecture) {
  std::string text = "[";
  for (const uint16_t choice : architecture.Decisions()) {
    if (text.size() > 1) text += ",";
    text += std::to_string(choice);
  }
  return Quoted(text + "]");
}

/// The one architecture of a call, of the space.
const Architecture& Argument(const ProtocolCall& call, size_t i,
                             const SearchSpace& space) {
  if (call.architectures.size() <= i) {
    Refuse("call '" + Quoted(call.name) + "' lacks an architecture");
  }
  const Architecture& architecture = call.architectures[i];
  if (!space.IsValid(architecture)) {
    Refuse("call '" + Quoted(call.name) + "' with " + Numbers(architecture) +
           ", which is no architecture of " + space.Id());
  }
  return architecture;
}

ProtocolResult Of(Architecture architecture) {
  ProtocolResult result;
  result.kind = ProtocolResult::Kind::kArchitecture;
  result.architectures.push_back(std::move(architecture));
  return result;
}
ProtocolResult Of(bool flag) {
  ProtocolResult result;
  result.kind = ProtocolResult::Kind::kFlag;
  result.flags.push_back(flag);
  return result;
}
ProtocolResult Of(std::string text) {
  ProtocolResult result;
  result.kind = ProtocolResult::Kind::kText;
  result.text = std::move(text);
  return result;
}

ProtocolResult ServeMutate(const ProtocolCall& call, const SearchSpace& space,
                           Rng& rng) {
  const auto moves = space.Moves();
  size_t move = 0;
  if (!call.move.empty()) {
    move = static_cast<size_t>(
        std::find(moves.begin(), moves.end(), call.move) - moves.begin());
    if (move == moves.size()) {
      Refuse("call 'mutate' with the unknown move '" + Quoted(call.move) + "'");
    }
  }
  Architecture out;
  if (!space.Mutate(Argument(call, 0, space), move, rng, &out)) return {};
  return Of(std::move(out));
}

ProtocolResult ServeFeatures(const Architecture& architecture,
                             const Problem& problem) {
  ProtocolResult result;
  result.kind = ProtocolResult::Kind::kNumbers;
  for (size_t i = 0; i < problem.features.size(); ++i) {
    const Value value = problem.feature_source->Read(i, architecture);
    result.numbers.push_back(value.Ok() ? std::optional(value.value)
                                        : std::nullopt);
  }
  return result;
}

ProtocolResult ServeActive(const ProtocolCall& call, const SearchSpace& space) {
  if (call.architectures.empty() ||
      !HasShape(space, call.architectures.front())) {
    Refuse("call 'active' without a choice for each decision");
  }
  const Architecture& architecture = call.architectures.front();
  ProtocolResult result;
  result.kind = ProtocolResult::Kind::kFlags;
  for (size_t i = 0; i < architecture.size(); ++i) {
    result.flags.push_back(space.IsActive(architecture, i));
  }
  return result;
}

/// What draws from a stream; nothing for other calls.
std::optional<ProtocolResult> ServeRandom(const ProtocolCall& call,
                                          const SearchSpace& space, Rng& rng) {
  if (call.name == "sample") return Of(space.Sample(rng));
  if (call.name == "mutate") return ServeMutate(call, space, rng);
  if (call.name == "crossover") {
    return Of(space.Crossover(Argument(call, 0, space),
                              Argument(call, 1, space), rng));
  }
  if (call.name == "random") return Of(std::to_string(rng.Next()));
  return std::nullopt;
}

ProtocolResult ServeFixed(const ProtocolCall& call, const RunContext& context) {
  constexpr double kMostSeconds = 1e15;
  const Problem& problem = *context.problem;
  const SearchSpace& space = *problem.space;
  const std::string& name = call.name;
  ProtocolResult result;
  if (name == "charge") {
    if (call.seconds < 0 || call.seconds > kMostSeconds) {
      Refuse("call 'charge' with a time that is none");
    }
    if (context.charge) context.charge(call.seconds);
    return result;
  }
  if (name == "valid") {
    return Of(!call.architectures.empty() &&
              space.IsValid(call.architectures[0]));
  }
  if (name == "parse") {
    try {
      return Of(space.Parse(call.text));
    } catch (const Error& error) {
      Refuse(std::string("call 'parse': ") + error.what());
    }
  }
  if (name == "unrank") {
    if (!space.Size() || call.rank >= *space.Size()) {
      Refuse("call 'unrank' beyond the space's size");
    }
    return Of(space.Unrank(call.rank));
  }
  if (name == "active") return ServeActive(call, space);
  const Architecture& architecture = Argument(call, 0, space);
  if (name == "canonical") return Of(space.Canonical(architecture));
  if (name == "format") return Of(space.Format(architecture));
  if (name == "key") return Of(space.EffectiveKey(architecture));
  if (name == "connected") return Of(space.IsConnected(architecture));
  if (name == "features") return ServeFeatures(architecture, problem);
  if (name == "neighbors") {
    result.kind = ProtocolResult::Kind::kArchitectures;
    space.Neighbors(architecture, &result.architectures);
  } else if (const auto rank = space.Rank(architecture)) {
    result.kind = ProtocolResult::Kind::kCount;
    result.count = *rank;
  }
  return result;
}

bool IsCall(std::string_view name) {
  constexpr std::string_view kCalls[] = {
      "sample", "mutate",    "crossover", "neighbors", "canonical", "features",
      "valid",  "active",    "rank",      "unrank",    "format",    "parse",
      "key",    "connected", "random",    "charge"};
  return std::find(std::begin(kCalls), std::end(kCalls), name) !=
         std::end(kCalls);
}

}  // namespace

bool HasShape(const SearchSpace& space, const Architecture& architecture) {
  const auto decisions = space.Decisions();
  if (architecture.size() != decisions.size()) return false;
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (architecture[i] >= decisions[i].choices.size()) return false;
  }
  return true;
}

ProtocolResult ServeCall(const ProtocolCall& call, const RunContext& context,
                         Rng& stream) {
  if (!IsCall(call.name)) {
    Refuse("the unknown call '" + Quoted(call.name) + "'");
  }
  const SearchSpace& space = *context.problem->space;
  Rng own = call.rng ? RngFromState(*call.rng) : Rng(0);
  Rng& rng = call.rng ? own : stream;
  if (std::optional<ProtocolResult> result = ServeRandom(call, space, rng)) {
    if (call.rng) result->rng = rng.State();
    return std::move(*result);
  }
  return ServeFixed(call, context);
}

}  // namespace hwnas
