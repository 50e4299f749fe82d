#include <optional>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/options.h"
#include "strategies/proposer.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {{"unique", "false",
           "propose no architecture twice: ends when the space is used up"}};
}

/// Uniform sampling with repetition.
class RandomSearch : public Strategy {
 public:
  explicit RandomSearch(RunContext context)
      : context_(std::move(context)), proposer_(*context_.problem) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const SearchSpace& space = *context_.problem->space;
    for (size_t i = 0; i < limit; ++i) {
      proposer_.Propose(space.Sample(context_.rng), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial>) override {}

 private:
  RunContext context_;
  Proposer proposer_;
};

/// Uniform sampling without repetition: a shuffle of ranks, drawn as it is
/// needed, where the space can be listed; rejection elsewhere.
class UniqueRandomSearch : public Strategy {
 public:
  explicit UniqueRandomSearch(RunContext context)
      : context_(std::move(context)), proposer_(*context_.problem) {
    const SearchSpace& space = *context_.problem->space;
    const std::optional<uint64_t> size = space.Size();
    if (!size || *size > kListed) return;
    ranks_.resize(*size);
    for (size_t i = 0; i < ranks_.size(); ++i) {
      ranks_[i] = static_cast<uint32_t>(i);
    }
    listed_ = true;
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const size_t before = out->size();
    while (out->size() < before + limit) {
      std::optional<Architecture> next = Draw();
      if (!next) break;
      proposer_.Propose(std::move(*next), out);
    }
    return out->size() > before ? AskState::kReady : AskState::kDone;
  }

  void Tell(std::span<const Trial>) override {}

 private:
  static constexpr uint64_t kListed = uint64_t{1} << 20;
  static constexpr size_t kTries = 100000;

  std::optional<Architecture> Draw() {
    const SearchSpace& space = *context_.problem->space;
    if (listed_) {
      const size_t i = proposer_.Next();
      if (i == ranks_.size()) return std::nullopt;
      std::swap(ranks_[i], ranks_[i + context_.rng.Below(ranks_.size() - i)]);
      return space.Unrank(ranks_[i]);
    }
    std::optional<Architecture> sample =
        SampleUnseen(space, seen_, kTries, context_.rng);
    if (sample) seen_.Insert(*sample);
    return sample;
  }

  RunContext context_;
  Proposer proposer_;
  bool listed_ = false;
  std::vector<uint32_t> ranks_;
  SeenSet seen_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("random", known, given);
  if (reader.Flag("unique")) {
    return std::make_unique<UniqueRandomSearch>(std::move(context));
  }
  return std::make_unique<RandomSearch>(std::move(context));
}

}  // namespace

StrategyInfo RandomInfo() {
  StrategyInfo info;
  info.name = "random";
  info.summary = "uniform sampling of the space";
  info.source =
      "the baseline of every comparison (Li and Talwalkar, UAI 2019); uniform "
      "as the space samples";
  info.options = Options();
  info.beats_random = false;
  info.reads_results = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
