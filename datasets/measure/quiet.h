#ifndef HWNAS_DATASETS_MEASURE_QUIET_H_
#define HWNAS_DATASETS_MEASURE_QUIET_H_

#include <cstdint>
#include <functional>

namespace hwnas {

/// Tells by a short run that is always the same, the canary, when others use
/// the core too: on a shared machine whoever runs on the core's other thread
/// nearly doubles every time, for milliseconds or minutes, and no median over
/// few runs is proof against it. What was measured then is measured again.
class Quiet {
 public:
  /// `canary` runs it once and says how long it took, in microseconds; `wait`
  /// lets others go on. Runs the canary kCalibrations times: the shortest is
  /// what the machine can do alone.
  Quiet(std::function<double()> canary, std::function<void()> wait);

  /// Calls `measure` between two canaries, and again, after a wait, until both
  /// are within kSlowest of the shortest. Waits are kSpared, and one more a
  /// call: a machine that never is quiet is measured as it is. `measure` is
  /// called at least once; the last call counts. The shorter it is, the less
  /// escapes the canaries.
  void Measure(const std::function<void()>& measure);

  /// Calls that were repeated, and calls whose last was busy too. Both are 0
  /// where the canary is shorter than kShortestUs: it tells nothing then.
  int64_t Repeated() const { return repeated_; }
  int64_t Busy() const { return busy_; }

  static constexpr int kCalibrations = 300;
  static constexpr double kSlowest = 1.25;
  static constexpr int64_t kSpared = 5000;
  static constexpr double kShortestUs = 20;

 private:
  bool IsQuiet();

  std::function<double()> canary_;
  std::function<void()> wait_;
  double shortest_us_ = 0;
  int64_t waits_left_ = kSpared;
  int64_t repeated_ = 0;
  int64_t busy_ = 0;
};

}  // namespace hwnas

#endif  // HWNAS_DATASETS_MEASURE_QUIET_H_
