#ifndef HWNAS_TESTS_FUZZ_FUZZ_H_
#define HWNAS_TESTS_FUZZ_FUZZ_H_

#include <functional>
#include <string>
#include <vector>

namespace hwnas {

/// One reader under fire: valid inputs to mutate, and what reads a mutant. A
/// reader may accept a mutant or refuse it by Error(kUsage, kNotFound,
/// kCorrupt) with one line; anything else is a finding.
struct FuzzEntry {
  std::string name;
  std::vector<std::string> seeds;  // at most 4 KB each
  std::function<void(const std::string& input)> run;
  /// For formats with compression: packs a seed. Half of the mutants are
  /// mutated before packing, half behind it; without it seeds are mutated as
  /// they are.
  std::function<std::string(const std::string& inner)> pack = nullptr;
};

/// Each file of this folder gives its entries by such a function; add it to
/// AllFuzzEntries in fuzz_main.cc.
std::vector<FuzzEntry> DeriveFuzzEntries();
std::vector<FuzzEntry> HarnessFuzzEntries();
std::vector<FuzzEntry> ImporterFuzzEntries();
std::vector<FuzzEntry> ModelFuzzEntries();
std::vector<FuzzEntry> ProtocolFuzzEntries();
std::vector<FuzzEntry> ReaderFuzzEntries();
std::vector<FuzzEntry> TableFuzzEntries();

std::vector<FuzzEntry> AllFuzzEntries();

}  // namespace hwnas

#endif  // HWNAS_TESTS_FUZZ_FUZZ_H_
