#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/halving.h"
#include "strategies/kernel_density.h"
#include "strategies/options.h"
#include "strategies/proposer.h"

namespace hwnas {
namespace {

OptionInfo EtaOption() {
  return {"eta", "3",
          "1/eta of a rung is promoted; between rungs of the "
          "ladder the cost should grow about eta times"};
}

std::vector<OptionInfo> HalvingOptions() {
  return {EtaOption(),
          {"initial", "0",
           "architectures that start at the lowest rung; 0: eta^(rungs - 1), "
           "so that one reaches the top"},
          ResumeOption()};
}

std::vector<OptionInfo> HyperbandOptions() {
  return {EtaOption(), ResumeOption()};
}

std::vector<OptionInfo> BohbOptions() {
  return {EtaOption(),
          {"random_fraction", "0.3333333333333333",
           "share of architectures drawn from the space"},
          {"top_percent", "15", "share of trials that counts as good"},
          {"min_points", "0",
           "trials at a rung before it is modelled; 0: decisions + 1"},
          {"candidates", "64", "drawn from the good, ranked (num_samples)"},
          {"bandwidth_factor", "3", "widens the kernels that draw candidates"},
          {"min_bandwidth", "0.001", "of every kernel"},
          ResumeOption()};
}

/// Brackets of successive halving one after another, their entries drawn from
/// the space or, for BOHB, from a model of the highest rung that has enough
/// trials. Where all that are open wait for trials under way, the next begins:
/// no worker stands still. The number of rungs below the top where a bracket
/// starts cycles from `most` down to `least`.
class Brackets : public Strategy {
 public:
  struct Shape {
    double eta = 3;
    size_t initial = 0;  // 0: Hyperband's
    bool only_lowest = false;
    Resume resume = Resume::kAuto;
  };

  Brackets(const Shape& shape, std::vector<KernelDensity> models,
           double random_fraction, RunContext context)
      : shape_(shape),
        random_fraction_(random_fraction),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        models_(std::move(models)),
        next_(proposer_.TopRung()) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    std::erase_if(open_, [](const HalvingBracket& bracket) {
      return bracket.Complete();
    });
    for (HalvingBracket& bracket : open_) {
      const AskState state = bracket.Ask(limit, &proposer_, out);
      if (state != AskState::kWait) return state;
    }
    Begin();
    return open_.back().Ask(limit, &proposer_, out);
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      const Fitness fitness = judge_.Rate(trial);
      HWNAS_CHECK(
          std::any_of(open_.begin(), open_.end(), [&](HalvingBracket& bracket) {
            return bracket.Tell(trial, fitness);
          }));
      if (!models_.empty()) {
        models_[static_cast<size_t>(trial.rung)].Add(trial.architecture,
                                                     fitness);
      }
    }
  }

 private:
  void Begin() {
    const int top = proposer_.TopRung();
    const int s = next_;
    next_ = s == 0 || shape_.only_lowest ? top : s - 1;
    HalvingBracket& bracket =
        open_.emplace_back(*context_.problem, shape_.eta, shape_.resume);
    bracket.Begin(top - s);
    const size_t size =
        shape_.initial > 0
            ? shape_.initial
            : BracketSize(shape_.only_lowest ? s : top, s, shape_.eta);
    for (size_t i = 0; i < size; ++i) bracket.Add(Draw());
  }

  Architecture Draw() {
    if (!context_.rng.Bernoulli(random_fraction_)) {
      for (size_t rung = models_.size(); rung-- > 0;) {
        if (models_[rung].Ready()) return models_[rung].Draw(context_.rng);
      }
    }
    return context_.problem->space->Sample(context_.rng);
  }

  Shape shape_;
  double random_fraction_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  std::vector<HalvingBracket> open_;   // the earliest first
  std::vector<KernelDensity> models_;  // one a rung; none without BOHB
  int next_;  // rungs below the top where the next bracket starts
};

