#include <cmath>
#include <filesystem>
#include <string>

#include "datasets/csv/csv_schema.h"
#include "datasets/importer.h"
#include "datasets/schemas.h"
#include "gtest/gtest.h"
#include "tabular/error.h"
#include "tabular/quantity_domain.h"
#include "tabular/table.h"
#include "tests/failure.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

const char kSchema[] = R"(
space = {name = "mine", decisions = [
  {name = "depth", choices = [1, 2]}, {name = "kernel", choices = [3, 5]}]}
key = ["depth", "kernel"]
defaults = {dataset = "cifar10", split = "val"}
[[column]]
name = "acc"
metric = "accuracy"
[[column]]
name = "ms"
metric = "latency@board"
missing = {"-1" = "did not compile", "" = "not measured"}
)";

class CsvImport : public testing::Test {
 protected:
  ImportReport Import(const std::string& csv,
                      const std::string& schema = kSchema) {
    WriteBytes(folder_.Path("x.csv"), csv);
    WriteBytes(folder_.Path("x.toml"), schema);
    return ImportInto(FindImporter("csv"),
                      {{folder_.Path("x.csv")}, folder_.Path("x.toml")},
                      TablePath());
  }

  std::string Refusal(ErrorCode code, const std::string& csv,
                      const std::string& schema = kSchema) {
    const std::string before =
        std::filesystem::exists(TablePath()) ? ReadBytes(TablePath()) : "";
    std::string message = Failure(code, [&] { Import(csv, schema); });
    const std::string after =
        std::filesystem::exists(TablePath()) ? ReadBytes(TablePath()) : "";
    EXPECT_EQ(before, after) << "what was there before was touched";
    // The folder's name is not of interest.
    for (size_t at;
         (at = message.find(folder_.Path(""))) != std::string::npos;) {
      message.erase(at, folder_.Path("").size());
    }
    return message;
  }

  std::string TablePath() const { return folder_.Path("t.db"); }

  Value At(const std::string& architecture, const std::string& metric,
           const std::string& replicate = "") {
    const auto table = Table::Open(TablePath());
    const auto column = table->Load(table->GetColumn(Metric::Parse(metric)));
    const size_t row = table->Resolve(architecture);
    const auto& labels = column->Info().replicates;
    for (size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] == replicate) return column->At(row, i);
    }
    ADD_FAILURE() << "no replicate " << replicate;
    return {};
  }

  TempDir folder_;
};

TEST_F(CsvImport, BringsAUsersOwnSpace) {
  const ImportReport report =
      Import("depth,kernel,acc,ms\n1,3,90.5,1.25\n2,3,91,-1.0\n2,5,92.25,\n");
  EXPECT_EQ(report.architectures, 3);
  EXPECT_EQ(report.values, 4);
  EXPECT_EQ(report.gaps, 2);
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_EQ(report.notes[0], "the platform 'board' is known by its name only");
  EXPECT_EQ(At("1,3", "accuracy"), (Value{90.5, Missing::kNone}));
  EXPECT_EQ(At("1,3", "latency@board"), (Value{1.25, Missing::kNone}));
  EXPECT_EQ(At("2,3", "latency@board").missing, Missing::kDidNotCompile);
  EXPECT_EQ(At("2,5", "latency@board").missing, Missing::kNotMeasured);
  const auto table = Table::Open(TablePath());
  EXPECT_EQ(table->Rows(), 3u);
  EXPECT_EQ(table->Sources().at(0).name, "x");
  EXPECT_EQ(table->Sources().at(0).importer, "csv@1");
}

TEST_F(CsvImport, IsIdempotent) {
  const std::string csv = "depth,kernel,acc,ms\n1,3,90.5,1.25\n2,3,91,-1\n";
  Import(csv);
  const std::string digest = Table::Open(TablePath())->Digest();
  Import(csv);
  EXPECT_EQ(Table::Open(TablePath())->Digest(), digest);
}

