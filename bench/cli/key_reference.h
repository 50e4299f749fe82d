#ifndef HWNAS_BENCH_CLI_KEY_REFERENCE_H_
#define HWNAS_BENCH_CLI_KEY_REFERENCE_H_

#include <vector>

#include "bench/harness/toml_keys.h"
#include "bench/report/document.h"

namespace hwnas {

/// Adds what a file's keys are: a section for each table, the document's own
/// keys first.
void AddKeyReference(const std::vector<KeySection>& sections, Document* page);

/// The same as JSON, `reference`, on standard output.
void PrintKeyReferenceJson(const std::vector<KeySection>& sections);

}  // namespace hwnas

#endif  // HWNAS_BENCH_CLI_KEY_REFERENCE_H_
