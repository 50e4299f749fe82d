// Gives one proposal more than it was asked for.
#include "strategies/cpp_plugin.h"

namespace {

class TooMany : public hwnas::Strategy {
 public:
  explicit TooMany(hwnas::RunContext context) : context_(std::move(context)) {}

  hwnas::AskState Ask(size_t limit,
                      std::vector<hwnas::Proposal>* out) override {
    for (size_t i = 0; i <= limit; ++i) {
      out->push_back({next_++, context_.problem->space->Sample(context_.rng)});
    }
    return hwnas::AskState::kReady;
  }
  void Tell(std::span<const hwnas::Trial>) override {}

 private:
  hwnas::RunContext context_;
  uint64_t next_ = 0;
};

hwnas::StrategyInfo TooManyInfo() {
  hwnas::StrategyInfo info;
  info.name = "too-many";
  info.make =
      [](const hwnas::OptionMap&,
         hwnas::RunContext context) -> std::unique_ptr<hwnas::Strategy> {
    return std::make_unique<TooMany>(std::move(context));
  };
  return info;
}

}  // namespace

HWNAS_EXPORT_STRATEGY(TooManyInfo)
