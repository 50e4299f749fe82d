#include "strategies/process_strategy.h"

#include <fmt/format.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <unordered_set>
#include <utility>

#include "strategies/child_process.h"
#include "strategies/protocol.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Type = ProgramMessage::Type;
using Clock = ChildProcess::Clock;

constexpr int kCannotExecute = 127;
constexpr size_t kMessageQuoted = 300;

Clock::time_point After(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(seconds));
}

/// The process and the exchange of messages with it.
class Program {
 public:
  Program(const std::vector<std::string>& arguments,
          const PluginOptions& limits)
      : limits_(limits), child_(arguments, limits.line_bytes) {}

  ProgramFacts Hello() {
    ProgramMessage answer =
        Exchange(HelloLine(), "hello", {Type::kStrategy}, nullptr, nullptr);
    return {std::move(answer.info), answer.any_option};
  }

  /// Sends a message and serves calls (none without `context`) until an
  /// answer of an expected type. The time is that of all of it.
  ProgramMessage Exchange(const std::string& line, const char* what,
                          std::initializer_list<Type> expected,
                          const RunContext* context, Rng* stream) {
    const Clock::time_point deadline = After(limits_.answer_seconds);
    try {
      if (!child_.WriteLine(line, deadline)) Late(what);
      while (true) {
        const std::optional<std::string> read = child_.ReadLine(deadline);
        if (!read) Late(what);
        ProgramMessage answer = ParseProgramLine(*read);
        if (answer.type == Type::kCall && context != nullptr) {
          const std::string result =
              ResultLine(ServeCall(answer.call, *context, *stream));
          if (!child_.WriteLine(result, deadline)) Late(what);
          continue;
        }
        for (const Type type : expected) {
          if (answer.type == type) return answer;
        }
        if (answer.type == Type::kError) {
          Fail(fmt::format("it gave up at '{}': {}", what,
                           Quoted(answer.text, kMessageQuoted)));
        }
        Fail(fmt::format("it answered '{}' to '{}'", TypeName(answer.type),
                         what));
      }
    } catch (const Error& error) {
      if (error.Code() != ErrorCode::kCorrupt) throw;
      Fail(fmt::format("it answered '{}' by {}", what, error.what()));
    }
  }

  void Stop() {
    try {
      const Clock::time_point deadline = After(limits_.stop_seconds);
      child_.WriteLine(StopLine(), deadline);
      child_.Stop(deadline);
    } catch (const Error&) {
      // It has ended before, which is what was wanted.
    }
  }

  [[noreturn]] void Fail(const std::string& what) { child_.Fail(what); }

  bool CannotExecute() const { return child_.EndedWith(kCannotExecute); }

 private:
  [[noreturn]] void Late(const char* asked) {
    throw NoAnswer(child_.End(
        fmt::format("no answer to '{}' within {} s (--plugin-timeout)", asked,
                    limits_.answer_seconds)));
  }

  PluginOptions limits_;
  ChildProcess child_;
};

class ProcessStrategy : public Strategy {
 public:
  ProcessStrategy(const std::vector<std::string>& arguments,
                  const PluginOptions& limits, const OptionMap& options,
                  RunContext context)
      : context_(std::move(context)),
        stream_(context_.rng),
        program_(arguments, limits) {
    program_.Hello();
    Exchange(StartLine(*context_.problem, options, stream_), "start",
             {Type::kReady});
  }

  ~ProcessStrategy() override { program_.Stop(); }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    ProgramMessage answer = Exchange(
        AskLine(limit), "ask", {Type::kProposals, Type::kWait, Type::kDone});
    if (answer.type == Type::kWait) return AskState::kWait;
    if (answer.type == Type::kDone) return AskState::kDone;
    if (answer.proposals.empty() || answer.proposals.size() > limit) {
      program_.Fail(fmt::format("it gave {} proposals, asked for 1 to {}",
                                answer.proposals.size(), limit));
    }
    for (Proposal& proposal : answer.proposals) {
      Check(&proposal);
      out->push_back(std::move(proposal));
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    Exchange(TellLine(trials, context_.problem->Values()), "tell", {Type::kOk});
  }

  std::optional<std::vector<Architecture>> Recommend() override {
    return Exchange(RecommendLine(), "recommend", {Type::kRecommendation})
        .recommended;
  }

 private:
  ProgramMessage Exchange(const std::string& line, const char* what,
                          std::initializer_list<Type> expected) {
    return program_.Exchange(line, what, expected, &context_, &stream_);
  }

  void Check(Proposal* proposal) {
    const int rungs = static_cast<int>(context_.problem->ladder.size());
    if (proposal->rung < 0) proposal->rung = rungs - 1;
    if (proposal->rung >= rungs) {
      program_.Fail(fmt::format("it proposed rung {} of a ladder of {}",
                                proposal->rung, rungs));
    }
    if (proposal->resumed_from != kNoProposal &&
        !ids_.contains(proposal->resumed_from)) {
      program_.Fail(fmt::format("it resumes from the unknown id {}",
                                proposal->resumed_from));
    }
    if (!ids_.insert(proposal->id).second) {
      program_.Fail(fmt::format("it proposed the id {} twice", proposal->id));
    }
  }

  RunContext context_;
  Rng stream_;
  Program program_;
  std::unordered_set<uint64_t> ids_;
};

}  // namespace

ProgramFacts AskProgram(const std::vector<std::string>& arguments,
                        const PluginOptions& limits) {
  Program program(arguments, limits);
  try {
    ProgramFacts facts = program.Hello();
    program.Stop();
    return facts;
  } catch (const Error& error) {
    if (!program.CannotExecute()) throw;
    throw Error(ErrorCode::kNotFound,
                fmt::format("strategy '{}' cannot be executed: {}",
                            Quoted(arguments.back()), error.what()));
  }
}

std::unique_ptr<Strategy> MakeProcessStrategy(
    const std::vector<std::string>& arguments, const PluginOptions& limits,
    const OptionMap& options, RunContext context) {
  return std::make_unique<ProcessStrategy>(arguments, limits, options,
                                           std::move(context));
}

}  // namespace hwnas
