#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "bench/cli/cli.h"

namespace {

/// First touches of pages are the dearest part of a short process: measured
/// 20 us each on a virtual machine, 0.3 us a page in huge ones. So memory comes
/// from one heap that is never given back, in huge pages where the kernel has
/// them.
void PrepareHeap() {
  constexpr size_t kHugePage = size_t{2} << 20;
  constexpr size_t kPage = 4096;
  constexpr size_t kStep = 32 * kHugePage;  // of growth; untouched is free
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the highest there is
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, static_cast<int>(kStep));
  // Never touched and never freed: it ends where the first huge page begins,
  // which must be advised before anything is written to it.
  const auto heap = reinterpret_cast<uintptr_t>(sbrk(0));
  sbrk(static_cast<intptr_t>(-heap & (kHugePage - 1)));
  static void* volatile gap = std::malloc(kHugePage - kPage);
  const uintptr_t begin =
      (reinterpret_cast<uintptr_t>(gap) & ~(kHugePage - 1)) + kHugePage;
  const auto end = reinterpret_cast<uintptr_t>(sbrk(0));
  // Not so where another malloc is in its place, as a sanitizer's.
  if (begin >= end) return;
  // Advice: without it everything works as before.
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

}  // namespace

int main(int argc, char** argv) {
  PrepareHeap();
  return hwnas::RunCli(argc, argv);
}
