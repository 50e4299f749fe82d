#include "bench/cli/results_output.h"

#include <filesystem>
#include <system_error>

#include "tabular/error.h"

namespace hwnas {

ResultsOutput::ResultsOutput(const std::string& path)
    : path_(path),
      is_new_(!std::filesystem::exists(path)),
      results_(Results::OpenOrCreate(path)) {}

ResultsOutput::~ResultsOutput() {
  if (results_ == nullptr) return;
  bool is_empty = false;
  try {
    is_empty = is_new_ && results_->Runs().empty();
    results_->Close();
  } catch (const Error&) {
    return;  // the command fails already, and says why
  }
  results_.reset();
  std::error_code ignored;
  if (is_empty) std::filesystem::remove(path_, ignored);
}

void ResultsOutput::Close() {
  results_->Close();
  results_.reset();
}

}  // namespace hwnas
