#ifndef HWNAS_BENCH_HARNESS_HOT_START_H_
#define HWNAS_BENCH_HARNESS_HOT_START_H_

#include <memory>
#include <utility>
#include <vector>

#include "tabular/spaces/forwarding.h"

namespace hwnas {

/// A space whose first samples are given, in order; after them it samples as
/// the base does. So every strategy that starts from samples starts from these,
/// without knowing; one that does not sample (exhaustive, controllers) is not
/// affected. It counts its samples: of one run and thread, unlike other spaces.
class HotStartSpace : public ForwardingSpace {
 public:
  /// `first` are valid in the base.
  HotStartSpace(std::shared_ptr<const SearchSpace> base,
                std::vector<Architecture> first)
      : ForwardingSpace(std::move(base)), first_(std::move(first)) {}

  Architecture Sample(Rng& rng) const override {
    if (next_ < first_.size()) return first_[next_++];
    return Base().Sample(rng);
  }

 private:
  std::vector<Architecture> first_;
  mutable size_t next_ = 0;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_HOT_START_H_
