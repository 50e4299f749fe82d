// The front of a problem over the whole table: found, recorded, kept.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "bench/harness/tabular_benchmark.h"
#include "gmock/gmock.h"
#include "tabular/analysis/pareto.h"
#include "tabular/error.h"
#include "tabular/search_space.h"
#include "tabular/table_writer.h"
#include "tests/failure.h"
#include "tests/synthetic_table_test.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Front = std::vector<std::vector<double>>;

constexpr char kHead[] = R"(
name = "front"
repetitions = 3
[protocol]
evaluations = 40
[[strategy]]
name = "random"
[[strategy]]
name = "nsga2"
options = { population_size = 10 }
[[problem]]
name = "p"
)";

constexpr char kTwo[] = R"(
objectives = ["accuracy:val", "macs;graph=effective"]
score = ["accuracy:test", "macs;graph=effective"]
connected_only = true
)";

class TrueFrontTest : public SyntheticTableTest {
 protected:
  static Experiment Read(const std::string& problem) {
    return Experiment::ReadText(kHead + problem, "front.toml");
  }
  static Front Of(const std::string& problem) {
    return TabularBenchmark::Make(*table_, Read(problem).problems[0])
        ->TrueFront();
  }

  /// The definition, of accuracy and macs: nothing else is at least as good in
  /// both and better in one.
  template <typename Allowed>
  static Front ByDefinition(const Allowed& allowed) {
    const auto accuracy = (*table_)->LoadOrCompute(
        (*table_)->Complete(Metric::Parse("accuracy:test")), "");
    const auto macs = (*table_)->LoadOrCompute(
        (*table_)->Complete(Metric::Parse("macs;graph=effective")), "");
    Front all;
    for (size_t row = 0; row < (*table_)->Rows(); ++row) {
      const double cost = macs->Mean(row).value;
      if (!(*table_)->Connected(row) || !allowed(cost)) continue;
      all.push_back({accuracy->Mean(row).value, cost});
    }
    Front front;
    for (const auto& a : all) {
      const bool dominated =
          std::any_of(all.begin(), all.end(), [&](const auto& b) {
            return b[0] >= a[0] && b[1] <= a[1] && b != a;
          });
      if (!dominated) front.push_back(a);
    }
    std::sort(front.begin(), front.end());
    front.erase(std::unique(front.begin(), front.end()), front.end());
    return front;
  }

