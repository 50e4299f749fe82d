#include "predictors/predictor.h"

#include <xgboost/c_api.h>

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "predictors/encoding.h"
#include "predictors/non_negative.h"
#include "predictors/residual_scale.h"
#include "tabular/analysis/correlation.h"
#include "tabular/error.h"
#include "tabular/rng.h"
#include "tabular/spaces/nb201.h"

namespace hwnas {
namespace {

using testing::HasSubstr;

// Random columns and values that depend on the first two of them.
struct Made {
  Features features;
  std::vector<double> values;
  std::vector<double> truth;  // without noise
};

Made MakeData(size_t rows, size_t columns, double noise, uint64_t seed) {
  Rng rng(seed);
  Made made;
  made.features.encoding = "made@1";
  for (size_t c = 0; c < columns; ++c) {
    made.features.names.push_back("c" + std::to_string(c));
  }
  made.features.x = Matrix(rows, columns);
  for (double& v : made.features.x.values) v = rng.Uniform(-1, 1);
  for (size_t r = 0; r < rows; ++r) {
    const auto row = made.features.x.Row(r);
    made.truth.push_back(50 + 3 * row[0] - 2 * row[1]);
    made.values.push_back(made.truth.back() + noise * rng.Normal());
  }
  return made;
}

std::string FailureOf(const auto& act) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    return error.what();
  }
  return "";
}

struct Named {
  std::string name;
  PredictorOptions options = {};
};

class EveryPredictor : public testing::TestWithParam<Named> {
 protected:
  static std::unique_ptr<Predictor> Make() {
    return MakePredictor(GetParam().name, GetParam().options);
  }
};

TEST_P(EveryPredictor, LearnsALinearFunctionFromNoisyValues) {
  const Made train = MakeData(200, 4, 0.2, 1);
  const Made test = MakeData(500, 4, 0.2, 2);
  const auto predictor = Make();
  predictor->Fit(train.features, train.values, 7);
  const Predictions p = predictor->Predict(test.features);
  EXPECT_GT(SpearmanRho(p.mean, test.truth).value(), 0.97);
}

TEST_P(EveryPredictor, NinetyPercentIntervalsHoldAboutNinetyPercent) {
  const Made train = MakeData(300, 4, 0.5, 3);
  const Made test = MakeData(2000, 4, 0.5, 4);
  const auto predictor = Make();
  predictor->Fit(train.features, train.values, 7);
  const Predictions p = predictor->Predict(test.features);
  size_t held = 0;
  for (size_t i = 0; i < p.mean.size(); ++i) {
    held += std::abs(p.mean[i] - test.values[i]) <= 1.6449 * p.sd[i];
  }
  EXPECT_NEAR(static_cast<double>(held) / 2000, 0.9, 0.06);
}

TEST_P(EveryPredictor, SameSeedSamePredictions) {
  const Made train = MakeData(60, 3, 0.1, 5);
  const auto a = Make();
  const auto b = Make();
  a->Fit(train.features, train.values, 9);
  b->Fit(train.features, train.values, 9);
  EXPECT_EQ(a->Predict(train.features).mean, b->Predict(train.features).mean);
}

TEST_P(EveryPredictor, RefusesWhatItCannotLearnFrom) {
  const auto predictor = Make();
  Made made = MakeData(40, 3, 0.1, 6);
  EXPECT_THAT(
      FailureOf([&] {
        const uint32_t two[] = {0, 1};
        predictor->Fit(made.features.Select(two), std::vector<double>{1, 2}, 1);
      }),
      HasSubstr("too few"));
  EXPECT_THAT(FailureOf([&] {
                predictor->Fit(made.features, std::vector<double>(40, 3.0), 1);
              }),
              HasSubstr("nothing to learn"));
  std::vector<double> nan = made.values;
  nan[3] = NAN;
  EXPECT_THAT(FailureOf([&] { predictor->Fit(made.features, nan, 1); }),
              HasSubstr("not a finite number"));
  predictor->Fit(made.features, made.values, 1);
  made.features.names.back() = "other";
  EXPECT_THAT(FailureOf([&] { predictor->Predict(made.features); }),
              HasSubstr("encode alike"));
}