TEST_F(CsvImport, NamesTheLineOfWhatItRefuses) {
  const std::string head = "depth,kernel,acc,ms\n1,3,90.5,1.25\n";
  EXPECT_EQ(Refusal(ErrorCode::kCorrupt, head + "2,3,nan,1\n"),
            "x.csv:3: column 'acc': 'nan' is no finite number, nor declared "
            "to mean a missing value (missing = {\"nan\" = \"not "
            "measured\"})");
  EXPECT_EQ(Refusal(ErrorCode::kCorrupt, head + "2,3,90\n"),
            "x.csv:3: 3 fields, but the header has 4");
  EXPECT_EQ(Refusal(ErrorCode::kCorrupt, head + "1,3,90.5,1.25\n"),
            "x.csv:3: architecture '1,3' stands on line 2 already; say what "
            "duplicates mean in the schema (duplicates = \"identical\" or "
            "\"replicates\")");
  EXPECT_EQ(Refusal(ErrorCode::kCorrupt, "depth,kernel,ac,ms\n1,3,9,1\n"),
            "x.csv:1: the header lacks the column 'acc'; it has 'ac'");
  EXPECT_EQ(
      Refusal(ErrorCode::kCorrupt, "depth,kernel,acc,ms,other\n1,3,9,1,1\n"),
      "x.csv:1: the schema 'x' does not know the column 'other'; describe it, "
      "or list it under 'ignore'");
  EXPECT_EQ(
      Refusal(ErrorCode::kCorrupt, head + "3,3,90,1\n").rfind("x.csv:3: ", 0),
      0u);
  EXPECT_FALSE(std::filesystem::exists(TablePath()));
}

TEST_F(CsvImport, LeavesTheTableAloneWhenLaterRowsAreBad) {
  Import("depth,kernel,acc,ms\n1,3,90.5,1.25\n");
  Refusal(ErrorCode::kCorrupt, "depth,kernel,acc,ms\n2,5,91,1\n2,3,x,1\n");
  EXPECT_EQ(Table::Open(TablePath())->Rows(), 1u);
  // Another value for what is there already.
  EXPECT_EQ(Refusal(ErrorCode::kUsage, "depth,kernel,acc,ms\n1,3,90.6,1.25\n")
                .rfind("x.csv:2: ", 0),
            0u);
}

TEST_F(CsvImport, TakesDuplicatesAsTheSchemaSays) {
  const std::string csv =
      "depth,kernel,acc,ms\n1,3,90.5,1\n2,3,91,2\n1,3,90.75,1\n";
  const std::string schema(kSchema);
  Refusal(ErrorCode::kUsage, csv, "duplicates = \"identical\"\n" + schema);
  Import(csv, "duplicates = \"replicates\"\n" + schema);
  EXPECT_EQ(At("1,3", "accuracy", "0").value, 90.5);
  EXPECT_EQ(At("1,3", "accuracy", "1").value, 90.75);
  EXPECT_EQ(At("2,3", "accuracy", "0").value, 91);
}

TEST_F(CsvImport, AcceptsIdenticalDuplicatesWhereTheSchemaSaysSo) {
  Import("depth,kernel,acc,ms\n1,3,90.5,1\n1,3,90.5,1\n",
         std::string("duplicates = \"identical\"\n") + kSchema);
  EXPECT_EQ(At("1,3", "accuracy").value, 90.5);
}

const char kNb201[] = R"(
space = "nb201"
key = "arch"
index = "i"
scheme = "nas-bench-201"
defaults = {dataset = "cifar10", split = "val", fidelity = "e200"}
[[column]]
name = "acc"
metric = "accuracy"
)";
const char kCell[] = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
const char kOther[] = "|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|";

TEST_F(CsvImport, JoinsByAPublishedIndex) {
  Import(std::string("i,arch,acc\n7,") + kCell + ",90\n8," + kOther + ",91\n",
         kNb201);
  const std::string by_index = R"(
space = "nb201"
index = "i"
scheme = "nas-bench-201"
ignore = ["i#2"]
absent = "absent in this copy"
[[column]]
name = "flop"
metric = "macs:cifar10"
origin = "analytic"
scale = 1e6
[[column]]
name = "r"
metric = "accuracy:cifar10/test/e200"
replicate = "888"
)";
  EXPECT_EQ(Import("i,i,flop,r\n7,7,113.95137,80\n", by_index).values, 2);
  // 113.95137 * 1e6 in floating point would be off in the last digit.
  EXPECT_EQ(At("7", "macs").value, 113951370.0);
  EXPECT_EQ(At("8", "macs").missing, Missing::kAbsentInThisCopy);
  EXPECT_EQ(At(kCell, "accuracy:test", "888").value, 80);
  EXPECT_EQ(Refusal(ErrorCode::kNotFound, "i,i,flop,r\n9,9,1,1\n", by_index),
            "x.csv:2: the table knows no index '9' of 'nas-bench-201'; import "
            "first what says which architecture has it");
}

