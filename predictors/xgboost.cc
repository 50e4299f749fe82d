#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "predictors/ensemble.h"
#include "predictors/predictor.h"
#include "predictors/residual_scale.h"
#include "predictors/target_scale.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

// One node of a regression tree; children of a leaf are 0.
struct Node {
  uint32_t feature = 0;
  float threshold = 0;  // left where the feature is less
  uint32_t left = 0;
  uint32_t right = 0;
  float leaf = 0;
};

// Trees as they are saved.
struct Forest {
  std::vector<Node> nodes;
  std::vector<uint32_t> roots;
};

// Trees as they are walked: all rows of a block go down a tree together, one
// level after the other and without branches. Siblings stand side by side; a
// leaf is its own left child, and nothing is at least its threshold.
class Walker {
 public:
  explicit Walker(const Forest& forest) {
    for (const uint32_t root : forest.roots) Append(forest, root);
  }

  // Adds up, for each row, as the library does: in single precision, tree
  // after tree.
  std::vector<float> Predict(const std::vector<float>& x, size_t cols,
                             size_t rows) const {
    std::vector<float> sums(rows, 0.0f);
    for (size_t begin = 0; begin < rows; begin += kBlock) {
      const size_t count = std::min(kBlock, rows - begin);
      for (const Tree& tree : trees_) {
        Walk(tree, x.data() + begin * cols, cols, count, &sums[begin]);
      }
    }
    return sums;
  }

 private:
  struct Step {
    uint32_t feature = 0;
    float threshold = NAN;
    uint32_t left = 0;
    float leaf = 0;
  };
  struct Tree {
    uint32_t root = 0;
    uint32_t levels = 0;  // below the root
  };
  static constexpr size_t kBlock = 64;

  void Append(const Forest& forest, uint32_t root) {
    const auto start = static_cast<uint32_t>(steps_.size());
    Tree tree{start, 0};
    std::vector<uint32_t> level = {root};
    steps_.emplace_back();
    uint32_t at = start;
    while (true) {
      std::vector<uint32_t> next;
      for (const uint32_t n : level) {
        const Node& node = forest.nodes[n];
        Step step;
        step.left = at;
        step.leaf = node.leaf;
        if (node.left != 0) {
          step = {node.feature, node.threshold,
                  static_cast<uint32_t>(steps_.size()), 0};
          steps_.resize(steps_.size() + 2);
          next.insert(next.end(), {node.left, node.right});
        }
        steps_[at++] = step;
      }
      if (next.empty()) break;
      level = std::move(next);
      ++tree.levels;
    }
    trees_.push_back(tree);
  }

  void Walk(const Tree& tree, const float* x, size_t cols, size_t rows,
            float* sums) const {
    uint32_t at[kBlock];
    std::fill(at, at + rows, tree.root);
    for (uint32_t level = 0; level < tree.levels; ++level) {
      const float* row = x;
      for (size_t r = 0; r < rows; ++r, row += cols) {
        const Step& step = steps_[at[r]];
        at[r] = step.left + (row[step.feature] >= step.threshold ? 1 : 0);
      }
    }
    for (size_t r = 0; r < rows; ++r) sums[r] += steps_[at[r]].leaf;
  }

  std::vector<Step> steps_;
  std::vector<Tree> trees_;
};

void Check(int status) {
  if (status != 0) {
    throw Error(ErrorCode::kInternal,
                fmt::format("xgboost: {}", Quoted(XGBGetLastError(), 300)));
  }
}

// Owners of the library's handles.
struct DMatrix {
  DMatrix(const std::vector<float>& x, size_t rows, size_t cols) {
    Check(XGDMatrixCreateFromMat(x.data(), rows, cols, NAN, &handle));
  }
  ~DMatrix() { XGDMatrixFree(handle); }
  DMatrix(const DMatrix&) = delete;
  DMatrix& operator=(const DMatrix&) = delete;
  DMatrixHandle handle = nullptr;
};

