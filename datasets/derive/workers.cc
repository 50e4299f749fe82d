#include "datasets/derive/workers.h"

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace hwnas::derive {

void RunWorkers(
    size_t count, int threads, const std::atomic<bool>* stop,
    const std::function<void(size_t i, Workspace* workspace)>& work) {
  std::mutex mutex;  // of both below
  size_t next = 0;
  std::exception_ptr failure;
  const auto run = [&] {
    Workspace workspace;
    for (;;) {
      size_t i = 0;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        if (failure != nullptr || next == count) return;
        if (stop != nullptr && stop->load()) return;
        i = next++;
      }
      try {
        work(i, &workspace);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (failure == nullptr) failure = std::current_exception();
        return;
      }
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(run);
  run();
  for (std::thread& thread : others) thread.join();
  if (failure != nullptr) std::rethrow_exception(failure);
}

}  // namespace hwnas::derive
