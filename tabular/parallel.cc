#include "tabular/parallel.h"

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace hwnas {

void ForEachInParallel(size_t count, int threads,
                       const std::function<bool()>& stop,
                       const std::function<void(size_t i, int worker)>& work) {
  std::mutex mutex;  // of both below
  size_t next = 0;
  std::exception_ptr failure;
  const auto run = [&](int worker) {
    for (;;) {
      if (stop && stop()) return;
      size_t i = 0;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        if (failure != nullptr || next == count) return;
        i = next++;
      }
      try {
        work(i, worker);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (failure == nullptr) failure = std::current_exception();
        return;
      }
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(run, t);
  run(0);
  for (std::thread& thread : others) thread.join();
  if (failure != nullptr) std::rethrow_exception(failure);
}

}  // namespace hwnas
