#include "datasets/derive/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numbers>
#include <utility>

#include "datasets/derive/kernels.h"
#include "datasets/toml_reader.h"
#include "tabular/sha256.h"
#include "tabular/spaces/nb201.h"

namespace hwnas::derive {
namespace {

int IntegerWithin(const TomlTable& table, const std::string& key, int low,
                  int high) {
  const int64_t value = table.Integer(key);
  if (value < low || value > high) {
    table.Fail(key, fmt::format("must be {} to {}, is {}", low, high, value));
  }
  return static_cast<int>(value);
}

double NumberWithin(const TomlTable& table, const std::string& key, double low,
                    double high) {
  const double value = table.Number(key);
  if (!(value >= low && value <= high)) {
    table.Fail(key, fmt::format("must be {} to {}, is {}", low, high, value));
  }
  return value;
}

bool Overlap(const Series& a, const Series& b) {
  return a.seed == b.seed && a.images == b.images && a.first < b.End() &&
         b.first < a.End();
}

// A number of classes, or a list of some of them.
void ReadClasses(const TomlTable& data, Recipe* recipe) {
  const std::vector<int64_t> ids = data.Integers("classes");
  if (ids.size() < 2) {
    recipe->classes = IntegerWithin(data, "classes", 2, 10);
    return;
  }
  for (const int64_t id : ids) {
    if (id < 0 || id > 9) {
      data.Fail("classes", fmt::format("must be 0 to 9, one is {}", id));
    }
    if (recipe->AnswerOf(static_cast<int>(id)) >= 0 &&
        !recipe->class_ids.empty()) {
      data.Fail("classes", fmt::format("has {} twice", id));
    }
    recipe->class_ids.push_back(static_cast<int>(id));
  }
  recipe->classes = static_cast<int>(ids.size());
}

// `depth`: of hot starts that this one is read for.
Recipe FromToml(const TomlTable& root, const std::string& folder, int depth);

Recipe FromFile(const std::string& path, int depth) {
  return FromToml(TomlTable::ReadFile(path),
                  std::filesystem::path(path).parent_path(), depth);
}

void ReadStart(const TomlTable& table, const std::string& folder, int depth,
               Recipe* recipe) {
  constexpr int kDeepest = 8;
  if (depth == kDeepest) {
    table.Fail("recipe", fmt::format("more than {} recipes start from one "
                                     "another",
                                     kDeepest));
  }
  const Recipe other = FromFile(
      std::filesystem::path(folder) / table.String("recipe"), depth + 1);
  if (other.space != recipe->space) {
    table.Fail("recipe", fmt::format("is of space {}, must be of {}",
                                     other.space, recipe->space));
  }
  if (other.cells != recipe->cells) {
    table.Fail("recipe", "is of networks with another number of cells");
  }
  if (!recipe->order.empty()) {
    table.Fail("recipe", "has its own order of networks; leave out 'order'");
  }
  HotStart start;
  start.name = other.name;
  start.digest = other.Digest();
  start.order = other.OrderLabel();
  start.seed = static_cast<uint64_t>(IntegerWithin(table, "seed", 0, 1000));
  start.images = table.Has("images") ? IntegerWithin(table, "images", 1, 60000)
                                     : other.training_images;
  start.keep_head =
      other.classes == recipe->classes && other.class_ids == recipe->class_ids;
  recipe->start = std::move(start);
}

Recipe FromToml(const TomlTable& root, const std::string& folder, int depth) {
  Recipe recipe;
  recipe.name = root.String("name");
  recipe.space = root.String("space");
  if (root.Has("cells")) {
    recipe.cells = IntegerWithin(root, "cells", 1, 64);
    if (dynamic_cast<const Nb201Space*>(MakeSpace(recipe.space).get()) ==
        nullptr) {
      root.Fail("cells", "is for spaces of nb201");
    }
  }
  recipe.order = root.String("order", "");
  const TomlTable data = root.Table("data");
  if (data.String("dataset") != "fashion-mnist") {
    data.Fail("dataset", "only 'fashion-mnist' is known");
  }
  recipe.image_size = IntegerWithin(data, "image_size", 4, 28);
  if (28 % recipe.image_size != 0) {
    data.Fail("image_size", "must divide 28");
  }
  ReadClasses(data, &recipe);
  recipe.training_images = IntegerWithin(data, "training_images", 16, 60000);
  recipe.validation_images = IntegerWithin(data, "validation_images", 1, 60000);
  if (recipe.training_images + recipe.validation_images > 60000) {
    data.Fail("validation_images",
              "training and validation images are more than the 60000 there "
              "are");
  }
  const TomlTable training = root.Table("training");
  recipe.epochs = IntegerWithin(training, "epochs", 1, 1000);
  recipe.batch = IntegerWithin(training, "batch", kLanes, 1024);
  if (recipe.batch % kLanes != 0) {
    training.Fail("batch", fmt::format("must be a multiple of {}", kLanes));
  }
  if (recipe.batch > recipe.training_images) {
    training.Fail("batch", "is more than there are training images");
  }
  recipe.peak_rate = NumberWithin(training, "peak_rate", 0, 1000);
  recipe.warm_up = NumberWithin(training, "warm_up", 0, 1);
  recipe.momentum = NumberWithin(training, "momentum", 0, 1);
  recipe.weight_decay = NumberWithin(training, "weight_decay", 0, 1);
  recipe.flip = training.Bool("flip", false);
  if (root.HasTable("start")) {
    ReadStart(root.Table("start"), folder, depth, &recipe);
  }
  for (const TomlTable& table : root.Tables("series")) {
    Series series;
    series.seed = static_cast<uint64_t>(IntegerWithin(table, "seed", 0, 1000));
    series.images = table.Has("images")
                        ? IntegerWithin(table, "images", recipe.batch,
                                        recipe.training_images)
                        : recipe.training_images;
    series.networks = table.Has("networks")
                          ? IntegerWithin(table, "networks", 1, 1 << 20)
                          : 0;
    series.keep_weights = table.Bool("keep_weights", false);
    series.first =
        table.Has("first") ? IntegerWithin(table, "first", 0, 1 << 20) : 0;
    for (const Series& other : recipe.series) {
      if (Overlap(series, other)) {
        table.Fail("seed", "an earlier series trains the same networks");
      }
    }
    recipe.series.push_back(series);
  }
  root.CheckAllRead();
  return recipe;
}

}  // namespace

int64_t Series::End() const {
  return networks == 0 ? std::numeric_limits<int64_t>::max()
                       : int64_t{first} + networks;
}

std::string Recipe::Digest() const {
  Sha256 sha;
  sha.Add(std::string_view("hwnas derive recipe 1"));
  sha.Add(name);
  sha.Add(space);
  for (const int value : {image_size, classes, training_images,
                          validation_images, epochs, batch, flip ? 1 : 0}) {
    sha.Add(static_cast<uint64_t>(value));
  }
  for (const double value : {peak_rate, warm_up, momentum, weight_decay}) {
    sha.Add(value);
  }
  // What came later is in the digests of those that use it.
  if (!class_ids.empty()) {
    sha.Add(std::string_view("classes"));
    for (const int id : class_ids) sha.Add(static_cast<uint64_t>(id));
  }
  if (cells != 0) {
    sha.Add(std::string_view("cells"));
    sha.Add(static_cast<uint64_t>(cells));
  }
  if (!order.empty()) {
    sha.Add(std::string_view("order"));
    sha.Add(order);
  }
  if (start) {
    sha.Add(std::string_view("start"));
    sha.Add(start->digest);
    sha.Add(start->seed);
    sha.Add(static_cast<uint64_t>(start->images));
  }
  return sha.HexDigest();
}

std::string Recipe::OrderLabel() const {
  if (start) return start->order;
  return order.empty() ? name : order;
}

std::shared_ptr<const SearchSpace> Recipe::TrainedSpace() const {
  std::shared_ptr<const SearchSpace> own = MakeSpace(space);
  if (cells == 0) return own;
  const auto* nb201 = dynamic_cast<const Nb201Space*>(own.get());
  HWNAS_CHECK(nb201 != nullptr);  // ReadRecipe() refuses others
  Nb201Skeleton skeleton = nb201->Skeleton();
  skeleton.cells = cells;
  return std::make_shared<Nb201Space>(skeleton);
}

int Recipe::AnswerOf(int label) const {
  if (class_ids.empty()) return label < classes ? label : -1;
  const auto found = std::find(class_ids.begin(), class_ids.end(), label);
  return found == class_ids.end() ? -1
                                  : static_cast<int>(found - class_ids.begin());
}

double Recipe::Rate(int step, int steps) const {
  const double at = (step + 0.5) / steps;
  if (at < warm_up) return peak_rate * at / warm_up;
  return peak_rate * 0.5 *
         (1 + std::cos(std::numbers::pi * (at - warm_up) / (1 - warm_up)));
}

Recipe ReadRecipe(const std::string& path) { return FromFile(path, 0); }

Recipe ParseRecipe(std::string_view text, const std::string& name,
                   const std::string& folder) {
  return FromToml(TomlTable::ReadText(text, name), folder, 0);
}

}  // namespace hwnas::derive
