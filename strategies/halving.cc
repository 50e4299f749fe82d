#include "strategies/halving.h"

#include <algorithm>
#include <utility>

#include "tabular/error.h"

namespace hwnas {

OptionInfo ResumeOption() {
  return {"resume", "auto",
          "a promoted training goes on (only the difference is charged): auto, "
          "where the lower rung is an epoch of the upper training; always; "
          "never"};
}

bool Resumes(const Problem& problem, int below, int above, Resume resume) {
  if (resume != Resume::kAuto) return resume == Resume::kAlways;
  const Fidelity& lower = problem.ladder[static_cast<size_t>(below)].fidelity;
  const Fidelity& upper = problem.ladder[static_cast<size_t>(above)].fidelity;
  const int end = upper.of > 0 ? upper.of : upper.epochs;
  return lower.of > 0 && lower.of == end && lower.images == upper.images;
}

size_t BracketSize(int top, int s, double eta) {
  double power = 1;
  for (int i = 0; i < s; ++i) power *= eta;
  const double size =
      static_cast<double>(top + 1) / static_cast<double>(s + 1) * power;
  const auto whole = static_cast<size_t>(size);
  return static_cast<double>(whole) < size ? whole + 1 : whole;
}

void HalvingBracket::Begin(int rung) {
  HWNAS_CHECK(complete_);
  rung_ = rung;
  previous_rung_ = rung;
  entries_.clear();
  previous_ids_.clear();
  proposed_ = 0;
  told_ = 0;
  complete_ = false;
}

AskState HalvingBracket::Ask(size_t limit, Proposer* proposer,
                             std::vector<Proposal>* out) {
  if (proposed_ == entries_.size()) return AskState::kWait;
  for (size_t i = 0; i < limit && proposed_ < entries_.size(); ++i) {
    Entry& entry = entries_[proposed_];
    uint64_t resumed = kNoProposal;
    if (!previous_ids_.empty() &&
        Resumes(*problem_, previous_rung_, rung_, resume_)) {
      resumed = previous_ids_[proposed_];
    }
    entry.id = proposer->Propose(entry.architecture, rung_, resumed, out);
    ++proposed_;
  }
  return AskState::kReady;
}

bool HalvingBracket::Tell(const Trial& trial, const Fitness& fitness) {
  for (size_t i = 0; i < proposed_; ++i) {
    if (entries_[i].id != trial.id) continue;
    entries_[i].fitness = fitness;
    if (++told_ == entries_.size()) Promote();
    return true;
  }
  return false;
}

void HalvingBracket::Promote() {
  if (rung_ == static_cast<int>(problem_->ladder.size()) - 1) {
    complete_ = true;
    return;
  }
  std::stable_sort(
      entries_.begin(), entries_.end(),
      [](const Entry& a, const Entry& b) { return a.fitness < b.fitness; });
  const auto share =
      static_cast<size_t>(static_cast<double>(entries_.size()) / eta_);
  entries_.resize(std::max<size_t>(share, 1));
  previous_ids_.clear();
  for (Entry& entry : entries_) {
    previous_ids_.push_back(entry.id);
    entry.id = kNoProposal;
  }
  previous_rung_ = rung_++;
  proposed_ = 0;
  told_ = 0;
}

}  // namespace hwnas
