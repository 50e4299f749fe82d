#ifndef HWNAS_DATASETS_DERIVE_WORKERS_H_
#define HWNAS_DATASETS_DERIVE_WORKERS_H_

#include <atomic>
#include <cstddef>
#include <functional>

#include "datasets/derive/network.h"

namespace hwnas::derive {

/// Calls work(i) for i = 0..count-1 on `threads` threads, which take them in
/// this order; each has a workspace of its own. Begins nothing more once
/// `stop`, where given, is set, or a call has thrown; what the first threw is
/// thrown again when all have ended.
void RunWorkers(
    size_t count, int threads, const std::atomic<bool>* stop,
    const std::function<void(size_t i, Workspace* workspace)>& work);

}  // namespace hwnas::derive

#endif  // HWNAS_DATASETS_DERIVE_WORKERS_H_
