#include "datasets/measure/quiet.h"

#include <algorithm>
#include <utility>

namespace hwnas {

Quiet::Quiet(std::function<double()> canary, std::function<void()> wait)
    : canary_(std::move(canary)), wait_(std::move(wait)) {
  shortest_us_ = canary_();
  for (int i = 1; i < kCalibrations; ++i) {
    shortest_us_ = std::min(shortest_us_, canary_());
  }
}

bool Quiet::IsQuiet() {
  // One long canary may be an interrupt; two are a neighbour.
  for (int i = 0; i < 2; ++i) {
    const double us = canary_();
    shortest_us_ = std::min(shortest_us_, us);
    if (us <= kSlowest * shortest_us_) return true;
  }
  return false;
}

void Quiet::Measure(const std::function<void()>& measure) {
  if (shortest_us_ < kShortestUs) {
    measure();
    return;
  }
  ++waits_left_;
  bool again = false;
  bool quiet = false;
  while (true) {
    while (!(quiet = IsQuiet()) && waits_left_ > 0) {
      --waits_left_;
      wait_();
    }
    repeated_ += again ? 1 : 0;
    measure();
    quiet = IsQuiet() && quiet;
    if (quiet || waits_left_ == 0) break;
    --waits_left_;
    again = true;
  }
  busy_ += quiet ? 0 : 1;
}

}  // namespace hwnas