Resume ReadResume(const OptionReader& reader) {
  return static_cast<Resume>(reader.Choice("resume", ResumeChoices()));
}

std::unique_ptr<Strategy> MakeHalving(const OptionMap& given,
                                      RunContext context) {
  const std::vector<OptionInfo> known = HalvingOptions();
  const OptionReader reader("successive-halving", known, given);
  Brackets::Shape shape;
  shape.eta = reader.Real("eta", 1.1, 1000);
  shape.initial = reader.Count("initial", 0, 1000000);
  shape.only_lowest = true;
  shape.resume = ReadResume(reader);
  return std::make_unique<Brackets>(shape, std::vector<KernelDensity>(), 1,
                                    std::move(context));
}

std::unique_ptr<Strategy> MakeHyperband(const OptionMap& given,
                                        RunContext context) {
  const std::vector<OptionInfo> known = HyperbandOptions();
  const OptionReader reader("hyperband", known, given);
  Brackets::Shape shape;
  shape.eta = reader.Real("eta", 1.1, 1000);
  shape.resume = ReadResume(reader);
  return std::make_unique<Brackets>(shape, std::vector<KernelDensity>(), 1,
                                    std::move(context));
}

std::unique_ptr<Strategy> MakeBohb(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = BohbOptions();
  const OptionReader reader("bohb", known, given);
  Brackets::Shape shape;
  shape.eta = reader.Real("eta", 1.1, 1000);
  shape.resume = ReadResume(reader);
  KernelDensity::Options options;
  options.top_percent = reader.Real("top_percent", 1, 99);
  options.min_points = reader.Count("min_points", 0, 1000000);
  options.candidates = reader.Count("candidates", 1, 1000);
  options.bandwidth_factor = reader.Real("bandwidth_factor", 0, 1000);
  options.min_bandwidth = reader.Real("min_bandwidth", 1e-9, 1);
  const double random_fraction = reader.Real("random_fraction", 0, 1);
  std::vector<KernelDensity> models(
      context.problem->ladder.size(),
      KernelDensity(*context.problem->space, options));
  return std::make_unique<Brackets>(shape, std::move(models), random_fraction,
                                    std::move(context));
}

}  // namespace

StrategyInfo SuccessiveHalvingInfo() {
  StrategyInfo info;
  info.name = "successive-halving";
  info.version = 2;
  info.summary = "many cheap trials, the best 1/eta go a rung up";
  info.source =
      "Jamieson and Talwalkar, AISTATS 2016; synchronous, brackets repeat "
      "while the budget lasts, the next one already where workers would "
      "wait, as BOHB's. The ladder's rungs stand for the paper's "
      "resources. On a ladder of one rung it is random search";
  info.options = HalvingOptions();
  info.beats_random = false;
  info.make = MakeHalving;
  return info;
}

StrategyInfo HyperbandInfo() {
  StrategyInfo info;
  info.name = "hyperband";
  info.version = 2;
  info.summary = "successive halving from every rung of the ladder in turn";
  info.source =
      "Li et al., JMLR 2018, algorithm 1, R given by the number of rungs; "
      "synchronous, the next bracket begins where workers would wait. On a "
      "ladder of one rung it is random search";
  info.options = HyperbandOptions();
  info.beats_random = false;
  info.make = MakeHyperband;
  return info;
}

StrategyInfo BohbInfo() {
  StrategyInfo info;
  info.name = "bohb";
  info.version = 2;
  info.summary = "Hyperband whose architectures come from a density model";
  info.source =
      "Falkner, Klein, Hutter, ICML 2018, defaults of HpBandSter; categorical "
      "kernels only, the model of the highest rung with enough trials. A whole "
      "bracket is drawn when it begins, which is, as there, where workers "
      "would wait";
  info.options = BohbOptions();
  info.exact = false;
  info.make = MakeBohb;
  return info;
}

}  // namespace hwnas
