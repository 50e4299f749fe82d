#include <algorithm>
#include <utility>
#include <vector>

#include "strategies/builtin.h"
#include "strategies/fitness.h"
#include "strategies/halving.h"
#include "strategies/options.h"
#include "strategies/proposer.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {{"eta", "4", "1/eta of a rung's trials may be promoted"},
          ResumeOption()};
}

class Asha : public Strategy {
 public:
  Asha(double eta, Resume resume, RunContext context)
      : eta_(eta),
        resume_(resume),
        context_(std::move(context)),
        judge_(*context_.problem),
        proposer_(*context_.problem),
        rungs_(context_.problem->ladder.size()) {}

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    for (size_t i = 0; i < limit; ++i) {
      if (!Promote(out)) {
        proposer_.Propose(context_.problem->space->Sample(context_.rng), 0,
                          kNoProposal, out);
      }
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) {
      const Fitness fitness = judge_.Rate(trial);
      std::vector<Entry>& rung = rungs_[static_cast<size_t>(trial.rung)];
      const auto place =
          std::upper_bound(rung.begin(), rung.end(), fitness,
                           [](const Fitness& f, const Entry& entry) {
                             return f < entry.fitness;
                           });
      rung.insert(place, {trial.architecture, fitness, trial.id, false});
    }
  }

 private:
  struct Entry {
    Architecture architecture;
    Fitness fitness;
    uint64_t id;
    bool promoted;
  };

  /// The best trial, from the highest rung down, that is within the top 1/eta
  /// of its rung and was not promoted yet.
  bool Promote(std::vector<Proposal>* out) {
    for (size_t k = rungs_.size() - 1; k-- > 0;) {
      std::vector<Entry>& rung = rungs_[k];
      const auto share =
          static_cast<size_t>(static_cast<double>(rung.size()) / eta_);
      for (size_t i = 0; i < share; ++i) {
        Entry& entry = rung[i];
        if (entry.promoted || !entry.fitness.Rated()) continue;
        entry.promoted = true;
        const int below = static_cast<int>(k);
        const bool resumes =
            Resumes(*context_.problem, below, below + 1, resume_);
        proposer_.Propose(entry.architecture, below + 1,
                          resumes ? entry.id : kNoProposal, out);
        return true;
      }
    }
    return false;
  }

  double eta_;
  Resume resume_;
  RunContext context_;
  Judge judge_;
  Proposer proposer_;
  std::vector<std::vector<Entry>> rungs_;  // best first
};

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader("asha", known, given);
  return std::make_unique<Asha>(
      reader.Real("eta", 1.1, 1000),
      static_cast<Resume>(reader.Choice("resume", ResumeChoices())),
      std::move(context));
}

}  // namespace

StrategyInfo AshaInfo() {
  StrategyInfo info;
  info.name = "asha";
  info.summary = "successive halving that never waits";
  info.source =
      "Li et al., MLSys 2020, algorithm 2, eta 4 as in its experiments, early "
      "stopping rate 0. On a ladder of one rung it is random search";
  info.options = Options();
  info.beats_random = false;
  info.make = Make;
  return info;
}

}  // namespace hwnas
