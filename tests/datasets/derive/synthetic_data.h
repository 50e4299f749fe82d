#ifndef HWNAS_TESTS_DATASETS_DERIVE_SYNTHETIC_DATA_H_
#define HWNAS_TESTS_DATASETS_DERIVE_SYNTHETIC_DATA_H_

#include <string>

#include "datasets/derive/recipe.h"

namespace hwnas::derive {

/// Four IDX files of Fashion-MNIST's shape; an image's class shows in it.
void WriteSyntheticFashionMnist(const std::string& folder);

/// A recipe that trains in milliseconds, on four networks and two seeds.
Recipe TinyRecipe();

}  // namespace hwnas::derive

#endif  // HWNAS_TESTS_DATASETS_DERIVE_SYNTHETIC_DATA_H_
