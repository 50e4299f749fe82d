#ifndef HWNAS_BENCH_CLI_RESULTS_OUTPUT_H_
#define HWNAS_BENCH_CLI_RESULTS_OUTPUT_H_

#include <memory>
#include <string>

#include "bench/harness/results.h"

namespace hwnas {

/// The results file that a command adds runs to, made where it is not there.
/// One that was made here is removed again where the command fails before any
/// run is in it.
class ResultsOutput {
 public:
  /// Errors of Results::OpenOrCreate.
  explicit ResultsOutput(const std::string& path);
  ~ResultsOutput();
  ResultsOutput(const ResultsOutput&) = delete;
  ResultsOutput& operator=(const ResultsOutput&) = delete;

  Results& operator*() const { return *results_; }
  Results* operator->() const { return results_.get(); }

  /// Ends writing; the file stays.
  void Close();

 private:
  std::string path_;
  bool is_new_ = false;
  std::unique_ptr<Results> results_;  // until Close()
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_RESULTS_OUTPUT_H_
