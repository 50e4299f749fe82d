#include "tabular/rng.h"

#include <cmath>

#include "tabular/sha256.h"

namespace hwnas {
namespace {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15ull;

}  // namespace

uint64_t Mix64(uint64_t x) {
  x += kGolden;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

Rng::Rng(uint64_t seed) {
  for (uint64_t& word : state_) {
    word = Mix64(seed);
    seed += kGolden;
  }
}

uint64_t Rng::SeedFromLabel(uint64_t master_seed, std::string_view label) {
  Sha256 hash;
  hash.Add(master_seed);
  hash.Update(label.data(), label.size());
  const auto digest = hash.Digest();
  uint64_t seed = 0;
  for (size_t i = 8; i-- > 0;) seed = (seed << 8) | digest[i];
  return seed;
}

Rng Rng::FromLabel(uint64_t master_seed, std::string_view label) {
  return Rng(SeedFromLabel(master_seed, label));
}

double Rng::Normal() {
  for (;;) {
    const double u = 2 * Uniform() - 1;
    const double v = 2 * Uniform() - 1;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * std::log(s) / s);
  }
}

}  // namespace hwnas
