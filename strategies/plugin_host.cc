#include "strategies/plugin_host.h"

#include <errno.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "strategies/protocol.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

/// Lines to and from the suite.
class Wire {
 public:
  Wire(int input, int output) : input_(input), output_(output) {}

  /// The next line; nothing at the end of the input.
  std::optional<std::string> Read() {
    size_t searched = 0;
    while (true) {
      const size_t end = read_.find('\n', searched);
      if (end != std::string::npos) {
        std::string line = read_.substr(0, end);
        read_.erase(0, end + 1);
        return line;
      }
      searched = read_.size();
      if (searched > kLongestLine) {
        throw Error(ErrorCode::kCorrupt, "a line that is too long");
      }
      std::array<char, 1 << 16> buffer;
      const ssize_t got = read(input_, buffer.data(), buffer.size());
      if (got > 0) {
        read_.append(buffer.data(), static_cast<size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        return std::nullopt;
      }
    }
  }

  void Write(std::string line) {
    line += '\n';
    std::string_view left = line;
    while (!left.empty()) {
      const ssize_t sent = write(output_, left.data(), left.size());
      if (sent > 0) {
        left.remove_prefix(static_cast<size_t>(sent));
      } else if (errno != EINTR) {
        throw Error(ErrorCode::kIo, "the suite has gone away");
      }
    }
  }
  void Write(const ProgramMessage& message) { Write(Line(message)); }

  ProtocolResult Call(ProtocolCall call) {
    ProgramMessage message;
    message.type = ProgramMessage::Type::kCall;
    message.call = std::move(call);
    Write(message);
    const auto line = Read();
    if (!line) throw Error(ErrorCode::kIo, "the suite has gone away");
    SuiteMessage answer = ParseSuiteLine(*line, &message.call);
    if (answer.type != SuiteMessage::Type::kResult) {
      throw Error(ErrorCode::kCorrupt, "a call was answered by a message");
    }
    return std::move(answer.result);
  }

 private:
  int input_;
  int output_;
  std::string read_;
};

/// A space that is the suite's: one that this process cannot build.
class RemoteSpace : public SearchSpace {
 public:
  RemoteSpace(SpaceFacts facts, Wire& wire)
      : facts_(std::move(facts)), wire_(wire) {}

  std::string Id() const override { return facts_.id; }
  std::string Spec() const override { return facts_.spec; }
  std::span<const Decision> Decisions() const override {
    return facts_.decisions;
  }
  std::vector<Factor> Factors() const override { return facts_.factors; }
  std::span<const std::string> Moves() const override { return facts_.moves; }
  std::optional<uint64_t> Size() const override { return facts_.size; }
  double Log10Size() const override { return facts_.log10_size; }
  bool HasLayers() const override { return false; }

  bool IsActive(const Architecture& of, size_t i) const override {
    return Ask("active", {of}).flags.at(i);
  }
  bool IsValid(const Architecture& of) const override {
    return Ask("valid", {of}).flags.at(0);
  }
  bool IsConnected(const Architecture& of) const override {
    return Ask("connected", {of}).flags.at(0);
  }
  Architecture Parse(std::string_view text) const override {
    ProtocolCall call;
    call.name = "parse";
    call.text = text;
    return One(wire_.Call(std::move(call)));
  }
  std::string Format(const Architecture& of) const override {
    return Ask("format", {of}).text;
  }
  std::string EffectiveKey(const Architecture& of) const override {
    return Ask("key", {of}).text;
  }
  Architecture Sample(Rng& rng) const override {
    return One(Ask("sample", {}, &rng));
  }
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override {
    ProtocolResult result = Ask("mutate", {from}, &rng, facts_.moves.at(move));
    if (result.kind == ProtocolResult::Kind::kNull) return false;
    *out = One(std::move(result));
    return true;
  }
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override {
    return One(Ask("crossover", {a, b}, &rng));
  }
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override {
    *out = Ask("neighbors", {of}).architectures;
  }
  Architecture Canonical(const Architecture& of) const override {
    return One(Ask("canonical", {of}));
  }
  std::optional<uint64_t> Rank(const Architecture& of) const override {
    const ProtocolResult result = Ask("rank", {of});
    if (result.kind != ProtocolResult::Kind::kCount) return std::nullopt;
    return result.count;
  }
  Architecture Unrank(uint64_t rank) const override {
    ProtocolCall call;
    call.name = "unrank";
    call.rank = rank;
    return One(wire_.Call(std::move(call)));
  }

