#ifndef HWNAS_TESTS_TABULAR_TABLE_FIXTURE_H_
#define HWNAS_TESTS_TABULAR_TABLE_FIXTURE_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tabular/search_space.h"
#include "tabular/table_writer.h"

namespace hwnas {

inline TableInfo FixtureInfo() {
  return {"A fixture", {"cifar10", "val", Fidelity::Parse("e200")}, false};
}

inline Column FixtureColumn(const std::string& metric,
                            const std::string& source,
                            Origin origin = Origin::kMeasured) {
  Column column;
  column.metric = Metric::Parse(metric);
  column.source = source;
  column.origin = origin;
  return column;
}

/// What the fixture stores, for tests to compare with.
inline Value FixtureAccuracy(uint64_t rank, const std::string& replicate) {
  if (replicate == "b" && rank % 3 == 0) return {0, Missing::kDiverged};
  return {static_cast<double>(rank % 97) + (replicate == "b" ? 1 : 0)};
}
inline double FixtureLatency(uint64_t rank) {
  return 1 + static_cast<double>(rank) / 100;
}

/// Every `step`-th architecture of a space with an alias (`test` scheme, its
/// rank), accuracies in replicates a and b, and pixel3 latencies from the
/// sources `all` and `some` (which lacks the odd ranks). `reversed` adds
/// all of it the other way around.
inline void AddFixture(TableWriter& writer, uint64_t step, bool reversed) {
  const SearchSpace& space = writer.Space();
  std::vector<uint64_t> ranks;
  for (uint64_t rank = 0; rank < *space.Size(); rank += step) {
    ranks.push_back(rank);
  }
  std::vector<std::string> labels = {"a", "b"};
  const auto add_accuracy = [&] {
    writer.AddSource({.name = "trainings", .licence = "MIT"});
    const int64_t column =
        writer.AddColumn(FixtureColumn("accuracy", "trainings"));
    for (const uint64_t rank : ranks) {
      const int64_t id = writer.AddArchitecture(space.Unrank(rank));
      writer.AddAlias("test", std::to_string(rank), id);
      for (const std::string& label : labels) {
        writer.Set(column, label, id, FixtureAccuracy(rank, label));
      }
    }
  };
  const auto add_latency = [&](const std::string& source) {
    writer.AddSource({.name = source, .citation = "@misc{" + source + "}"});
    writer.AddPlatform(*FindKnownPlatform("pixel3"));
    const int64_t column =
        writer.AddColumn(FixtureColumn("latency@pixel3", source));
    for (const uint64_t rank : ranks) {
      const int64_t id = writer.AddArchitecture(space.Unrank(rank));
      if (source == "some" && rank % 2 == 1) continue;
      writer.Set(column, "", id, {FixtureLatency(rank)});
    }
    writer.FillGaps(column, "", Missing::kAbsentInThisCopy);
  };
  std::vector<std::function<void()>> steps = {
      add_accuracy, [&] { add_latency("some"); }, [&] { add_latency("all"); }};
  if (reversed) {
    std::reverse(ranks.begin(), ranks.end());
    std::reverse(labels.begin(), labels.end());
    std::reverse(steps.begin(), steps.end());
  }
  for (const auto& add : steps) add();
}

inline void WriteFixture(const std::string& path, uint64_t step = 50,
                         bool reversed = false) {
  const auto writer =
      TableWriter::Create(path, MakeSpace("nb201"), FixtureInfo());
  AddFixture(*writer, step, reversed);
  writer->Commit();
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_TABULAR_TABLE_FIXTURE_H_
