#include "predictors/features.h"

#include <algorithm>

namespace hwnas {

Features Features::Select(std::span<const uint32_t> rows) const {
  Features out;
  out.encoding = encoding;
  out.names = names;
  out.x = Matrix(rows.size(), x.cols);
  out.parts = parts;
  out.layers = layers;
  out.graphs = graphs;
  for (const uint32_t row : rows) {
    HWNAS_CHECK(row < x.rows);
    if (!groups.empty()) out.groups.push_back(groups[row]);
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(x.Row(rows[i]), out.x.Row(i).begin());
    if (graphs) out.graph.push_back(graph[rows[i]]);
  }
  return out;
}

Features Concatenate(const Features& a, const Features& b) {
  HWNAS_CHECK(a.Rows() == b.Rows());
  Features out;
  out.encoding = a.encoding + "+" + b.encoding;
  out.names = a.names;
  out.names.insert(out.names.end(), b.names.begin(), b.names.end());
  out.parts = a.parts.empty() ? std::vector<uint32_t>{0} : a.parts;
  for (const uint32_t part :
       b.parts.empty() ? std::vector<uint32_t>{0} : b.parts) {
    out.parts.push_back(static_cast<uint32_t>(a.Columns()) + part);
  }
  out.x = Matrix(a.Rows(), a.Columns() + b.Columns());
  out.graphs = a.graphs ? a.graphs : b.graphs;
  out.graph = a.graphs ? a.graph : b.graph;
  for (size_t i = 0; i < a.Rows(); ++i) {
    std::ranges::copy(a.x.Row(i), out.x.Row(i).begin());
    std::ranges::copy(b.x.Row(i), out.x.Row(i).subspan(a.Columns()).begin());
  }
  return out;
}

}  // namespace hwnas