  std::string Run(const std::string& name) {
    const std::string path = dir_.Path(name);
    const auto results = Results::OpenOrCreate(path);
    RunExperiment(Read(kTwo), *table_, *results, {});
    results->Close();
    return path;
  }
  static void Sql(const std::string& path, const std::string& statement) {
    const std::string command = "sqlite3 '" + path + "' \"" + statement + "\"";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  static void Forget(const std::string& path) {
    Sql(path,
        "UPDATE problem SET description="
        "json_remove(description, '\\$.true_front')");
  }
  static Front Recorded(const std::string& path) {
    return Results::Open(path)->Problems().at(0).true_front;
  }

  TempDir dir_;
};

TEST_F(TrueFrontTest, IsWhatNothingInTheTableDominates) {
  const Front front = Of(kTwo);
  EXPECT_GT(front.size(), 3u);
  EXPECT_EQ(front, ByDefinition([](double) { return true; }));
}

TEST_F(TrueFrontTest, KeepsTheConstraintsAndNotTheFilter) {
  const Front whole = Of(kTwo);
  const double bound = whole[whole.size() / 2][1];
  const std::string limit = "macs;graph=effective<=" + std::to_string(bound);
  const Front within = Of(kTwo + ("constraints = [\"" + limit + "\"]\n"));
  EXPECT_LT(within.size(), whole.size());
  EXPECT_EQ(within, ByDefinition([&](double macs) { return macs <= bound; }));
  EXPECT_EQ(Of(kTwo + ("filter = [\"" + limit + "\"]\n")), whole);
}

TEST_F(TrueFrontTest, FollowsTheDirectionsThatTheProblemNames) {
  const Front front = Of(R"(
objectives = ["min:accuracy:val", "macs;graph=effective"]
score = ["min:accuracy:test", "macs;graph=effective"]
)");
  // Disconnected ones are not left out here, and have no operations.
  ASSERT_THAT(front, SizeIs(1));
  EXPECT_EQ(front[0][1], 0);
}

TEST_F(TrueFrontTest, OfOneObjectiveIsNotKept) {
  EXPECT_THAT(Of("objectives = [\"accuracy:val\"]\n"
                 "score = [\"accuracy:val\", \"accuracy:test\"]\n"),
              IsEmpty());
}

TEST_F(TrueFrontTest, OfOneScoreIsItsBestPoint) {
  const Front front =
      Of("objectives = [\"accuracy:val\", \"macs\"]\n"
         "score = [\"accuracy:test\"]\n");
  ASSERT_THAT(front, SizeIs(1));
  const auto benchmark =
      TabularBenchmark::Make(*table_, Read("objectives = [\"accuracy:test\"]\n"
                                           "allow_test_observed = true\n")
                                          .problems[0]);
  EXPECT_EQ(front[0][0], benchmark->Optimum()[0].value);
}

/// The front of a table of so many rows, each of which has the loss i and the
/// latency given.
Front OfMade(size_t rows, double (*latency)(size_t i)) {
  const TempDir folder;
  const std::string path = folder.Path("t.db");
  const auto space = MakeSpace("nb201");
  TableInfo info;
  info.title = "made";
  const auto writer = TableWriter::Create(path, space, info);
  Source source;
  source.name = "s";
  writer->AddSource(source);
  Platform platform;
  platform.id = "p";
  writer->AddPlatform(platform);
  Column column;
  column.source = "s";
  column.metric = Metric::Parse("loss:d/val/e1");
  const int64_t loss = writer->AddColumn(column);
  column.metric = Metric::Parse("latency@p:d");
  const int64_t cost = writer->AddColumn(column);
  for (size_t i = 0; i < rows; ++i) {
    const int64_t row = writer->AddArchitecture(space->Unrank(i));
    const double value = latency(i) == 0 ? 1 : static_cast<double>(i);
    writer->Set(loss, "", row, {value, Missing::kNone});
    writer->Set(cost, "", row, {latency(i), Missing::kNone});
  }
  writer->Commit();
  ProblemSpec problem;
  problem.name = "p";
  problem.objectives = {{"loss:d/val/e1", "", ""}, {"latency@p:d", "", ""}};
  problem.protocol.evaluations = 1;
  return TabularBenchmark::Make(Table::Open(path), problem)->TrueFront();
}

TEST(TrueFront, ThatIsTooLargeIsNotKept) {
  const auto fall = [](size_t i) { return static_cast<double>(20000 - i); };
  EXPECT_THAT(OfMade(10000, fall), SizeIs(10000));
  EXPECT_THAT(OfMade(10001, fall), IsEmpty());
}

TEST(TrueFront, HoldsEqualScoresOnce) {
  const auto none = [](size_t) { return 0.0; };
  EXPECT_THAT(OfMade(12000, none), ElementsAre(ElementsAre(1, 0)));
}

TEST_F(TrueFrontTest, IsRecordedWithTheProblemAndNoRunBeatsIt) {
  const std::string path = Run("a.db");
  const Front front = Of(kTwo);
  EXPECT_EQ(Recorded(path), front);
  const auto results = Results::Open(path);
  for (const RunRecord& run : results->Runs()) {
    for (const DictionaryEntry& entry : results->Outcome(run).entries) {
      if (entry.status != TrialStatus::kOk) continue;
      const std::vector<double> own = {-entry.scores[0].value,
                                       entry.scores[1].value};
      for (const auto& point : front) {
        const std::vector<double> of = {-point[0], point[1]};
        EXPECT_FALSE(Dominates(own.data(), of.data(), 2)) << entry.text;
      }
    }
  }
}

TEST_F(TrueFrontTest, IsAddedToAnOldFileByRunningItAgain) {
  const std::string path = Run("a.db");
  const std::string digest = Results::Open(path)->Digest();
  Forget(path);
  ASSERT_THAT(Recorded(path), IsEmpty());
  Run("a.db");
  EXPECT_EQ(Recorded(path), Of(kTwo));
  EXPECT_EQ(Results::Open(path)->Digest(), digest);
}

TEST_F(TrueFrontTest, SurvivesMergingWithAnOldFileInEitherOrder) {
  const std::string fresh = Run("new.db");
  const std::string old = Run("old.db");
  Forget(old);
  MergeResults({fresh, old}, dir_.Path("one.db"));
  MergeResults({old, fresh}, dir_.Path("two.db"));
  EXPECT_EQ(Recorded(dir_.Path("one.db")), Of(kTwo));
  EXPECT_EQ(Recorded(dir_.Path("two.db")), Of(kTwo));
}

TEST_F(TrueFrontTest, ThatDiffersIsRefusedAndSeenByVerifying) {
  const std::string path = Run("a.db");
  EXPECT_TRUE(VerifyResults(*Results::Open(path), *table_, {}).empty());
  const std::string other = Run("other.db");
  Sql(other,
      "UPDATE problem SET description="
      "json_set(description, '\\$.true_front[0][0]', 12.5)");
  const auto differences = VerifyResults(*Results::Open(other), *table_, {});
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_EQ(differences[0].run, "p");
  EXPECT_THAT(differences[0].what, HasSubstr("true front"));
  EXPECT_THAT(
      Failure(ErrorCode::kDisagree, [&] { MergeResults({other}, path); }),
      HasSubstr("true front"));
  EXPECT_EQ(Recorded(path), Of(kTwo));
}

TEST_F(TrueFrontTest, ThatIsDamagedIsCorrupt) {
  for (const char* damage :
       {"json_set(description, '\\$.true_front[0]', json('[1]'))",
        "json_set(description, '\\$.true_front[0]', json('[1,2,3]'))",
        "json_set(description, '\\$.true_front[0][1]', json('null'))",
        "json_set(description, '\\$.true_front', 'x')"}) {
    SCOPED_TRACE(damage);
    const std::string path = Run("bad.db");
    Sql(path, std::string("UPDATE problem SET description=") + damage);
    Failure(ErrorCode::kCorrupt, [&] { Results::Open(path)->Problems(); });
    std::filesystem::remove(path);
  }
}

}  // namespace
}  // namespace hwnas
