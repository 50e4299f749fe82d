#include "datasets/measure/latency_file.h"

#include <string>
#include <tuple>

#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tests/failure.h"

namespace hwnas {
namespace {

LatencyFile Example() {
  LatencyFile file;
  file.header = {.space = "nb201@1{cells=1,channels=8}",
                 .dataset = "fashion-mnist-14",
                 .machine = "desk",
                 .processor = "A Processor, 4 GHz",
                 .library = "LibTorch 1.13.1",
                 .build = "commit 1, Release",
                 .pass = 2,
                 .rounds = 3,
                 .repeats = 4,
                 .warm_up = 0,
                 .settings = {{RuntimeConfiguration::kEager, 1},
                              {RuntimeConfiguration::kChannelsLast, 32}}};
  file.repeated = 17;
  file.busy = 3;
  file.reference = {{0, {0.5, 2.25}}, {100, {0.75, 2.5}}};
  file.rows = {{Architecture{3, 0, 1}, {{0.125, 0.5, 1, 640}, {2, 0, 0, 9}}}};
  return file;
}

TEST(LatencyFile, ReadsBackWhatItWrote) {
  const std::string text = FormatLatencyFile(Example());
  const LatencyFile read = ParseLatencyFile(text, "f");
  EXPECT_EQ(read.header, Example().header);
  EXPECT_EQ(read.repeated, 17);
  EXPECT_EQ(read.busy, 3);
  ASSERT_EQ(read.reference.size(), 2u);
  EXPECT_EQ(read.reference[1].visit, 100);
  EXPECT_EQ(read.reference[1].median_ms, (std::vector<double>{0.75, 2.5}));
  ASSERT_EQ(read.rows.size(), 1u);
  EXPECT_EQ(read.rows[0].architecture, (Architecture{3, 0, 1}));
  EXPECT_EQ(read.rows[0].latencies[0].median_ms, 0.125);
  EXPECT_EQ(read.rows[0].latencies[0].outliers, 1);
  EXPECT_EQ(read.rows[0].latencies[1].peak_bytes, 9);
  EXPECT_EQ(FormatLatencyFile(read), text);
}

TEST(LatencyFile, NamesTheLineOfWhatIsDamaged) {
  const std::string text = FormatLatencyFile(Example());
  for (const auto& [what, with, place] :
       {std::tuple{"hwnas-latency 1", "hwnas-latency 2", "f.csv:1: "},
        std::tuple{"dataset,", "data,", "f.csv:3: "},
        std::tuple{"pass,2,3,4,0", "pass,2,3,4", "f.csv:8: "},
        std::tuple{"pass,2,3", "pass,0,3", "f.csv:8: "},
        std::tuple{"channels-last_32", "turbo_32", "f.csv:9: "},
        std::tuple{"busy,17,3", "busy,17", "f.csv:10: "},
        std::tuple{"busy,17,3", "busy,17,-3", "f.csv:10: "},
        std::tuple{"0.7500", "nan", "f.csv:12: "},
        std::tuple{"0.7500,", "", "f.csv:12: "},
        std::tuple{"3.0.1", "3.0.70000", "f.csv:13: "},
        std::tuple{"0.1250:", "-1:", "f.csv:13: "},
        std::tuple{":640", "", "f.csv:13: "}}) {
    std::string damaged = text;
    damaged.replace(damaged.find(what), std::string(what).size(), with);
    const std::string message = Failure(
        ErrorCode::kCorrupt, [&] { ParseLatencyFile(damaged, "f.csv"); });
    EXPECT_TRUE(message.starts_with(place)) << message;
  }
  Failure(ErrorCode::kCorrupt,
          [&] { ParseLatencyFile(text.substr(0, text.size() - 1), "f"); });
  Failure(ErrorCode::kCorrupt, [] { ParseLatencyFile("", "f"); });
}

}  // namespace
}  // namespace hwnas
