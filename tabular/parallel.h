#ifndef HWNAS_TABULAR_PARALLEL_H_
#define HWNAS_TABULAR_PARALLEL_H_

#include <cstddef>
#include <functional>

namespace hwnas {

/// Calls work(i, worker) for i = 0..count-1 on `threads` threads, which take
/// them in this order; `worker`, below `threads`, is the calling thread's
/// number. Begins nothing more once `stop`, where given, says so, or a call has
/// thrown; what the first threw is thrown again when all have ended.
void ForEachInParallel(size_t count, int threads,
                       const std::function<bool()>& stop,
                       const std::function<void(size_t i, int worker)>& work);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_PARALLEL_H_
