#ifndef HWNAS_STRATEGIES_PROTOCOL_H_
#define HWNAS_STRATEGIES_PROTOCOL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "strategies/registry.h"
#include "tabular/problem.h"

namespace hwnas {

// Messages between the suite and a strategy's process as values, and as the
// lines of strategies/PROTOCOL.md. Whatever is read is untrusted: a line that
// is not a message is Error(kCorrupt) with one line that says why. Bounds on
// the length of lines are the reader's of bytes.

constexpr int kProtocolVersion = 1;
constexpr size_t kLongestLine = size_t{16} << 20;

/// Whether a plug-in may call itself so: 1 to 100 printable characters.
bool IsPluginName(const std::string& name);

using RngState = std::array<uint64_t, 4>;
Rng RngFromState(const RngState& state);

/// A call of the program's. Fields that a call does not have are empty.
struct ProtocolCall {
  std::string name;
  std::vector<Architecture> architectures;  // one, or a and b
  std::string move;                         // empty: the default
  std::string text;                         // parse
  uint64_t rank = 0;                        // unrank
  double seconds = 0;                       // charge
  std::optional<RngState> rng;
};

/// The result of a call, in the form that its kind says.
struct ProtocolResult {
  enum class Kind : uint8_t {
    kNull,
    kArchitecture,   // architectures[0]
    kArchitectures,  // all
    kNumbers,        // numbers; nullopt is null
    kFlag,
    kFlags,
    kCount,
    kText,
  };
  Kind kind = Kind::kNull;
  std::vector<Architecture> architectures;
  std::vector<std::optional<double>> numbers;
  std::vector<bool> flags;
  uint64_t count = 0;
  std::string text;
  std::optional<RngState> rng;
};

/// What a program writes.
struct ProgramMessage {
  enum class Type : uint8_t {
    kStrategy,
    kReady,
    kProposals,
    kWait,
    kDone,
    kOk,
    kRecommendation,
    kError,
    kCall,
  };
  Type type = Type::kOk;
  StrategyInfo info;        // kStrategy; `make` is null
  bool any_option = false;  // kStrategy
  /// Without a rung: -1.
  std::vector<Proposal> proposals;
  std::optional<std::vector<Architecture>> recommended;
  std::string text;  // kError
  ProtocolCall call;
};
const char* TypeName(ProgramMessage::Type type);

/// What the program learns of the space.
struct SpaceFacts {
  std::string id;
  std::string spec;
  bool buildable = false;  // MakeSpace(spec) gives it
  std::vector<Decision> decisions;
  std::vector<std::string> moves;
  std::optional<uint64_t> size;
  double log10_size = 0;
  std::vector<Factor> factors;
};

struct StartMessage {
  SpaceFacts space;
  Problem problem;  // without space and feature source
  OptionMap options;
  std::string seed;
  RngState rng{};
};

/// What the suite writes.
struct SuiteMessage {
  enum class Type : uint8_t {
    kHello,
    kStart,
    kAsk,
    kTell,
    kRecommend,
    kStop,
    kResult,
  };
  Type type = Type::kStop;
  int protocol = kProtocolVersion;  // kHello
  StartMessage start;
  size_t limit = 0;
  std::vector<Trial> trials;
  ProtocolResult result;
};
const char* TypeName(SuiteMessage::Type type);

std::string HelloLine();
std::string StartLine(const Problem& problem, const OptionMap& options,
                      const Rng& rng);
std::string AskLine(size_t limit);
/// `values`: of an evaluated trial.
std::string TellLine(std::span<const Trial> trials, size_t values);
std::string RecommendLine();
std::string StopLine();
std::string ResultLine(const ProtocolResult& result);

std::string Line(const ProgramMessage& message);

ProgramMessage ParseProgramLine(std::string_view line);
/// `call`: that a kResult answers; null: none is under way.
SuiteMessage ParseSuiteLine(std::string_view line, const ProtocolCall* call);

/// Whether it has the space's number of decisions, each in range. Which of them
/// are active may be asked of any such, in the making of a valid one.
bool HasShape(const SearchSpace& space, const Architecture& architecture);

/// What a call gives on a problem; `stream` is the run's. Error(kCorrupt) for
/// what is no call, or not of the space.
ProtocolResult ServeCall(const ProtocolCall& call, const RunContext& context,
                         Rng& stream);

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_PROTOCOL_H_