struct Booster {
  explicit Booster(const DMatrix& data) {
    Check(XGBoosterCreate(&data.handle, 1, &handle));
  }
  ~Booster() { XGBoosterFree(handle); }
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  void Set(const char* name, const std::string& value) {
    Check(XGBoosterSetParam(handle, name, value.c_str()));
  }
  BoosterHandle handle = nullptr;
};

[[noreturn]] void FailDump(std::string_view line) {
  throw Error(ErrorCode::kInternal,
              fmt::format("xgboost: a tree is written as '{}', which this "
                          "program does not read",
                          Quoted(line)));
}

// Reads what stands between `before` and the next of `,]` or the line's end.
template <typename T>
T Field(std::string_view line, std::string_view before) {
  const size_t at = line.find(before);
  if (at == std::string_view::npos) FailDump(line);
  const char* begin = line.data() + at + before.size();
  T value{};
  if (std::from_chars(begin, line.data() + line.size(), value).ec !=
      std::errc()) {
    FailDump(line);
  }
  return value;
}

// A tree from its text: lines `ID:[fN<X] yes=A,no=B,missing=A` and
// `ID:leaf=X`, numbers with all digits.
void ReadTree(std::string_view text, Forest* forest) {
  const auto base = static_cast<uint32_t>(forest->nodes.size());
  forest->roots.push_back(base);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
    if (line.empty()) continue;
    const auto id = Field<uint32_t>(line, "");
    if (id > 1u << 24) FailDump(line);
    if (base + id >= forest->nodes.size()) forest->nodes.resize(base + id + 1);
    Node& node = forest->nodes[base + id];
    if (line.find(":leaf=") != std::string_view::npos) {
      node.leaf = Field<float>(line, ":leaf=");
      continue;
    }
    node.feature = Field<uint32_t>(line, ":[f");
    node.threshold = Field<float>(line, "<");
    node.left = base + Field<uint32_t>(line, "yes=");
    node.right = base + Field<uint32_t>(line, "no=");
  }
}

std::vector<float> ToFloats(const Matrix& x) {
  return {x.values.begin(), x.values.end()};
}

std::vector<float> RowsOf(const std::vector<float>& x, size_t cols,
                          std::span<const uint32_t> rows) {
  std::vector<float> out;
  for (const uint32_t r : rows) {
    const float* row = x.data() + r * cols;
    out.insert(out.end(), row, row + cols);
  }
  return out;
}

// Gradient-boosted trees, an ensemble of several seeds. The library only
// fits, on one thread; its trees are then ours, so that predictions and saved
// models do not need it.
class Xgboost : public Predictor {
 public:
  explicit Xgboost(const PredictorOptions& options) : options_(options) {}

  std::string Id() const override { return "xgboost@2"; }
  size_t MinRows() const override { return 10; }

 protected:
  void DoFit(const Features& features, std::span<const double> values,
             uint64_t seed) override {
    target_.Fit(values, options_.at("normal-scores") != 0);
    const size_t n = values.size();
    const std::vector<float> x = ToFloats(features.x);
    std::vector<float> y;
    for (const double v : values) {
      y.push_back(static_cast<float>(target_.Forward(v)));
    }
    std::vector<uint32_t> all(n);
    std::iota(all.begin(), all.end(), 0u);
    const auto members = static_cast<size_t>(options_.at("members"));
    members_.clear();
    for (size_t m = 0; m < members; ++m) {
      members_.push_back(Grow(x, features.Columns(), y, all,
                              Seed(seed, fmt::format("member/{}", m))));
    }
    MakeWalkers();
    Calibrate(x, features.Columns(), y, seed);
  }