TEST_F(CsvImport, ScalesNumbersThatHaveAnExponent) {
  Import(std::string("i,arch,acc\n7,") + kCell + ",1.5e-2\n",
         std::string(kNb201) + "scale = 100\n");
  EXPECT_EQ(At("7", "accuracy").value, 1.5);
}

TEST_F(CsvImport, KeepsReplicatesByTheirLabels) {
  const std::string schema =
      std::string("replicate_column = \"seed\"\n") + kNb201;
  const std::string cell = kCell;
  Import("i,arch,seed,acc\n7," + cell + ",777,90\n7," + cell + ",888,91\n",
         schema);
  EXPECT_EQ(At("7", "accuracy", "777").value, 90);
  EXPECT_EQ(At("7", "accuracy", "888").value, 91);
  EXPECT_NE(
      Refusal(ErrorCode::kCorrupt,
              "i,arch,seed,acc\n7," + cell + ",777,90\n7," + cell + ",777,90\n",
              schema)
          .find("stands on line 2 already"),
      std::string::npos);
}

TEST_F(CsvImport, RefusesATableOfAnotherSpace) {
  Import("depth,kernel,acc,ms\n1,3,90.5,1.25\n");
  const std::string message =
      Refusal(ErrorCode::kUsage,
              std::string("i,arch,acc\n7,") + kCell + ",90\n", kNb201);
  EXPECT_NE(message.find("is of the space nb201"), std::string::npos)
      << message;
}

TEST_F(CsvImport, WhatAQuantityCannotBeIsRefused) {
  const std::string negative = Refusal(
      ErrorCode::kCorrupt, "depth,kernel,acc,ms\n1,3,90,5\n1,5,91,-12\n");
  EXPECT_NE(negative.find("x.csv:3: column 'ms': latency of -12 ms, it can be "
                          "0 or more"),
            std::string::npos)
      << negative;
  EXPECT_NE(negative.find("missing = {\"-12\""), std::string::npos);
  const std::string high =
      Refusal(ErrorCode::kCorrupt, "depth,kernel,acc,ms\n1,3,193,5\n");
  EXPECT_NE(
      high.find("x.csv:2: column 'acc': accuracy of 193 %, it can be 0 to "
                "100"),
      std::string::npos)
      << high;
  EXPECT_NE(Refusal(ErrorCode::kCorrupt, "depth,kernel,acc,ms\n1,3,nan,5\n")
                .find("column 'acc': 'nan' is no finite number"),
            std::string::npos);
  // What it is after scaling counts.
  std::string scaled = kSchema;
  scaled.insert(scaled.find("[[column]]\nname = \"ms\""), "scale = 100\n");
  Refusal(ErrorCode::kCorrupt, "depth,kernel,acc,ms\n1,3,90,5\n", scaled);
  EXPECT_TRUE(
      Import("depth,kernel,acc,ms\n1,3,0.9,0\n2,3,1,5\n", scaled).values == 4);
  EXPECT_EQ(At("2,3", "accuracy"), (Value{100, Missing::kNone}));
}

TEST_F(CsvImport, AccuraciesThatLookLikeFractionsGetANote) {
  const auto noted = [&](const std::string& csv) {
    std::filesystem::remove(TablePath());
    for (const std::string& note : Import(csv).notes) {
      if (note.find("scale = 100") != std::string::npos) return note;
    }
    return std::string();
  };
  EXPECT_EQ(
      noted("depth,kernel,acc,ms\n1,3,0.83,5\n1,5,1,6\n"),
      "column 'acc': no accuracy is above 1 %; fractions need scale = 100");
  EXPECT_EQ(noted("depth,kernel,acc,ms\n1,3,0.83,5\n1,5,1.1,6\n"), "");
}

TEST_F(CsvImport, SemicolonsAreNamed) {
  EXPECT_NE(Refusal(ErrorCode::kCorrupt, "depth;kernel;acc;ms\n1;3;90;5\n")
                .find("separated by semicolons, commas are needed"),
            std::string::npos);
}