TEST(Predictor, WhatASavedModelCallsItsEncodingStaysOnOneLine) {
  Made made = MakeData(40, 3, 0.1, 6);
  made.features.encoding = "made@1\nand more";
  const auto predictor = MakePredictor("ridge");
  predictor->Fit(made.features, made.values, 1);
  made.features.encoding = "made@1";
  EXPECT_EQ(FailureOf([&] { predictor->Predict(made.features); }).find('\n'),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Predictors, EveryPredictor,
    testing::Values(Named{"ridge"}, Named{"gaussian-process"}, Named{"xgboost"},
                    Named{"xgboost+gaussian-process"},
                    Named{"calibrated:ridge"}, Named{"mlp", {{"epochs", 40}}}),
    [](const auto& param) {
      std::string name = param.param.name;
      for (char& c : name) {
        if (c == '-' || c == '+' || c == ':') c = '_';
      }
      return name;
    });

TEST(Ridge, WithoutPenaltyIsLeastSquares) {
  const Made train = MakeData(30, 2, 0, 1);
  const auto predictor = MakePredictor("ridge", {{"lambda", 0}});
  predictor->Fit(train.features, train.values, 1);
  const Predictions p = predictor->Predict(train.features);
  for (size_t i = 0; i < 30; ++i) EXPECT_NEAR(p.mean[i], train.truth[i], 1e-9);
}

TEST(Ridge, MoreColumnsThanRowsGiveTheSameAnswerAsTheOtherSideWould) {
  // A column that is there twice halves its coefficient, and nothing else.
  Made wide = MakeData(12, 40, 0.1, 8);
  const auto dual = MakePredictor("ridge", {{"lambda", 1}});
  dual->Fit(wide.features, wide.values, 1);
  const Predictions p = dual->Predict(wide.features);
  double sum = 0;
  double mean = 0;
  for (size_t i = 0; i < 12; ++i) {
    sum += p.mean[i] - wide.values[i];
    mean += wide.values[i] / 12;
  }
  EXPECT_NEAR(sum, 0, 1e-9) << "the intercept is not shrunk";
  EXPECT_GT(SpearmanRho(p.mean, wide.values).value(), 0.9);
}

TEST(GaussianProcess, NormalScoresKeepTheOrderOfALongTail) {
  Made train = MakeData(100, 3, 0.01, 1);
  for (double& v : train.values) v = std::exp(3 * (v - 50));
  const auto predictor =
      MakePredictor("gaussian-process", {{"normal-scores", 1}});
  predictor->Fit(train.features, train.values, 1);
  const Made test = MakeData(300, 3, 0, 2);
  const Predictions p = predictor->Predict(test.features);
  EXPECT_GT(SpearmanRho(p.mean, test.truth).value(), 0.98);
  for (const double sd : p.sd) EXPECT_GT(sd, 0);
}

// A column that matters and, joined to it, thirty that do not.
Features OneAmongMany(size_t rows, Rng& rng) {
  Features f;
  f.encoding = "one@1+many@1";
  f.parts = {0, 1};
  f.x = Matrix(rows, 31);
  for (size_t c = 0; c < 31; ++c) f.names.push_back("c" + std::to_string(c));
  for (double& v : f.x.values) v = rng.Uniform(-2, 2);
  return f;
}

std::vector<double> SinesOf(const Features& f) {
  std::vector<double> y;
  for (size_t r = 0; r < f.Rows(); ++r) {
    y.push_back(std::sin(3 * f.x.Row(r)[0]));
  }
  return y;
}

TEST(GaussianProcess, AnAdditiveKernelFindsTheEncodingThatMatters) {
  Rng rng(7);
  const Features known = OneAmongMany(80, rng);
  const Features asked = OneAmongMany(200, rng);
  const std::vector<double> truth = SinesOf(asked);
  double error[2] = {0, 0};
  for (const int additive : {0, 1}) {
    const auto gp =
        MakePredictor("gaussian-process", {{"additive", double(additive)}});
    gp->Fit(known, SinesOf(known), 1);
    const Predictions p = gp->Predict(asked);
    for (size_t i = 0; i < truth.size(); ++i) {
      error[additive] += std::abs(p.mean[i] - truth[i]) / double(truth.size());
    }
  }
  EXPECT_LT(error[1], 0.1);
  EXPECT_GT(error[0], 0.4);
}

TEST(Xgboost, NormalScoresDoNotChangeWhatRangeIsPredicted) {
  Rng rng(3);
  const Features f = OneAmongMany(200, rng);
  std::vector<double> y;
  for (size_t r = 0; r < f.Rows(); ++r) y.push_back(std::exp(f.x.Row(r)[0]));
  const auto predictor = MakePredictor("xgboost", {{"normal-scores", 1}});
  predictor->Fit(f, y, 1);
  const Predictions p = predictor->Predict(f);
  for (size_t r = 0; r < f.Rows(); ++r) {
    EXPECT_NEAR(p.mean[r], y[r], 0.5 * y[r] + 0.1);
    EXPECT_GT(p.sd[r], 0);
  }
}

TEST(Xgboost, OurTreesAnswerAsTheLibraryDoes) {
  const Made train = MakeData(150, 3, 0.3, 1);
  PredictorOptions options = {{"members", 1},   {"trees", 30},  {"depth", 4},
                              {"subsample", 1}, {"columns", 1}, {"folds", 0}};
  const auto predictor = MakePredictor("xgboost", options);
  predictor->Fit(train.features, train.values, 1);
  const Predictions p = predictor->Predict(train.features);

  double mean = 0;
  double square = 0;
  for (const double v : train.values) mean += v / 150;
  for (const double v : train.values) square += (v - mean) * (v - mean) / 149;
  const double sd = std::sqrt(square);
  std::vector<float> x(train.features.x.values.begin(),
                       train.features.x.values.end());
  std::vector<float> y;
  for (const double v : train.values) {
    y.push_back(static_cast<float>((v - mean) / sd));
  }
  DMatrixHandle data = nullptr;
  ASSERT_EQ(XGDMatrixCreateFromMat(x.data(), 150, 3, NAN, &data), 0);
  ASSERT_EQ(XGDMatrixSetFloatInfo(data, "label", y.data(), 150), 0);
  BoosterHandle booster = nullptr;
  ASSERT_EQ(XGBoosterCreate(&data, 1, &booster), 0);
  const std::pair<const char*, const char*> parameters[] = {
      {"nthread", "1"},
      {"tree_method", "exact"},
      {"base_score", "0"},
      {"max_depth", "4"},
      {"eta", "0.1"}};
  for (const auto& [name, value] : parameters) {
    XGBoosterSetParam(booster, name, value);
  }
  for (int i = 0; i < 30; ++i) XGBoosterUpdateOneIter(booster, i, data);
  bst_ulong count = 0;
  const float* out = nullptr;
  ASSERT_EQ(XGBoosterPredict(booster, data, 0, 0, 0, &count, &out), 0);
  ASSERT_EQ(count, 150u);
  for (size_t i = 0; i < 150; ++i) {
    EXPECT_NEAR(p.mean[i], static_cast<double>(out[i]) * sd + mean, 1e-5);
  }
  XGBoosterFree(booster);
  XGDMatrixFree(data);
}

TEST(Lookup, FindsTheCostsThatSumsWereMadeOf) {
  Rng rng(1);
  Made made;
  made.features.encoding = "made@1";
  made.features.names = {"a", "b", "never"};
  made.features.x = Matrix(30, 3);
  for (size_t r = 0; r < 30; ++r) {
    const auto row = made.features.x.Row(r);
    row[0] = static_cast<double>(rng.Below(5));
    row[1] = static_cast<double>(rng.Below(5));
    made.values.push_back(1 + 2 * row[0] + 0.5 * row[1]);
  }
  const auto predictor = MakePredictor("lookup");
  predictor->Fit(made.features, made.values, 1);
  made.features.x.Row(0)[0] = 100;
  made.features.x.Row(0)[1] = 0;
  made.features.x.Row(0)[2] = 9;  // unknown parts cost nothing
  EXPECT_NEAR(predictor->Predict(made.features).mean[0], 201, 1e-4);
}

TEST(NonNegativeLeastSquares, HoldsBackWhatWouldBeNegative) {
  Matrix x(3, 2);
  x.values = {1, 0, 0, 1, 1, 1};
  const std::vector<double> y = {2, -1, 1};
  const std::vector<double> b = NonNegativeLeastSquares(x, y);
  EXPECT_NEAR(b[0], 1.5, 1e-6);  // (2 + 1) / 2
  EXPECT_EQ(b[1], 0);
}

TEST(Roofline, FindsPeakAndOverheadOfAMachine) {
  const Nb201Space space;
  EncodingContext context;
  context.space = &space;
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  context.inputs = {input};
  Rng rng(1);
  std::vector<Architecture> all;
  for (int i = 0; i < 60; ++i) all.push_back(space.Sample(rng));
  const Features f = Encode("layers", context, all);
  std::vector<double> y;  // 1e9 macs/s, 10 macs a byte, 0.5 s overhead
  for (size_t r = 0; r < f.Rows(); ++r) {
    double sum = 0.5;
    for (size_t c = 0; c < f.Columns(); ++c) {
      sum += f.x.Row(r)[c] *
             std::max(f.layers[c].macs, 10 * f.layers[c].bytes) / 1e9;
    }
    y.push_back(sum);
  }
  std::vector<uint32_t> few = {0, 1, 2, 3, 4, 5, 6, 7};
  const auto predictor = MakePredictor("roofline");
  predictor->Fit(f.Select(few), std::span(y).first(8), 1);
  const Predictions p = predictor->Predict(f);
  for (size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(p.mean[i], y[i], 1e-6);
  const Features other = Encode("one-hot", context, all);
  EXPECT_THAT(FailureOf([&] { MakePredictor("roofline")->Fit(other, y, 1); }),
              HasSubstr("'layers'"));
}

TEST(ResidualScale, FollowsTheResidualsOfEachGroup) {
  std::vector<double> predicted;
  std::vector<double> residual;
  Rng rng(1);
  for (int i = 0; i < 4000; ++i) {
    predicted.push_back(i);
    residual.push_back(rng.Normal() * (i < 2000 ? 1 : 5));
  }
  ResidualScale scale;
  scale.Fit(predicted, residual);
  EXPECT_NEAR(scale.At(-10), 1, 0.1);
  EXPECT_NEAR(scale.At(9999), 5, 0.4);
}

// Twenty groups of twenty equal rows, each group off the line by an amount of
// its own: what is learnt from a row's twins says nothing of another group.
TEST(Calibrated, ErrorBarsAreOfGroupsThatWereNotFittedOn) {
  const auto make = [](uint64_t seed) {
    Rng rng(seed);
    Made made;
    made.features.encoding = "made@1";
    for (int c = 0; c < 30; ++c) {
      made.features.names.push_back("c" + std::to_string(c));
    }
    made.features.x = Matrix(400, 30);
    for (uint32_t g = 0; g < 20; ++g) {
      std::vector<double> row(30);
      for (double& v : row) v = rng.Uniform(-1, 1);
      const double off = rng.Normal();
      for (uint32_t i = 0; i < 20; ++i) {
        std::ranges::copy(row, made.features.x.Row(20 * g + i).begin());
        made.features.groups.push_back(g);
        made.values.push_back(10 + row[0] + off + 0.01 * rng.Normal());
      }
    }
    return made;
  };
  const Made train = make(1);
  const Made other = make(2);
  const auto held = [&](const std::string& name) {
    const auto predictor = MakePredictor(name);
    predictor->Fit(train.features, train.values, 3);
    const Predictions p = predictor->Predict(other.features);
    double count = 0;
    for (size_t i = 0; i < p.mean.size(); ++i) {
      count += std::abs(p.mean[i] - other.values[i]) <= 1.6449 * p.sd[i];
    }
    return count / 400;
  };
  EXPECT_LT(held("ridge"), 0.5);
  EXPECT_GT(held("calibrated:ridge"), 0.75);
}

TEST(MakePredictor, NamesWhatIsNotThere) {
  EXPECT_THAT(FailureOf([] { MakePredictor("xgbost"); }),
              HasSubstr("did you mean 'xgboost'"));
  EXPECT_THAT(FailureOf([] {
                MakePredictor("xgboost", {{"tres", 3}});
              }),
              HasSubstr("trees"));
  EXPECT_THAT(FailureOf([] {
                MakePredictor("xgboost", {{"eta", 7}});
              }),
              HasSubstr("not within"));
  EXPECT_THAT(FailureOf([] {
                MakePredictor("ridge+xgboost", {{"eta", 1}});
              }),
              HasSubstr("NAME.OPTION"));
}

}  // namespace
}  // namespace hwnas
