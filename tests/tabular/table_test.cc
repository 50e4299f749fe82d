#include "tabular/table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tabular/cost_model.h"
#include "tests/tabular/table_fixture.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

class TableTest : public testing::Test {
 protected:
  TableTest() : path_(folder_.Path("t.db")) {
    WriteFixture(path_);
    table_ = Table::Open(path_);
  }

  uint64_t RankAt(size_t row) const {
    return *table_->BaseSpace()->Rank(table_->ArchitectureAt(row));
  }

  TempDir folder_;
  std::string path_;
  std::shared_ptr<const Table> table_;
};

std::string MessageOf(ErrorCode code, const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

TEST_F(TableTest, ArchitecturesAreInAscendingOrder) {
  ASSERT_EQ(table_->Rows(), 313u);
  for (size_t row = 1; row < table_->Rows(); ++row) {
    EXPECT_LT(table_->ArchitectureAt(row - 1), table_->ArchitectureAt(row));
  }
  for (size_t row = 0; row < table_->Rows(); ++row) {
    EXPECT_EQ(table_->FindRow(table_->ArchitectureAt(row)), row);
  }
  EXPECT_EQ(table_->FindRow(table_->BaseSpace()->Unrank(1)), std::nullopt);
  EXPECT_EQ(table_->FindRow(Architecture{1, 2}), std::nullopt);
}

TEST_F(TableTest, ValuesReplicatesAndGapsAreReadBack) {
  const auto column =
      table_->Load(table_->GetColumn(Metric::Parse("accuracy")));
  EXPECT_EQ(column->Info().replicates, (std::vector<std::string>{"a", "b"}));
  for (size_t row = 0; row < table_->Rows(); ++row) {
    const uint64_t rank = RankAt(row);
    const Value a = FixtureAccuracy(rank, "a");
    const Value b = FixtureAccuracy(rank, "b");
    EXPECT_EQ(column->At(row, 0), a);
    EXPECT_EQ(column->At(row, 1), b);
    EXPECT_EQ(column->Count(row), b.Ok() ? 2u : 1u);
    EXPECT_EQ(column->Mean(row).value,
              b.Ok() ? (a.value + b.value) / 2 : a.value);
    EXPECT_EQ(column->Present(row, 0), a);
  }
  EXPECT_THROW(column->Present(0, 2), Error);
}

TEST_F(TableTest, AGapKeepsItsReason) {
  const auto column =
      table_->Load(table_->GetColumn(Metric::Parse("latency@pixel3"), "some"));
  for (size_t row = 0; row < table_->Rows(); ++row) {
    const Value value = column->Mean(row);
    if (RankAt(row) % 2 == 1) {
      EXPECT_EQ(value.missing, Missing::kAbsentInThisCopy);
    } else {
      EXPECT_EQ(value.value, FixtureLatency(RankAt(row)));
    }
  }
}

TEST_F(TableTest, MetricsAreFoundByShortAndByFullText) {
  const Column* latency = table_->FindColumn(Metric::Parse("latency@pixel3"));
  ASSERT_NE(latency, nullptr);
  EXPECT_EQ(latency->source, "all");  // it has the most values
  EXPECT_EQ(latency->metric.Text(), "latency@pixel3:cifar10");
  EXPECT_EQ(table_->FindColumn(Metric::Parse("latency@pixel3:cifar10")),
            latency);
  EXPECT_EQ(table_->FindColumn(Metric::Parse("latency@pixel3"), "some")->source,
            "some");
  EXPECT_NE(table_->FindColumn(Metric::Parse("accuracy:cifar10/val/e200")),
            nullptr);
  EXPECT_EQ(table_->FindColumn(Metric::Parse("accuracy:test")), nullptr);
}

TEST_F(TableTest, AnUnknownMetricNamesTheNearest) {
  const std::string message = MessageOf(ErrorCode::kNotFound, [&] {
    table_->GetColumn(Metric::Parse("latency@pixel2"));
  });
  EXPECT_NE(message.find("did you mean 'latency@pixel3'"), std::string::npos)
      << message;
  EXPECT_NE(
      MessageOf(
          ErrorCode::kNotFound,
          [&] { table_->GetColumn(Metric::Parse("latency@pixel3"), "none"); })
          .find("sources: all, some"),
      std::string::npos);
}

TEST_F(TableTest, ArchitecturesAreResolvedFromTextAndPublishedIndex) {
  const size_t row = 7;
  const std::string text =
      table_->BaseSpace()->Format(table_->ArchitectureAt(row));
  const std::string id = std::to_string(RankAt(row));
  EXPECT_EQ(table_->Resolve(text), row);
  EXPECT_EQ(table_->Resolve(id), row);
  EXPECT_EQ(table_->Resolve("test:" + id), row);
  EXPECT_EQ(table_->AliasOf("test", row), id);
  EXPECT_EQ(table_->AliasOf("other", row), "");
  EXPECT_EQ(table_->FindAlias("test", id), row);
  EXPECT_EQ(table_->AliasSchemes(), std::vector<std::string>{"test"});
  MessageOf(ErrorCode::kNotFound, [&] { table_->Resolve("1"); });
  MessageOf(ErrorCode::kNotFound, [&] { table_->Resolve("other:0"); });
  const std::string absent =
      table_->BaseSpace()->Format(table_->BaseSpace()->Unrank(1));
  EXPECT_NE(MessageOf(ErrorCode::kNotFound, [&] { table_->Resolve(absent); })
                .find("not in this table"),
            std::string::npos);
}

TEST_F(TableTest, EffectiveNetworksAreNumberedByFirstRow) {
  std::set<std::string> keys;
  for (size_t row = 0; row < table_->Rows(); ++row) {
    const Architecture& a = table_->ArchitectureAt(row);
    const bool is_new =
        keys.insert(table_->BaseSpace()->EffectiveKey(a)).second;
    if (is_new) {
      EXPECT_EQ(table_->EffectiveNetwork(row), keys.size() - 1);
    }
    EXPECT_EQ(table_->Connected(row), table_->BaseSpace()->IsConnected(a));
  }
  EXPECT_EQ(table_->EffectiveNetworks(), keys.size());
}

TEST_F(TableTest, PartOfASpaceIsASubsetSpace) {
  EXPECT_EQ(table_->BaseSpace()->Id(), "nb201@1");
  EXPECT_EQ(table_->Space()->Size(), table_->Rows());
  Rng rng(1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(table_->FindRow(table_->Space()->Sample(rng)).has_value());
  }
}

TEST_F(TableTest, CostsAreComputedWhereTheyAreNotStored) {
  for (const char* text : {"macs", "macs;graph=effective", "params:cifar100",
                           "flops;rule=paper", "weight-bytes;bits=8",
                           "bit-operations;bits=4", "peak-activation-bytes"}) {
    const auto column = table_->LoadOrCompute(Metric::Parse(text));
    EXPECT_EQ(column->Info().origin, Origin::kAnalytic);
    EXPECT_EQ(column->Info().source, "cost-model");
    EXPECT_EQ(table_->LoadOrCompute(Metric::Parse(text)), column);  // kept
  }
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  const auto macs = table_->LoadOrCompute(Metric::Parse("macs"));
  const auto effective =
      table_->LoadOrCompute(Metric::Parse("macs;graph=effective"));
  const auto bytes =
      table_->LoadOrCompute(Metric::Parse("weight-bytes;bits=8"));
  bool differ = false;
  for (size_t row = 0; row < table_->Rows(); row += 13) {
    LayerGraph graph =
        table_->BaseSpace()->Layers(table_->ArchitectureAt(row), input);
    EXPECT_EQ(macs->Mean(row).value, static_cast<double>(Macs(graph)));
    EXPECT_EQ(effective->Mean(row).value,
              static_cast<double>(Macs(graph.Effective())));
    differ |= macs->Mean(row).value != effective->Mean(row).value;
    graph.SetBits(8, 8);
    EXPECT_EQ(bytes->Mean(row).value, static_cast<double>(WeightBytes(graph)));
  }
  EXPECT_TRUE(differ);
}

TEST_F(TableTest, WhatIsNeitherStoredNorACostIsNotFound) {
  for (const char* text :
       {"latency@pixel9", "flops", "macs;sparsity=50", "macs:no-such-data",
        "accuracy:test", "macs;bits=8", "params;rule=unknown"}) {
    MessageOf(ErrorCode::kNotFound,
              [&] { table_->LoadOrCompute(Metric::Parse(text)); });
  }
  MessageOf(ErrorCode::kNotFound, [&] {
    table_->LoadOrCompute(Metric::Parse("macs"), "another-source");
  });
}

TEST_F(TableTest, ColumnsAreLoadedOnceFromSeveralThreads) {
  std::vector<std::shared_ptr<const DenseColumn>> seen(4);
  std::vector<std::thread> threads;
  for (auto& column : seen) {
    threads.emplace_back([this, &column] {
      column = table_->LoadOrCompute(Metric::Parse("accuracy"));
      table_->LoadOrCompute(Metric::Parse("macs"));
      table_->AliasOf("test", 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& column : seen) EXPECT_EQ(column, seen[0]);
}

TEST_F(TableTest, ASoundTableHasNoFaults) {
  EXPECT_EQ(table_->Check(), std::vector<std::string>{});
}

TEST_F(TableTest, DigestDoesNotDependOnTheOrderOfImports) {
  WriteFixture(folder_.Path("reversed.db"), 50, true);
  const auto reversed = Table::Open(folder_.Path("reversed.db"));
  EXPECT_EQ(reversed->Digest(), table_->Digest());
  EXPECT_EQ(reversed->Digest().size(), 64u);
  EXPECT_EQ(reversed->FindColumn(Metric::Parse("latency@pixel3"))->source,
            "all");
  EXPECT_EQ(reversed->Check(), std::vector<std::string>{});
}

TEST_F(TableTest, DigestDependsOnEveryValue) {
  WriteFixture(folder_.Path("other.db"), 50);
  const auto writer = TableWriter::Open(folder_.Path("other.db"));
  writer->AddSource({.name = "more"});
  const int64_t column = writer->AddColumn(FixtureColumn("params", "more"));
  writer->Set(column, "", 1, {5});
  writer->Commit();
  const auto one = Table::Open(folder_.Path("other.db"));
  EXPECT_NE(one->Digest(), table_->Digest());
  EXPECT_EQ(one->Check(), std::vector<std::string>{});
}

TEST_F(TableTest, AWholeSpaceIsTheSpaceItself) {
  WriteFixture(folder_.Path("whole.db"), 1);
  const auto whole = Table::Open(folder_.Path("whole.db"));
  EXPECT_EQ(whole->Rows(), 15625u);
  EXPECT_EQ(whole->Space(), whole->BaseSpace());
  EXPECT_EQ(whole->EffectiveNetworks(), 6985u);
  size_t disconnected = 0;
  for (size_t row = 0; row < whole->Rows(); ++row) {
    disconnected += whole->Connected(row) ? 0 : 1;
  }
  EXPECT_EQ(disconnected, 341u);
}

}  // namespace
}  // namespace hwnas