TEST(CsvReadme, HasTheUnitAndDomainOfEveryQuantity) {
  const std::string readme =
      ReadBytes(std::string(HWNAS_SOURCE_DIR) + "/datasets/csv/README.md");
  std::string table =
      "| quantity | unit | values | better | |\n|---|---|---|---|---|\n";
  for (const QuantityInfo& quantity : Quantities()) {
    table += "| `" + quantity.name + "` | " + quantity.unit + " | " +
             DomainOf(quantity).Text() + " | " +
             (quantity.direction == Direction::kMinimize ? "lower" : "higher") +
             " | " + quantity.about + " |\n";
  }
  EXPECT_NE(readme.find(table), std::string::npos) << table;
}

TEST(CsvSchema, RefusesWhatItDoesNotSay) {
  const auto refusal = [](const std::string& text) {
    return Failure(ErrorCode::kUsage, [&] {
      ParseCsvSchema(TomlTable::ReadText(text, "x.toml"), "x");
    });
  };
  const std::string head = "space = \"nb201\"\nkey = \"a\"\n";
  const std::string column =
      "[[column]]\nname = \"x\"\nmetric = \"accuracy\"\n";
  EXPECT_EQ(refusal("key = \"a\"\n" + column),
            "x.toml:1: the key 'space' is missing: a built-in space's name, or "
            "a table that describes one");
  EXPECT_NE(refusal(head + "colum = 1\n" + column).find("'colum'"),
            std::string::npos);
  EXPECT_EQ(refusal(head),
            "x.toml:1: no [[column]] says which metric a column holds");
  EXPECT_NE(refusal(head + "[[column]]\nname=\"x\"\nmetric=\"acuracy\"\n")
                .find("x.toml:5: key 'metric': unknown quantity 'acuracy'; "
                      "did you mean 'accuracy'?"),
            std::string::npos);
  refusal(head + column + "origin = \"predicted\"\n");
  refusal(head + column + "missing = {\"-1\" = \"broken\"}\n");
  refusal(head + column + "scale = 0\n");
  refusal(head + column + "source = \"nobody\"\n");
  refusal(head + "duplicates = \"many\"\n" + column);
  refusal("space = \"nb201\"\n" + column);
  refusal(head + "index = \"i\"\n" + column);
  EXPECT_NE(Failure(ErrorCode::kUsage, [] { ReadCsvSchema("nb201-acuracy"); })
                .find("did you mean 'nb201-accuracy'?"),
            std::string::npos);
  Failure(ErrorCode::kUsage, [] { ReadCsvSchema(""); });
  Failure(ErrorCode::kNotFound, [] { ReadCsvSchema("/no/such.toml"); });
}

TEST(CsvSchema, OfEveryPublishedFileIsBuiltIn) {
  EXPECT_EQ(BuiltInSchemaNames().size(), 6u);
  for (const std::string& name : BuiltInSchemaNames()) {
    SCOPED_TRACE(name);
    const CsvSchema schema = ReadCsvSchema(name);
    EXPECT_EQ(schema.space->Id(), MakeSpace("nb201")->Id());
    for (const Source& source : schema.sources) {
      EXPECT_FALSE(source.origin.empty());
      EXPECT_FALSE(source.licence.empty());
      EXPECT_EQ(source.citation.front(), '@');
    }
  }
}

TEST(Importers, AreFoundByNameAndMistakenNamesExplained) {
  EXPECT_EQ(FindImporter("help").Info().Id(), "help@1");
  EXPECT_NE(Failure(ErrorCode::kUsage, [] { FindImporter("hlep"); })
                .find("did you mean 'help'?"),
            std::string::npos);
  const TempDir folder;
  WriteBytes(folder.Path("x.csv"), "a,b\n1,2\n");
  EXPECT_NE(Failure(ErrorCode::kUsage,
                    [&] {
                      ImportInto(FindImporter("help"),
                                 {{folder.Path("x.csv")}, ""},
                                 folder.Path("t.db"));
                    })
                .find("is no 'help'; it looks like 'csv'"),
            std::string::npos);
  Failure(ErrorCode::kNotFound, [&] {
    ImportInto(FindImporter("help"), {{folder.Path("none")}, ""},
               folder.Path("t.db"));
  });
  Failure(ErrorCode::kUsage,
          [&] { ImportInto(FindImporter("help"), {}, folder.Path("t.db")); });
}

}  // namespace
}  // namespace hwnas
