#ifndef HWNAS_TESTS_DATASETS_DERIVE_SYNTHETIC_DATA_H_
#define HWNAS_TESTS_DATASETS_DERIVE_SYNTHETIC_DATA_H_

#include <string>
#include <string_view>

#include "datasets/derive/recipe.h"

namespace hwnas::derive {

/// A folder of its own that is gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& Path() const { return path_; }
  std::string File(std::string_view name) const;

 private:
  std::string path_;
};

void WriteFile(const std::string& path, std::string_view bytes);
std::string ReadFile(const std::string& path);

/// Four IDX files of Fashion-MNIST's shape; an image's class shows in it.
void WriteSyntheticFashionMnist(const std::string& folder);

/// A recipe that trains in milliseconds, on four networks and two seeds.
Recipe TinyRecipe();

}  // namespace hwnas::derive

#endif  // HWNAS_TESTS_DATASETS_DERIVE_SYNTHETIC_DATA_H_
