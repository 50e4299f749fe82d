// hwnas_fuzz --entry NAME --count N --seed S: mutates an entry's seeds and
// runs its reader on the mutants. The i-th mutant depends on entry, seed and i
// only, so that `--first I --count 1` repeats a finding, and `--write FILE`
// keeps it.

#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <string>

#include "tabular/error.h"
#include "tabular/number.h"
#include "tabular/rng.h"
#include "tests/fuzz/fuzz.h"

namespace hwnas {

std::vector<FuzzEntry> AllFuzzEntries() {
  std::vector<FuzzEntry> entries;
  for (auto* make : {DeriveFuzzEntries, HarnessFuzzEntries, ImporterFuzzEntries,
                     ModelFuzzEntries, ProtocolFuzzEntries, ReaderFuzzEntries,
                     TableFuzzEntries}) {
    for (FuzzEntry& entry : make()) entries.push_back(std::move(entry));
  }
  return entries;
}

namespace {

constexpr size_t kLongestMutant = 64 << 10;

/// Numbers and marks at which readers tend to stumble.
const std::string kTokens[] = {
    "\xff\xff\xff\xff",
    std::string("\0\0\0\0", 4),
    "\x7f\xff\xff\xff",
    std::string(8, '\xff'),
    "nan",
    "-1",
    "1e999",
    "99999999999999999999",
    "[[[[",
    "]]]]",
    "{{{{",
    "\"\"\"",
    "'''",
    "..",
    "../",
    "\r\n",
    ",,",
    "\"",
    ";",
    "=",
    "\xc3\x28",
    std::string(1, '\0'),
};

void MutateOnce(const std::vector<std::string>& seeds, Rng& rng,
                std::string& s) {
  const auto at = [&] { return static_cast<size_t>(rng.Below(s.size() + 1)); };
  switch (rng.Below(9)) {
    case 0:  // a bit
      if (s.empty()) return;
      s[rng.Below(s.size())] ^= static_cast<char>(1 << rng.Below(8));
      return;
    case 1:  // a byte
      if (s.empty()) return;
      s[rng.Below(s.size())] = static_cast<char>(rng.Below(256));
      return;
    case 2: {  // cut out
      const size_t begin = at();
      s.erase(begin, rng.Below(1 + std::min<size_t>(64, s.size() - begin)));
      return;
    }
    case 3:  // cut off
      s.resize(at());
      return;
    case 4: {  // repeat a piece
      const size_t begin = at();
      const std::string piece = s.substr(
          begin, rng.Below(1 + std::min<size_t>(64, s.size() - begin)));
      const size_t where = at();
      const uint64_t times = 1 + rng.Below(rng.Bernoulli(0.1) ? 200 : 4);
      for (uint64_t i = 0; i < times; ++i) s.insert(where, piece);
      return;
    }
    case 5: {  // insert a token
      s.insert(at(), kTokens[rng.Below(std::size(kTokens))]);
      return;
    }
    case 6: {  // overwrite by a token
      const std::string& token = kTokens[rng.Below(std::size(kTokens))];
      const size_t where = at();
      s.replace(where, std::min(token.size(), s.size() - where), token);
      return;
    }
    case 7: {  // splice with another seed
      const std::string& other = seeds[rng.Below(seeds.size())];
      s = s.substr(0, at()) + other.substr(rng.Below(other.size() + 1));
      return;
    }
    default: {  // random bytes
      std::string noise(1 + rng.Below(16), '\0');
      for (char& c : noise) c = static_cast<char>(rng.Below(256));
      s.insert(at(), noise);
      return;
    }
  }
}

std::string Mutant(const FuzzEntry& entry, uint64_t seed, uint64_t i) {
  Rng rng = Rng::FromLabel(seed, entry.name + "/" + std::to_string(i));
  std::string input = entry.seeds[rng.Below(entry.seeds.size())];
  const bool behind = entry.pack != nullptr && rng.Bernoulli(0.5);
  if (behind) input = entry.pack(input);
  const uint64_t times = 1 + rng.Below(4);
  for (uint64_t k = 0; k < times; ++k) {
    MutateOnce(behind ? std::vector<std::string>{input} : entry.seeds, rng,
               input);
    if (input.size() > kLongestMutant) input.resize(kLongestMutant);
  }
  if (entry.pack != nullptr && !behind) input = entry.pack(input);
  return input;
}

// For the handler of signals: what is running.
char running[256] = "nothing";

void OnSignal(int signal) {
  const char* begin = "hwnas_fuzz: killed by a signal while running ";
  (void)!write(2, begin, std::strlen(begin));
  (void)!write(2, running, std::strlen(running));
  (void)!write(2, "\n", 1);
  ::signal(signal, SIG_DFL);
  raise(signal);
}

/// Empty when the reader behaved, else what it did.
std::string Misbehaviour(const FuzzEntry& entry, const std::string& input,
                         bool* accepted) {
  *accepted = false;
  try {
    entry.run(input);
    *accepted = true;
    return "";
  } catch (const Error& e) {
    const std::string what = e.what();
    if (e.Code() != ErrorCode::kUsage && e.Code() != ErrorCode::kNotFound &&
        e.Code() != ErrorCode::kCorrupt) {
      return "exit code " + std::to_string(e.ExitCode()) + ": " + what;
    }
    if (what.empty() || what.find('\n') != std::string::npos) {
      return "a message that is not one line: " + what;
    }
    return "";
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& e) {
    return std::string("another exception: ") + e.what();
  }
}

struct Options {
  std::string entry;
  uint64_t count = 10'000;
  uint64_t seed = 1;
  uint64_t first = 0;
  std::string write;
};

int Run(const Options& options) {
  for (const FuzzEntry& entry : AllFuzzEntries()) {
    if (entry.name != options.entry) continue;
    for (const std::string& seed : entry.seeds) {
      HWNAS_CHECK(seed.size() <= 4096);
      entry.run(entry.pack == nullptr ? seed : entry.pack(seed));
    }
    uint64_t accepted = 0;
    for (uint64_t i = options.first; i < options.first + options.count; ++i) {
      std::snprintf(running, sizeof(running),
                    "--entry %s --seed %llu --first %llu --count 1",
                    entry.name.c_str(),
                    static_cast<unsigned long long>(options.seed),
                    static_cast<unsigned long long>(i));
      const std::string input = Mutant(entry, options.seed, i);
      if (!options.write.empty()) {
        std::ofstream(options.write, std::ios::binary) << input;
      }
      bool ok = false;
      const std::string what = Misbehaviour(entry, input, &ok);
      if (!what.empty()) {
        std::fprintf(stderr, "hwnas_fuzz %s: %s\n", running, what.c_str());
        return 1;
      }
      accepted += ok ? 1 : 0;
    }
    std::printf("%s: %llu inputs, %llu accepted, the others refused\n",
                entry.name.c_str(),
                static_cast<unsigned long long>(options.count),
                static_cast<unsigned long long>(accepted));
    return 0;
  }
  std::vector<std::string> names;
  for (const FuzzEntry& entry : AllFuzzEntries()) names.push_back(entry.name);
  FailUnknown("entry", options.entry, names);
}

int Main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 >= argc) throw Error(ErrorCode::kUsage, name + " has no value");
    const std::string value = argv[i + 1];
    if (name == "--entry") {
      options.entry = value;
    } else if (name == "--count") {
      options.count = static_cast<uint64_t>(ParseInteger(value));
    } else if (name == "--seed") {
      options.seed = static_cast<uint64_t>(ParseInteger(value));
    } else if (name == "--first") {
      options.first = static_cast<uint64_t>(ParseInteger(value));
    } else if (name == "--write") {
      options.write = value;
    } else {
      FailUnknown("option", name,
                  {"--count", "--entry", "--first", "--seed", "--write"});
    }
  }
  // Readers allocate large blocks for small inputs: keep them instead of
  // asking the system for fresh pages each time.
  mallopt(M_MMAP_THRESHOLD, 256 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  for (const int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}) {
    signal(number, OnSignal);
  }
  return Run(options);
}

}  // namespace
}  // namespace hwnas

int main(int argc, char** argv) {
  try {
    return hwnas::Main(argc, argv);
  } catch (const hwnas::Error& e) {
    std::fprintf(stderr, "hwnas_fuzz: %s\n", e.what());
    return e.ExitCode();
  }
}
