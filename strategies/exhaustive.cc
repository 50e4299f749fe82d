#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/options.h"
#include "strategies/proposer.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr uint64_t kLargestShuffle = uint64_t{1} << 26;

std::vector<OptionInfo> Options() {
  return {{"order", "rank",
           "rank: the space's own order; shuffled: a random order, so that a "
           "budget below the space's size is an unbiased sample"}};
}

class Exhaustive : public Strategy {
 public:
  Exhaustive(bool shuffled, RunContext context)
      : context_(std::move(context)), proposer_(*context_.problem) {
    const SearchSpace& space = *context_.problem->space;
    const std::optional<uint64_t> size = space.Size();
    if (!size) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("strategy exhaustive: space {} cannot be listed "
                              "(its size is unknown or above 64 bits); use "
                              "another strategy or a subset of the space",
                              space.Id()));
    }
    size_ = *size;
    if (!shuffled) return;
    if (size_ > kLargestShuffle) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("strategy exhaustive: order=shuffled holds {} "
                              "architectures at most, {} has {}; use "
                              "order=rank or random with unique=true",
                              kLargestShuffle, space.Id(), size_));
    }
    order_.resize(size_);
    for (size_t i = 0; i < size_; ++i) order_[i] = static_cast<uint32_t>(i);
    context_.rng.Shuffle(std::span<uint32_t>(order_));
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const SearchSpace& space = *context_.problem->space;
    if (proposer_.Next() == size_) return AskState::kDone;
    for (size_t i = 0; i < limit && proposer_.Next() < size_; ++i) {
      const uint64_t position = proposer_.Next();
      proposer_.Propose(
          space.Unrank(order_.empty() ? position : order_[position]), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial>) override {}

 private:
  RunContext context_;
  Proposer proposer_;
  uint64_t size_ = 0;
  std::vector<uint32_t> order_;
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("exhaustive", known, given);
  const bool shuffled = reader.Choice("order", {"rank", "shuffled"}) == 1;
  return std::make_unique<Exhaustive>(shuffled, std::move(context));
}

}  // namespace

StrategyInfo ExhaustiveInfo() {
  StrategyInfo info;
  info.name = "exhaustive";
  info.summary = "every architecture once; the oracle on the observed signal";
  info.source = "needs a space that can be listed";
  info.options = Options();
  info.stochastic = false;
  info.beats_random = false;
  info.reads_results = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
