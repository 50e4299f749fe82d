#include "bench/reproduce/drawn_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string_view>
#include <utility>

#include "bench/predict/evaluation.h"
#include "bench/predict/transfer_study.h"
#include "tabular/error.h"
#include "tabular/parallel.h"

namespace hwnas {
namespace {

template <typename Item>
const Item& Named(const std::vector<Item>& items, const std::string& name) {
  const auto found =
      std::find_if(items.begin(), items.end(),
                   [&name](const Item& item) { return item.name == name; });
  HWNAS_CHECK(found != items.end());
  return *found;
}

bool IsTransfer(const PublishedRow& row) {
  return row.source == RowSource::kTransfer;
}

std::string MetricOf(const PublishedRow& row, const PublishedColumn& column) {
  return row.metric.empty() ? column.metric : row.metric;
}

// Which study answers a cell.
std::string StudyLabel(const PublishedRow& row, const PublishedColumn& column) {
  if (IsTransfer(row)) return fmt::format("{}/{}", row.protocol, column.split);
  return fmt::format("{}/{}/{}", row.study, MetricOf(row, column), row.train);
}

std::string Label(const PublishedRow& row, const PublishedColumn& column) {
  return fmt::format("{}/{}", StudyLabel(row, column), column.name);
}

// The mean over a column's targets in each draw.
std::vector<double> Figures(const TransferStudy& study,
                            const PublishedColumn& column) {
  std::vector<double> mean;
  size_t targets = 0;
  for (const TransferFigure& figure : study.figures) {
    const bool wanted =
        column.targets.empty()
            ? figure.target == "mean"
            : std::find(column.targets.begin(), column.targets.end(),
                        figure.target) != column.targets.end();
    if (!wanted) continue;
    ++targets;
    mean.resize(figure.spearman.size());
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += figure.spearman[i];
  }
  for (double& m : mean) m /= double(targets);
  return mean;
}

std::vector<double> Figures(const EvaluatedSize& judged,
                            const PublishedColumn& column) {
  std::vector<double> draws;
  for (const PredictionFigures& figures : judged.by_split) {
    draws.push_back(figures.*column.figure);
  }
  return draws;
}

TransferStudySpec TransferOf(const PublishedTable& published,
                             const PublishedRow& row,
                             const PublishedColumn& column) {
  TransferStudySpec spec = Named(published.protocols, row.protocol).study;
  const PublishedSplit& split = Named(published.splits, column.split);
  spec.sources = split.source;
  spec.targets = split.target;
  return spec;
}

EvaluationSpec EvaluationOf(const PublishedTable& published, const Table& table,
                            const PublishedRow& row,
                            const PublishedColumn& column) {
  constexpr std::string_view kDataset = "{dataset}";
  EvaluationSpec spec = Named(published.studies, row.study).spec;
  spec.metric = MetricOf(row, column);
  spec.train = {row.train};
  const std::string dataset =
      table.Complete(Metric::Parse(spec.metric)).dataset;
  for (std::string& stored : spec.stored) {
    const size_t at = stored.find(kDataset);
    if (at != std::string::npos) stored.replace(at, kDataset.size(), dataset);
  }
  return spec;
}

}  // namespace

struct DrawnFigures::Study {
  std::string label;
  const PublishedRow* row = nullptr;                      // one that it answers
  std::map<std::string, const PublishedColumn*> columns;  // by figure's label
};

DrawnFigures::DrawnFigures(const PublishedTable& published, const Table& table,
                           std::optional<uint64_t> seed, CellStore* finished)
    : published_(published), table_(table), seed_(seed), finished_(finished) {}

std::vector<DrawnFigures::Study> DrawnFigures::Missing() const {
  std::vector<Study> studies;
  for (const PublishedRow& row : published_.rows) {
    if (!IsTransfer(row) && row.source != RowSource::kPredictor) continue;
    for (const PublishedColumn& column : published_.columns) {
      // Others are read from these.
      if (!column.geomean_of.empty()) continue;
      const std::string label = Label(row, column);
      if (drawn_.contains(label)) continue;
      const std::string study = StudyLabel(row, column);
      auto found =
          std::find_if(studies.begin(), studies.end(),
                       [&study](const Study& s) { return s.label == study; });
      if (found == studies.end()) {
        found = studies.insert(found, {study, &row, {}});
      }
      found->columns.emplace(label, &column);
    }
  }
  return studies;
}

void DrawnFigures::Run(int threads, const std::function<bool()>& stop) {
  if (finished_ != nullptr) drawn_ = finished_->Draws();
  const std::vector<Study> studies = Missing();
  std::mutex mutex;  // of what is kept
  ForEachInParallel(studies.size(), threads, stop, [&](size_t i, int) {
    const Study& study = studies[i];
    const PublishedColumn& any = *study.columns.begin()->second;
    std::map<std::string, std::vector<double>> figures;
    const auto read = [&](const auto& answer) {
      for (const auto& [label, column] : study.columns) {
        figures[label] = Figures(answer, *column);
      }
    };
    if (IsTransfer(*study.row)) {
      TransferStudySpec spec = TransferOf(published_, *study.row, any);
      if (seed_) spec.seed = *seed_;
      read(RunTransferStudy(table_, spec, stop));
    } else {
      EvaluationSpec spec = EvaluationOf(published_, table_, *study.row, any);
      if (seed_) spec.seed = *seed_;
      read(EvaluatePredictor(table_, spec, stop).front());
    }
    const std::lock_guard<std::mutex> lock(mutex);
    for (auto& [label, draws] : figures) {
      if (finished_ != nullptr) finished_->AddDraws(label, draws);
      drawn_[label] = std::move(draws);
    }
  });
  if (stop && stop()) throw Error(ErrorCode::kInterrupted, "interrupted");
}

std::vector<double> DrawnFigures::Of(const PublishedRow& row,
                                     const PublishedColumn& column) const {
  if (column.geomean_of.empty()) return drawn_.at(Label(row, column));
  std::vector<double> sum;
  for (const std::string& name : column.geomean_of) {
    const std::vector<double>& draws =
        drawn_.at(Label(row, Named(published_.columns, name)));
    sum.resize(draws.size());
    for (size_t i = 0; i < draws.size(); ++i) {
      // The logarithm of a correlation that is none is none.
      sum[i] += std::log(std::max(draws[i], 1e-6));
    }
  }
  for (double& s : sum) s = std::exp(s / double(column.geomean_of.size()));
  return sum;
}

}  // namespace hwnas