  Predictions DoPredict(const Features& features) const override {
    const std::vector<float> x = ToFloats(features.x);
    const size_t n = features.Rows();
    EnsembleAnswers answers(n);
    for (const Walker& walker : walkers_) {
      const std::vector<float> one = walker.Predict(x, features.Columns(), n);
      for (size_t r = 0; r < n; ++r) answers.Add(r, one[r]);
    }
    return answers.Summarise(walkers_.size(), scale_, target_);
  }

  void DoWrite(ModelWriter& writer) const override {
    target_.Write(writer);
    scale_.Write(writer);
    writer.Put(uint64_t{members_.size()});
    for (const Forest& forest : members_) {
      std::vector<uint32_t> links;
      std::vector<double> numbers;
      for (const Node& node : forest.nodes) {
        links.insert(links.end(), {node.feature, node.left, node.right});
        numbers.insert(numbers.end(), {node.threshold, node.leaf});
      }
      writer.Put(std::span<const uint32_t>(forest.roots));
      writer.Put(std::span<const uint32_t>(links));
      writer.Put(std::span<const double>(numbers));
    }
  }

  void DoRead(ModelReader& reader, size_t columns) override {
    target_.Read(reader);
    scale_.Read(reader);
    const uint64_t members = reader.U64();
    reader.Require(members > 0 && members <= 1000, "it has no trees");
    members_.clear();
    for (uint64_t m = 0; m < members; ++m) {
      members_.push_back(ReadForest(reader, columns));
    }
    MakeWalkers();
  }

 private:
  void MakeWalkers() {
    walkers_.clear();
    for (const Forest& forest : members_) walkers_.emplace_back(forest);
  }

  static Forest ReadForest(ModelReader& reader, size_t columns) {
    Forest forest;
    forest.roots = reader.U32s();
    const std::vector<uint32_t> links = reader.U32s();
    const std::vector<double> numbers = reader.Doubles();
    const size_t nodes = numbers.size() / 2;
    reader.Require(links.size() == 3 * nodes && numbers.size() == 2 * nodes,
                   "its trees are incomplete");
    std::vector<uint8_t> taken(nodes);
    // Whether a node is there, and nothing else's.
    const auto take = [&](uint32_t node) {
      return node < nodes && std::exchange(taken[node], 1) == 0;
    };
    for (size_t i = 0; i < nodes; ++i) {
      const uint32_t* link = &links[3 * i];
      // Children stand behind their parent, so that every walk ends.
      const bool leaf = link[1] == 0 && link[2] == 0;
      reader.Require(leaf || (link[0] < columns && link[1] > i && link[2] > i &&
                              take(link[1]) && take(link[2])),
                     "its trees are broken");
      forest.nodes.push_back({link[0], static_cast<float>(numbers[2 * i]),
                              link[1], link[2],
                              static_cast<float>(numbers[2 * i + 1])});
    }
    for (const uint32_t root : forest.roots) {
      reader.Require(take(root), "its trees are broken");
    }
    return forest;
  }

  // A seed as the library takes it.
  static std::string Seed(uint64_t seed, const std::string& label) {
    return std::to_string(Rng::SeedFromLabel(seed, label) & 0x7fffffff);
  }

  Forest Grow(const std::vector<float>& x, size_t cols,
              const std::vector<float>& y, std::span<const uint32_t> rows,
              const std::string& seed) const {
    const std::vector<float> part_x = RowsOf(x, cols, rows);
    std::vector<float> part_y;
    for (const uint32_t r : rows) part_y.push_back(y[r]);
    const DMatrix data(part_x, rows.size(), cols);
    Check(XGDMatrixSetFloatInfo(data.handle, "label", part_y.data(),
                                part_y.size()));
    Booster booster(data);
    booster.Set("verbosity", "0");
    booster.Set("nthread", "1");
    booster.Set("tree_method", "exact");
    booster.Set("objective", "reg:squarederror");
    booster.Set("base_score", "0");
    booster.Set("seed", seed);
    const auto set = [&](const char* name, const char* option) {
      booster.Set(name, fmt::format("{}", options_.at(option)));
    };
    set("max_depth", "depth");
    set("eta", "eta");
    set("subsample", "subsample");
    set("colsample_bytree", "columns");
    set("min_child_weight", "min-child-weight");
    set("lambda", "lambda");
    const auto trees = static_cast<int>(options_.at("trees"));
    for (int t = 0; t < trees; ++t) {
      Check(XGBoosterUpdateOneIter(booster.handle, t, data.handle));
    }
    bst_ulong count = 0;
    const char** texts = nullptr;
    Check(XGBoosterDumpModel(booster.handle, "", 0, &count, &texts));
    Forest forest;
    for (bst_ulong t = 0; t < count; ++t) ReadTree(texts[t], &forest);
    return forest;
  }