 private:
  static Architecture One(ProtocolResult result) {
    return std::move(result.architectures.at(0));
  }

  /// A call, which draws from `rng` where there is one.
  ProtocolResult Ask(const char* name, std::vector<Architecture> of,
                     Rng* rng = nullptr, const std::string& move = "") const {
    ProtocolCall call;
    call.name = name;
    call.architectures = std::move(of);
    call.move = move;
    if (rng != nullptr) call.rng = rng->State();
    ProtocolResult result = wire_.Call(std::move(call));
    if (rng != nullptr && result.rng) *rng = RngFromState(*result.rng);
    return result;
  }

  SpaceFacts facts_;
  Wire& wire_;
};

class RemoteFeatures : public FeatureSource {
 public:
  explicit RemoteFeatures(Wire& wire) : wire_(wire) {}
  Value Read(size_t i, const Architecture& architecture) const override {
    ProtocolCall call;
    call.name = "features";
    call.architectures = {architecture};
    const auto value = wire_.Call(std::move(call)).numbers.at(i);
    if (!value) return {0, Missing::kNotMeasured};
    return {*value};
  }

 private:
  Wire& wire_;
};

std::shared_ptr<const SearchSpace> SpaceOf(SpaceFacts facts, Wire& wire) {
  if (facts.buildable) {
    try {
      return MakeSpace(facts.spec);
    } catch (const Error&) {
      // Not one of this build's.
    }
  }
  return std::make_shared<RemoteSpace>(std::move(facts), wire);
}

class Session {
 public:
  Session(const StrategySource& source, int input, int output)
      : source_(source), wire_(input, output) {}

  void Serve() {
    while (const auto line = wire_.Read()) {
      SuiteMessage message = ParseSuiteLine(*line, nullptr);
      if (message.type == SuiteMessage::Type::kStop) return;
      ProgramMessage answer;
      try {
        answer = Answer(std::move(message));
      } catch (const std::exception& error) {
        answer.type = ProgramMessage::Type::kError;
        answer.text = error.what();
      }
      wire_.Write(answer);
    }
  }

 private:
  using Type = ProgramMessage::Type;

  ProgramMessage Answer(SuiteMessage message) {
    ProgramMessage answer;
    switch (message.type) {
      case SuiteMessage::Type::kHello:
        answer.type = Type::kStrategy;
        answer.info = source_.Info();
        answer.any_option = source_.AnyOption();
        return answer;
      case SuiteMessage::Type::kStart:
        Start(std::move(message.start));
        answer.type = Type::kReady;
        return answer;
      case SuiteMessage::Type::kAsk:
        switch (Running().Ask(message.limit, &answer.proposals)) {
          case AskState::kReady:
            answer.type = Type::kProposals;
            break;
          case AskState::kWait:
            answer.type = Type::kWait;
            break;
          case AskState::kDone:
            answer.type = Type::kDone;
            break;
        }
        return answer;
      case SuiteMessage::Type::kTell:
        Running().Tell(message.trials);
        answer.type = Type::kOk;
        return answer;
      case SuiteMessage::Type::kRecommend:
        answer.recommended = Running().Recommend();
        answer.type = Type::kRecommendation;
        return answer;
      case SuiteMessage::Type::kStop:
      case SuiteMessage::Type::kResult:
        break;
    }
    throw Error(ErrorCode::kCorrupt, "not to be answered");
  }

  Strategy& Running() {
    if (!strategy_) throw Error(ErrorCode::kCorrupt, "'start' comes first");
    return *strategy_;
  }

  void Start(StartMessage start) {
    strategy_.reset();
    problem_ = std::move(start.problem);
    problem_.space = SpaceOf(std::move(start.space), wire_);
    if (!problem_.features.empty()) {
      problem_.feature_source = std::make_shared<RemoteFeatures>(wire_);
    }
    RunContext context;
    context.problem = &problem_;
    context.rng = RngFromState(start.rng);
    context.charge = [this](double seconds) {
      ProtocolCall call;
      call.name = "charge";
      call.seconds = seconds;
      wire_.Call(std::move(call));
    };
    strategy_ = source_.Make(start.options, std::move(context));
  }

  const StrategySource& source_;
  Wire wire_;
  Problem problem_;
  std::unique_ptr<Strategy> strategy_;
};

}  // namespace

void ServeStrategy(const StrategySource& source, int input, int output) {
  Session(source, input, output).Serve();
}

}  // namespace hwnas
