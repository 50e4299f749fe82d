#include "strategies/models/encoder.h"

#include <cmath>
#include <limits>

#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

bool HasFeatures(Encoding encoding) {
  return encoding == Encoding::kFeatures || encoding == Encoding::kBoth ||
         encoding == Encoding::kPathsAndFeatures;
}

bool HasPaths(Encoding encoding) {
  return encoding == Encoding::kPaths ||
         encoding == Encoding::kPathsAndFeatures;
}

}  // namespace

OptionInfo EncodingOption() {
  return {"encoding", "one-hot",
          "what the model sees: one-hot decisions (the adjacency encoding), "
          "ordinal (their positions, for choices that have an order), paths "
          "(through cells), the problem's features (zero-cost proxies), both: "
          "one-hot and those, or paths-features"};
}

Encoding ReadEncoding(const OptionReader& reader, const Problem& problem) {
  const auto encoding = static_cast<Encoding>(reader.Choice(
      "encoding",
      {"one-hot", "ordinal", "features", "both", "paths", "paths-features"}));
  if (HasFeatures(encoding) && problem.features.empty()) {
    reader.Fail("encoding", "the problem declares no features");
  }
  if (HasPaths(encoding) && !CellPaths::Covers(*problem.space)) {
    reader.Fail("encoding", problem.space->Id() + " is no space of cells");
  }
  return encoding;
}

Encoder::Encoder(const Problem& problem, Encoding encoding)
    : problem_(&problem),
      encoding_(encoding),
      features_(HasFeatures(encoding)) {
  if (HasPaths(encoding)) {
    paths_.emplace(*problem.space);
    choices_ = paths_->Names().size();
  } else if (encoding == Encoding::kOrdinal) {
    choices_ = 2 * problem.space->Decisions().size();
  } else if (encoding != Encoding::kFeatures) {
    for (const Decision& decision : problem.space->Decisions()) {
      choices_ += decision.choices.size();
    }
  }
  dims_ = choices_ + (features_ ? problem.features.size() : 0);
  means_.assign(dims_ - choices_, 0.0);
  deviations_.assign(dims_ - choices_, 1.0);
}

void Encoder::Append(const Architecture& architecture,
                     std::vector<double>* rows) const {
  if (paths_) {
    rows->resize(rows->size() + choices_);
    paths_->Encode(architecture, std::span(*rows).last(choices_));
  } else if (encoding_ != Encoding::kFeatures) {
    AppendDecisions(architecture, rows);
  }
  if (!features_) return;
  for (size_t i = 0; i < problem_->features.size(); ++i) {
    const Value value = problem_->feature_source->Read(i, architecture);
    rows->push_back(value.Ok() ? value.value
                               : std::numeric_limits<double>::quiet_NaN());
  }
}

void Encoder::AppendDecisions(const Architecture& architecture,
                              std::vector<double>* rows) const {
  const std::span<const Decision> decisions = problem_->space->Decisions();
  for (size_t i = 0; i < decisions.size(); ++i) {
    const bool active = problem_->space->IsActive(architecture, i);
    if (encoding_ == Encoding::kOrdinal) {
      const size_t steps = decisions[i].choices.size() - 1;
      rows->push_back(active && steps > 0
                          ? static_cast<double>(architecture[i]) /
                                static_cast<double>(steps)
                          : 0);
      rows->push_back(active ? 1 : 0);
    } else {
      for (size_t c = 0; c < decisions[i].choices.size(); ++c) {
        rows->push_back(active && architecture[i] == c ? 1 : 0);
      }
    }
  }
}

void Encoder::Learn(std::span<const double> rows) {
  std::vector<double> column;
  for (size_t f = 0; f < means_.size(); ++f) {
    column.clear();
    for (size_t k = choices_ + f; k < rows.size(); k += dims_) {
      if (!std::isnan(rows[k])) column.push_back(rows[k]);
    }
    means_[f] = column.empty() ? 0 : Mean(column);
    const double deviation = StandardDeviation(column).value_or(0);
    deviations_[f] = deviation > 0 ? deviation : 1;
  }
}

void Encoder::Standardise(std::span<double> rows) const {
  for (size_t f = 0; f < means_.size(); ++f) {
    for (size_t k = choices_ + f; k < rows.size(); k += dims_) {
      rows[k] =
          std::isnan(rows[k]) ? 0 : (rows[k] - means_[f]) / deviations_[f];
    }
  }
}

}  // namespace hwnas
