#ifndef HWNAS_TESTS_REPORT_MADE_STUDIES_H_
#define HWNAS_TESTS_REPORT_MADE_STUDIES_H_

#include <vector>

#include "bench/transfer/transfer.h"
#include "datasets/synthetic.h"
#include "tests/temp_dir.h"

namespace hwnas {

/// A study of each kind, on a thinned synthetic table; names
/// and titles are markup.
inline std::vector<TransferAnswer> MakeStudies() {
  const TempDir folder;
  SyntheticOptions options;
  options.every = 7;
  WriteSyntheticTable(folder.Path("table.db"), options);
  const auto table = Table::Open(folder.Path("table.db"));
  std::vector<TransferAnswer> studies;
  for (const char* text : {R"(
name = "of-platforms"
title = "Made <b> 50% & _x_"
[platforms]
accuracy = "accuracy:val"
proxy = "macs"
samples = 10
source_architectures = 100
)",
                           R"(
name = "of-signals"
title = "Made"
top = [1, 5]
[[signal]]
name = "<script>$x_1</script>"
metric = "accuracy:val/e12"
cost = "train-seconds"
cost_scale = 0.06
[[signal]]
name = "val"
metric = "accuracy:val"
cost = "train-seconds"
[[target]]
name = "test"
metric = "accuracy:test"
[[gain]]
name = "<b>gain"
metric = "accuracy:val"
over = "accuracy:val/e12"
)",
                           R"(
name = "of-data-sets"
title = "Made"
[data_sets]
options = { trees = 10, members = 1, folds = 0 }
networks = 40
samples = [0, 20]
judged = 100
draws = 2
[[data_set]]
name = "<i>one"
learn = "accuracy:val"
judge = "accuracy:test"
[[data_set]]
name = "two"
learn = "accuracy:val/e12"
judge = "accuracy:test"
[[data_set]]
name = "three"
learn = "accuracy:test"
judge = "accuracy:val"
)"}) {
    studies.push_back(
        RunTransfer(TransferFile::ReadText(text, "made.toml"), *table));
  }
  return studies;
}

/// The same, made once.
inline const std::vector<TransferAnswer>& MadeStudies() {
  static const std::vector<TransferAnswer> studies = MakeStudies();
  return studies;
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_REPORT_MADE_STUDIES_H_
