#ifndef HWNAS_TESTS_PREDICT_MADE_TABLE_H_
#define HWNAS_TESTS_PREDICT_MADE_TABLE_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tabular/rng.h"
#include "tabular/search_space.h"
#include "tabular/table_writer.h"

namespace hwnas {

/// A table of 500 nb201 cells with made latencies, sums over edges, on the
/// platforms p0 to p4. On p4 a tenth was not measured, and what has `none` on
/// its first edge did not compile.
inline std::string MadeTable(const std::string& path) {
  const auto space = MakeSpace("nb201");
  TableInfo info;
  info.title = "Made";
  info.defaults = {"cifar10", "val", Fidelity::Parse("e200")};
  const auto writer = TableWriter::Create(path, space, info);
  Source source;
  source.name = "lab";
  writer->AddSource(source);
  Rng rng(5);
  std::set<Architecture> cells;
  while (cells.size() < 500) cells.insert(space->Sample(rng));
  Rng shared(6);
  for (int d = 0; d < 5; ++d) {
    Platform platform;
    platform.id = "p" + std::to_string(d);
    writer->AddPlatform(platform);
    Column column;
    column.metric = Metric::Parse("latency@" + platform.id);
    column.source = "lab";
    const int64_t id = writer->AddColumn(column);
    Rng common(7);
    std::vector<double> cost(30);
    for (double& c : cost) c = common.Uniform(0, 4) + shared.Uniform(0, 2);
    size_t number = 0;
    for (const Architecture& a : cells) {
      const int64_t row = writer->AddArchitecture(a);
      double sum = 2;
      for (size_t e = 0; e < 6; ++e) sum += cost[5 * e + a[e]];
      Value value{sum * (1 + 0.01 * shared.Normal()), Missing::kNone};
      if (d == 4 && a[0] == 0) value = {0, Missing::kDidNotCompile};
      if (d == 4 && ++number % 10 == 0) value = {0, Missing::kNotMeasured};
      writer->Set(id, "", row, value);
    }
  }
  writer->Commit();
  return path;
}

}  // namespace hwnas

#endif  // HWNAS_TESTS_PREDICT_MADE_TABLE_H_
