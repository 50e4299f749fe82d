#include "datasets/column_set.h"

#include <fmt/format.h>

#include <utility>

namespace hwnas {

ColumnSet::ColumnSet(TableWriter& writer, const Source& source,
                     ImportReport* report)
    : writer_(writer), source_(source.name), report_(report) {
  writer.AddSource(source);
}

void ColumnSet::Declare(const std::string& metric, const Traits& traits) {
  traits_[metric] = traits;
}

int64_t ColumnSet::Id(const std::string& metric) {
  const auto known = ids_.find(metric);
  if (known != ids_.end()) return known->second;
  Column column;
  column.metric =
      CompleteMetric(Metric::Parse(metric), writer_.Info().defaults);
  column.source = source_;
  const auto declared = traits_.find(metric);
  const Traits traits = declared == traits_.end() ? Traits() : declared->second;
  column.origin = traits.origin;
  column.note = traits.note;
  const int64_t id = writer_.AddColumn(column);
  if (traits.prefer) writer_.Prefer(id);
  ids_[metric] = id;
  return id;
}

void ColumnSet::Set(const std::string& metric, std::string_view replicate,
                    int64_t row, double value,
                    std::optional<double> standard_deviation) {
  writer_.Set(Id(metric), replicate, row, {value, Missing::kNone},
              standard_deviation);
  ++report_->values;
}

void ColumnSet::SetGap(const std::string& metric, std::string_view replicate,
                       int64_t row, Missing reason) {
  writer_.Set(Id(metric), replicate, row, {0, reason});
  ++report_->gaps;
}

Source SourceOf(const DatasetInfo& info, std::string origin,
                std::string recipe) {
  Source source;
  source.name = info.name;
  source.origin = std::move(origin);
  source.licence = info.licence;
  source.citation = info.citation;
  source.recipe = std::move(recipe);
  source.importer = info.Id();
  return source;
}

void CheckSpace(const TableWriter& writer, std::string_view space,
                std::string_view what) {
  if (writer.Space().Spec() == MakeSpace(space)->Spec()) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("{}: the source is of the space {}, the table of {}",
                          what, space, writer.Space().Id()));
}

}  // namespace hwnas
