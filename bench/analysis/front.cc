#include "bench/analysis/front.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <span>

#include "bench/analysis/supported.h"
#include "tabular/analysis/pareto.h"
#include "tabular/filled.h"

namespace hwnas {
namespace {

// The columns of a query, loaded once each.
class Columns {
 public:
  Columns(const Table& table, bool filled) : table_(table), filled_(filled) {}

  // Index of a metric's column.
  size_t Add(const Metric& metric) {
    const std::string text = table_.Complete(metric).Text();
    for (size_t i = 0; i < answer_.size(); ++i) {
      if (answer_[i].metric == text) return i;
    }
    FilledColumn column;
    if (filled_) {
      column = LoadFilled(table_, metric);
    } else {
      column.column = table_.LoadOrCompute(metric);
    }
    answer_.push_back({text, column.column->Info()});
    dense_.push_back(std::move(column));
    return answer_.size() - 1;
  }

  const DenseColumn& At(size_t i) const { return *dense_[i].column; }
  const std::vector<FrontColumn>& Answer() const { return answer_; }
  FrontRow Row(size_t row) const {
    FrontRow out;
    out.row = row;
    for (const FilledColumn& column : dense_) {
      out.values.push_back(column.column->Mean(row));
      std::optional<double>& sd = out.filled.emplace_back();
      if (!column.filled.empty() && column.filled[row] != 0) {
        sd = column.column->StandardDeviation(row);
      }
    }
    return out;
  }

 private:
  const Table& table_;
  bool filled_;
  std::vector<FilledColumn> dense_;
  std::vector<FrontColumn> answer_;
};

struct BoundQuery {
  std::vector<size_t> objectives;  // columns
  std::vector<double> signs;       // -1 where more is better
  std::vector<size_t> where;       // columns of the constraints
};

// Why a row is no candidate; nullopt when it is one.
std::optional<std::string> WhyNot(const Table& table, const FrontQuery& query,
                                  const BoundQuery& bound,
                                  const Columns& columns, size_t row) {
  if (!query.disconnected && !table.Connected(row)) return "disconnected";
  const auto missing = [&](size_t column) -> std::optional<std::string> {
    const Value value = columns.At(column).Mean(row);
    if (value.Ok()) return std::nullopt;
    return fmt::format("{}: {}", columns.Answer()[column].metric,
                       MissingName(value.missing));
  };
  for (const size_t column : bound.objectives) {
    if (auto why = missing(column)) return why;
  }
  for (size_t i = 0; i < bound.where.size(); ++i) {
    if (auto why = missing(bound.where[i])) return why;
    const Constraint& constraint = query.where[i];
    if (!constraint.Satisfied(columns.At(bound.where[i]).Mean(row).value)) {
      return fmt::format("not {}{}{}", columns.Answer()[bound.where[i]].metric,
                         constraint.upper ? "<=" : ">=", constraint.bound);
    }
  }
  return std::nullopt;
}

}  // namespace

FrontAnswer FindFront(const Table& table, const FrontQuery& query) {
  if (query.objectives.empty()) {
    throw Error(ErrorCode::kUsage, "a front needs at least one objective");
  }
  Columns columns(table, query.filled);
  BoundQuery bound;
  for (const Metric& metric : query.objectives) {
    bound.objectives.push_back(columns.Add(metric));
    const Direction direction = FindQuantity(metric.quantity).direction;
    bound.signs.push_back(direction == Direction::kMaximize ? -1 : 1);
  }
  for (const Constraint& constraint : query.where) {
    bound.where.push_back(columns.Add(constraint.metric));
  }
  for (const Metric& metric : query.show) columns.Add(metric);

  std::vector<size_t> rows;
  std::map<std::string, uint64_t> excluded;
  for (size_t row = 0; row < table.Rows(); ++row) {
    if (const auto why = WhyNot(table, query, bound, columns, row)) {
      ++excluded[*why];
    } else {
      rows.push_back(row);
    }
  }

  const size_t dims = bound.objectives.size();
  std::vector<double> points;
  points.reserve(rows.size() * dims);
  for (const size_t row : rows) {
    for (size_t i = 0; i < dims; ++i) {
      points.push_back(bound.signs[i] *
                       columns.At(bound.objectives[i]).Mean(row).value);
    }
  }
  std::vector<uint32_t> answers = NonDominated(points, dims);

  FrontAnswer answer;
  answer.candidates = rows.size();
  answer.front = answers.size();
  if (dims == 1) {  // not only the best, but the best so many
    answers.resize(rows.size());
    std::iota(answers.begin(), answers.end(), 0u);
  }
  const auto point = [&](uint32_t i) {
    return std::span<const double>(points).subspan(i * dims, dims);
  };
  if (dims == 2) {
    std::vector<double> front;
    for (const uint32_t i : answers) {
      front.insert(front.end(), point(i).begin(), point(i).end());
    }
    const std::vector<bool> supported = SupportedPoints(front);
    answer.supported = static_cast<uint64_t>(
        std::count(supported.begin(), supported.end(), true));
  }
  std::stable_sort(answers.begin(), answers.end(), [&](uint32_t a, uint32_t b) {
    return std::lexicographical_compare(point(a).begin(), point(a).end(),
                                        point(b).begin(), point(b).end());
  });
  if (query.top > 0 && answers.size() > query.top) answers.resize(query.top);

  answer.columns = columns.Answer();
  for (const uint32_t i : answers) {
    answer.rows.push_back(columns.Row(rows[i]));
  }
  for (const auto& [reason, count] : excluded) {
    answer.excluded.push_back({reason, count});
  }
  return answer;
}

}  // namespace hwnas
