// Entries of the harness: experiments, packed trials, results files.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/harness/experiment.h"
#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "bench/harness/trial_log.h"
#include "datasets/synthetic.h"
#include "tabular/error.h"
#include "tabular/table.h"
#include "tests/fuzz/edited_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

constexpr char kExperiment[] = R"(name = "fuzz"
repetitions = 2
[protocol]
evaluations = 5
[[problem]]
name = "p"
objectives = ["accuracy:val", "macs"]
constraints = ["latency@synthetic-cpu<=20"]
  [[problem.rung]]
  fidelity = "e12"
  cost = "train-seconds:cifar10/e200"
[[strategy]]
name = "random"
options = { unique = true }
[[strategy]]
name = "nsga2"
options = { population_size = 4 }
)";

/// A small results file of small pages, and its digest.
struct Base {
  TempDir folder;
  std::string bytes;
  std::string digest;

  Base() {
    SyntheticOptions options;
    options.every = 1601;
    WriteSyntheticTable(folder.Path("table.db"), options);
    const std::string path = folder.Path("base.db");
    const auto results = Results::OpenOrCreate(path);
    RunExperiment(Experiment::ReadText(kExperiment, "fuzz.toml"),
                  Table::Open(folder.Path("table.db")), *results, {});
    digest = results->Digest();
    results->Close();
    bytes = InSmallPages(path);
  }
};

/// Reads all of a results file. A run that has its digest is as it was.
void ReadAll(const Base& base, const std::string& input) {
  const std::string path = base.folder.Path("mutant.db");
  WriteBytes(path, input);
  const auto results = Results::Open(path);
  results->Experiments();
  results->Problems();
  results->Strategies();
  for (const RunRecord& run : results->Runs()) results->Outcome(run);
  const bool sound = results->Check().empty();
  if (sound && results->Runs().size() == 4 &&
      results->Digest() != base.digest) {
    throw Error(ErrorCode::kInternal,
                "a changed results file passes its check");
  }
}

std::string PackedTrials() {
  const std::vector<double> costs = {1, 2, 3};
  const std::vector<LoggedTrial> trials = {{0, false, true, 1, 1},
                                           {1, false, true, 2, 3},
                                           {0, true, false, 0, 9},
                                           {2, false, true, 1.5, 4}};
  return PackTrials(trials, costs);
}

}  // namespace

std::vector<FuzzEntry> HarnessFuzzEntries() {
  const auto base = std::make_shared<const Base>();
  FuzzEntry results;
  results.name = "results";
  results.seeds = {std::string(), std::string(16, '\0')};
  results.pack = [base](const std::string& edits) {
    return ApplyEdits(base->bytes, edits);
  };
  results.run = [base](const std::string& input) { ReadAll(*base, input); };
  return {{"experiment",
           {kExperiment},
           [](const std::string& input) {
             Experiment::ReadText(input, "fuzz.toml");
           }},
          {"trial-log",
           {PackedTrials()},
           [](const std::string& input) {
             UnpackTrials(input, std::vector<double>{1, 2, 3});
           }},
          results};
}

}  // namespace hwnas
