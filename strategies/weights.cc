#include "strategies/weights.h"

#include <cstdint>

#include "tabular/error.h"

namespace hwnas {
namespace {

/// Number of lattice points: C(h + dims - 1, dims - 1), cut at `most` + 1.
size_t Count(size_t dims, size_t h, size_t most) {
  double count = 1;
  for (size_t i = 1; i < dims; ++i) {
    count *= static_cast<double>(h + i) / static_cast<double>(i);
    if (count > static_cast<double>(most) + 0.5) return most + 1;
  }
  return static_cast<size_t>(count + 0.5);
}

void Fill(size_t left, size_t h, size_t position, std::vector<size_t>* parts,
          std::vector<double>* out) {
  if (position + 1 == parts->size()) {
    (*parts)[position] = left;
    for (const size_t part : *parts) {
      out->push_back(static_cast<double>(part) / static_cast<double>(h));
    }
    return;
  }
  for (size_t part = 0; part <= left; ++part) {
    (*parts)[position] = part;
    Fill(left - part, h, position + 1, parts, out);
  }
}

}  // namespace

std::vector<double> SimplexLattice(size_t dims, size_t most) {
  HWNAS_CHECK(dims > 0);
  if (dims == 1) return {1.0};
  size_t h = 1;
  while (Count(dims, h + 1, most) <= most) ++h;
  std::vector<double> points;
  std::vector<size_t> parts(dims);
  Fill(h, h, 0, &parts, &points);
  return points;
}

}  // namespace hwnas
