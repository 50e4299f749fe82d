#ifndef HWNAS_STRATEGIES_HALVING_H_
#define HWNAS_STRATEGIES_HALVING_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "strategies/fitness.h"
#include "strategies/options.h"
#include "strategies/proposer.h"

namespace hwnas {

/// Whether a promoted architecture's training goes on (only the difference is
/// charged) or starts anew.
enum class Resume : uint8_t {
  kAuto,  // goes on where the lower rung is an epoch of the upper training
  kAlways,
  kNever,
};
inline const std::vector<std::string> ResumeChoices() {
  return {"auto", "always", "never"};
}
OptionInfo ResumeOption();

/// Whether a trial at rung `below` of the ladder continues at rung `above`:
/// by default where `below` is `eNofM` of the training that `above` ends or
/// is an epoch of. Separate trainings (e12, e200) do not.
bool Resumes(const Problem& problem, int below, int above, Resume resume);

/// Ladder rungs of a bracket and how many architectures start it: Hyperband's
/// bracket s starts at rung (top - s) with ceil((top + 1) / (s + 1) * eta^s).
size_t BracketSize(int top, int s, double eta);

/// One bracket of synchronous successive halving: all of a rung are told
/// before its best 1/eta (rounded down, one at least) go to the next.
class HalvingBracket {
 public:
  struct Entry {
    Architecture architecture;
    Fitness fitness;
    uint64_t id = kNoProposal;
  };

  HalvingBracket(const Problem& problem, double eta, Resume resume)
      : problem_(&problem), eta_(eta), resume_(resume) {}

  /// Starts a bracket at `rung`; entries are added by Add before asking.
  void Begin(int rung);
  void Add(Architecture architecture) {
    entries_.push_back({std::move(architecture), {}, kNoProposal});
  }

  /// Every rung was told: a new bracket may begin.
  bool Complete() const { return complete_; }
  AskState Ask(size_t limit, Proposer* proposer, std::vector<Proposal>* out);
  /// True when the trial was of this bracket.
  bool Tell(const Trial& trial, const Fitness& fitness);

 private:
  void Promote();

  const Problem* problem_;
  double eta_;
  Resume resume_;
  int rung_ = 0;
  int previous_rung_ = 0;
  std::vector<Entry> entries_;
  std::vector<uint64_t> previous_ids_;  // of entries, at the rung below
  size_t proposed_ = 0;
  size_t told_ = 0;
  bool complete_ = true;
};

}  // namespace hwnas

#endif  // HWNAS_STRATEGIES_HALVING_H_
