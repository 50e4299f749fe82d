#ifndef HWNAS_TESTS_DATASETS_PUBLISHED_SAMPLES_H_
#define HWNAS_TESTS_DATASETS_PUBLISHED_SAMPLES_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/datasets/fixtures.h"

namespace hwnas {

/// A small valid input, made up, of a source that can be imported.
struct PublishedSample {
  std::string name;    // unique
  std::string source;  // of `hwnas import`
  std::string space;   // of the table that it makes
  std::string file;    // the name to give it
  std::string inner;   // its content, at most 4 KB, before packing
  /// Packs a content as the source does; null: the file is the content.
  std::function<std::string(const std::string& inner)> pack = nullptr;
  std::string schema = {};   // for csv
  FixtureFiles before = {};  // files of HELP that are imported first
  /// A changed bit is refused or means nothing.
  bool checksummed = false;
};

inline void PrintTo(const PublishedSample& sample, std::ostream* out) {
  *out << sample.name;
}

/// One or more of each source's formats.
std::vector<PublishedSample> PublishedSamples();

}  // namespace hwnas

#endif  // HWNAS_TESTS_DATASETS_PUBLISHED_SAMPLES_H_
