#include "predictors/cell_paths.h"

#include <algorithm>
#include <utility>

#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr size_t kNb201Edges = 6;
constexpr size_t kNb201From[] = {0, 0, 1, 0, 1, 2};
constexpr size_t kNb201To[] = {1, 2, 2, 3, 3, 3};
constexpr size_t kNb201Output = 3;
constexpr size_t kNb201Longest = 3;
constexpr size_t kNb101Edges = 21;
constexpr size_t kNb101Output = 6;
constexpr size_t kNb101Longest = 5;

/// `nb201` of `nb201@1` and `nb201@1#subset`.
std::string NameOf(const SearchSpace& space) {
  const std::string id = space.Id();
  return id.substr(0, id.find('@'));
}

/// Where an edge leads, and what stands on it or on its end: nothing on the
/// output of nb101.
struct Step {
  size_t to = 0;
  const std::string* operation = nullptr;
};

}  // namespace

bool CellPaths::Covers(const SearchSpace& space) {
  const std::string name = NameOf(space);
  return name == "nb101" || name == "nb201";
}

CellPaths::CellPaths(const SearchSpace& space)
    : nb201_(NameOf(space) == "nb201") {
  HWNAS_CHECK(Covers(space));
  operations_ = space.Decisions()[nb201_ ? 0 : kNb101Edges].choices;
  std::vector<std::string> level = {""};
  if (!nb201_) names_.emplace_back("output");
  const size_t longest = nb201_ ? kNb201Longest : kNb101Longest;
  for (size_t length = 1; length <= longest; ++length) {
    std::vector<std::string> longer;
    for (const std::string& text : level) {
      for (size_t o = nb201_ ? 1 : 0; o < operations_.size(); ++o) {
        longer.push_back(text.empty() ? operations_[o]
                                      : text + ">" + operations_[o]);
      }
    }
    level = std::move(longer);
    for (const std::string& text : level) {
      names_.push_back(nb201_ ? text : text + ">output");
    }
  }
  for (size_t i = 0; i < names_.size(); ++i) column_[names_[i]] = i;
}

std::vector<CellPath> CellPaths::PathsOf(
    const Architecture& architecture) const {
  const size_t end = nb201_ ? kNb201Output : kNb101Output;
  std::vector<std::vector<Step>> steps(end);
  if (nb201_) {
    for (size_t e = 0; e < kNb201Edges; ++e) {
      if (architecture[e] == 0) continue;
      steps[kNb201From[e]].push_back(
          {kNb201To[e], &operations_[architecture[e]]});
    }
  } else {
    size_t edge = 0;
    for (size_t i = 0; i < end; ++i) {
      for (size_t j = i + 1; j <= end; ++j, ++edge) {
        if (architecture[edge] == 0) continue;
        steps[i].push_back(
            {j, j == end ? nullptr
                         : &operations_[architecture[kNb101Edges + j - 1]]});
      }
    }
  }
  std::vector<CellPath> paths;
  std::vector<std::pair<size_t, CellPath>> open = {{0, {}}};
  while (!open.empty()) {
    auto [node, path] = std::move(open.back());
    open.pop_back();
    if (node == end) {
      paths.push_back(std::move(path));
      continue;
    }
    for (const Step& step : steps[node]) {
      CellPath longer = path;
      if (step.operation != nullptr) longer.push_back(*step.operation);
      open.emplace_back(step.to, std::move(longer));
    }
  }
  return paths;
}

void CellPaths::Encode(const Architecture& architecture,
                       std::span<double> row) const {
  HWNAS_CHECK(row.size() == names_.size());
  std::fill(row.begin(), row.end(), 0.0);
  for (const CellPath& path : PathsOf(architecture)) {
    std::string text;
    for (const std::string& operation : path) {
      text += (text.empty() ? "" : ">") + operation;
    }
    if (!nb201_) text += text.empty() ? "output" : ">output";
    row[column_.at(text)] = 1;
  }
}

}  // namespace hwnas