  // Error bars from five-fold cross-validation.
  void Calibrate(const std::vector<float>& x, size_t cols,
                 const std::vector<float>& y, uint64_t seed) {
    const auto folds = static_cast<size_t>(options_.at("folds"));
    const size_t n = y.size();
    if (folds < 2) {
      const std::vector<float> answers = walkers_[0].Predict(x, cols, n);
      std::vector<double> predicted(answers.begin(), answers.end());
      std::vector<double> residual;
      for (size_t i = 0; i < n; ++i) residual.push_back(y[i] - predicted[i]);
      scale_.Fit(predicted, residual);
      return;
    }
    std::vector<uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    Rng rng = Rng::FromLabel(seed, "folds");
    rng.Shuffle(std::span<uint32_t>(order));
    std::vector<double> predicted;
    std::vector<double> residual;
    for (size_t f = 0; f < folds; ++f) {
      const size_t begin = f * n / folds;
      const size_t end = (f + 1) * n / folds;
      std::vector<uint32_t> rows;
      for (size_t i = 0; i < n; ++i) {
        if (i < begin || i >= end) rows.push_back(order[i]);
      }
      std::sort(rows.begin(), rows.end());
      const Forest forest =
          Grow(x, cols, y, rows, Seed(seed, fmt::format("fold/{}", f)));
      const auto held = std::span(order).subspan(begin, end - begin);
      const std::vector<float> answers =
          Walker(forest).Predict(RowsOf(x, cols, held), cols, held.size());
      for (size_t i = 0; i < held.size(); ++i) {
        predicted.push_back(answers[i]);
        residual.push_back(y[held[i]] - predicted.back());
      }
    }
    scale_.Fit(predicted, residual);
  }

  PredictorOptions options_;
  TargetScale target_;
  ResidualScale scale_;
  std::vector<Forest> members_;
  std::vector<Walker> walkers_;  // of each
};

}  // namespace

PredictorInfo XgboostInfo() {
  return {"xgboost",
          "gradient-boosted trees, an ensemble of seeds",
          "Chen and Guestrin, KDD 2016",
          {{"members", 4, 1, 100, "boosters, each of another seed"},
           {"trees", 200, 1, 10000, "trees of each"},
           {"depth", 5, 1, 16, "levels of a tree"},
           {"eta", 0.1, 1e-4, 1, "shrinkage of a tree"},
           {"subsample", 0.8, 0.01, 1, "share of rows a tree sees"},
           {"columns", 0.6, 0.01, 1, "share of columns a tree sees"},
           {"min-child-weight", 1, 0, 1e6, "least weight of a leaf"},
           {"lambda", 1, 0, 1e6, "L2 penalty of leaves"},
           {"normal-scores", 0, 0, 1,
            "1: learn the values' normal scores, for values with a long tail "
            "(accuracies)"},
           {"folds", 5, 0, 20,
            "of the cross-validation behind the error bars; 0: residuals of "
            "the rows fitted, which are too small"}}};
}

std::unique_ptr<Predictor> MakeXgboost(const PredictorOptions& options) {
  return std::make_unique<Xgboost>(options);
}

}  // namespace hwnas
