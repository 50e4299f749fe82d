#include "predictors/model_file.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "predictors/predictor.h"
#include "tabular/error.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

Features Line(size_t rows) {
  Features f;
  f.encoding = "made@1";
  f.names = {"a", "b"};
  f.x = Matrix(rows, 2);
  for (size_t r = 0; r < rows; ++r) {
    f.x.Row(r)[0] = static_cast<double>(r);
    f.x.Row(r)[1] = static_cast<double>(r * r % 7);
  }
  return f;
}

std::vector<double> Values(const Features& f) {
  std::vector<double> y;
  for (size_t r = 0; r < f.Rows(); ++r) {
    y.push_back(3 + 2 * f.x.Row(r)[0] - f.x.Row(r)[1]);
  }
  return y;
}

class ModelFile : public testing::TestWithParam<std::string> {
 protected:
  std::string Saved() {
    const std::string path = dir_.Path("m.model");
    SavedPredictor saved;
    saved.space = "made@1";
    saved.metric = "latency@x";
    saved.name = GetParam();
    saved.predictor = MakePredictor(GetParam());
    const Features f = Line(40);
    saved.predictor->Fit(f, Values(f), 1);
    expected_ = saved.predictor->Predict(f);
    SavePredictor(saved, path);
    return path;
  }

  TempDir dir_;
  Predictions expected_;
};

TEST_P(ModelFile, PredictsAfterLoadingAsBeforeSaving) {
  const SavedPredictor loaded = LoadPredictor(Saved());
  EXPECT_EQ(loaded.metric, "latency@x");
  const Predictions again = loaded.predictor->Predict(Line(40));
  EXPECT_EQ(again.mean, expected_.mean);
  EXPECT_EQ(again.sd, expected_.sd);
}

TEST_P(ModelFile, AnyFlippedByteIsNoticed) {
  const std::string path = Saved();
  const std::string bytes = ReadBytes(path);
  for (size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 97) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    WriteBytes(path, damaged);
    try {
      LoadPredictor(path);
      FAIL() << "byte " << at;
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kCorrupt) << error.what();
    }
  }
}

TEST_P(ModelFile, AnyPrefixIsNoticed) {
  const std::string path = Saved();
  const std::string bytes = ReadBytes(path);
  for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 61) {
    WriteBytes(path, bytes.substr(0, size));
    EXPECT_THROW(LoadPredictor(path), Error) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Predictors, ModelFile,
                         testing::Values("ridge", "gaussian-process", "xgboost",
                                         "lookup", "mlp",
                                         "ridge+gaussian-process",
                                         "calibrated:ridge"),
                         [](const auto& param) {
                           std::string name = param.param;
                           for (char& c : name) {
                             if (c == '-' || c == '+' || c == ':') c = '_';
                           }
                           return name;
                         });

TEST(ModelFileContent, ABrokenModelInAnIntactEnvelopeIsRefused) {
  const TempDir dir;
  const std::string path = dir.Path("m");
  ModelWriter writer;
  for (const char* text : {"space", "metric", "xgboost"}) {
    writer.Put(std::string_view(text));
  }
  writer.Put(std::vector<std::string>{});
  for (const char* text : {"xgboost@2", "one-hot@1"}) {
    writer.Put(std::string_view(text));
  }
  writer.Put(std::vector<std::string>{"a"});
  for (const double v : {0.0, 1.0}) writer.Put(v);
  for (int i = 0; i < 2; ++i) {
    writer.Put(std::span<const double>(std::vector<double>{}));
  }
  for (int i = 0; i < 2; ++i) {
    writer.Put(std::span<const double>(std::vector<double>{1}));
  }
  writer.Put(uint64_t{1});
  writer.Put(std::span<const uint32_t>(std::vector<uint32_t>{0}));
  // A node that is its own child would be walked for ever.
  writer.Put(std::span<const uint32_t>(std::vector<uint32_t>{0, 0, 1}));
  writer.Put(std::span<const double>(std::vector<double>{0, 0}));
  WriteModelFile(path, writer);
  try {
    LoadPredictor(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("its trees are broken"));
  }
}

TEST(ModelFileContent, OptionsOfTheFitComeBackWithIt) {
  const TempDir dir;
  Features f = Line(40);
  f.parts = {0, 1};
  for (const auto& [name, options] :
       {std::pair{"gaussian-process",
                  PredictorOptions{{"additive", 1}, {"normal-scores", 1}}},
        std::pair{"xgboost", PredictorOptions{{"normal-scores", 1}}}}) {
    SavedPredictor saved{
        "made@1", "latency@x", name, {}, MakePredictor(name, options)};
    saved.predictor->Fit(f, Values(f), 1);
    SavePredictor(saved, dir.Path(name));
    const auto loaded = LoadPredictor(dir.Path(name));
    const Predictions before = saved.predictor->Predict(f);
    const Predictions after = loaded.predictor->Predict(f);
    EXPECT_EQ(after.mean, before.mean) << name;
    EXPECT_EQ(after.sd, before.sd) << name;
  }
}

TEST(ModelFileContent, AnotherVersionIsNamed) {
  const TempDir dir;
  const std::string path = dir.Path("m");
  WriteModelFile(path, ModelWriter());
  std::string bytes = ReadBytes(path);
  bytes[8] = 9;
  WriteBytes(path, bytes);
  try {
    ReadModelFile(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("version 9"));
  }
  EXPECT_THROW(ReadModelFile(dir.Path("none")), Error);
}

}  // namespace
}  // namespace hwnas
