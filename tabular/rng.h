#ifndef HWNAS_TABULAR_RNG_H_
#define HWNAS_TABULAR_RNG_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "tabular/error.h"

namespace hwnas {

/// The project's only source of randomness: xoshiro256** 1.0 (Blackman and
/// Vigna, "Scrambled linear pseudorandom number generators", TOMS 2021), its
/// state filled by splitmix64. Everything drawn from it is specified here and
/// does not depend on the standard library. Test vectors: tests/tabular/
/// rng_test.cc. Not thread-safe; a stream per run.
class Rng {
 public:
  using result_type = uint64_t;

  explicit Rng(uint64_t seed);

  /// The stream of a label: the seed is the first 8 bytes, little-endian, of
  /// SHA-256(master seed as 8 little-endian bytes, then the label's bytes).
  /// Streams of different labels are independent of drawing order.
  static Rng FromLabel(uint64_t master_seed, std::string_view label);
  static uint64_t SeedFromLabel(uint64_t master_seed, std::string_view label);

  uint64_t Next() {
    const uint64_t result = Rotl(state_[1] * 5, 7) * 9;
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = Rotl(state_[3], 45);
    return result;
  }

  /// Uniform in [0, bound), unbiased (Lemire, "Fast random integer generation
  /// in an interval", TOMACS 2019). `bound` > 0.
  uint64_t Below(uint64_t bound) {
    HWNAS_CHECK(bound > 0);
    auto product = static_cast<unsigned __int128>(Next()) * bound;
    auto low = static_cast<uint64_t>(product);
    if (low < bound) {
      const uint64_t threshold = -bound % bound;
      while (low < threshold) {
        product = static_cast<unsigned __int128>(Next()) * bound;
        low = static_cast<uint64_t>(product);
      }
    }
    return static_cast<uint64_t>(product >> 64);
  }

  /// Uniform in [0, 1): the upper 53 bits times 2^-53.
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  double Uniform(double low, double high) {
    return low + (high - low) * Uniform();
  }

  /// Standard normal by Marsaglia's polar method; one value a call, the spare
  /// is thrown away, so that the stream has no hidden state. Uses std::log and
  /// std::sqrt: exact on one kind of processor and C library.
  double Normal();

  bool Bernoulli(double probability) { return Uniform() < probability; }

  /// Fisher-Yates from the back: for i = n-1..1 swap(i, Below(i+1)).
  template <typename T>
  void Shuffle(std::span<T> values) {
    for (size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[Below(i)]);
    }
  }

  std::array<uint64_t, 4> State() const { return state_; }

 private:
  static uint64_t Rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

  std::array<uint64_t, 4> state_;
};

/// One step of splitmix64 as a mixing function of its argument.
uint64_t Mix64(uint64_t x);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_RNG_H_
