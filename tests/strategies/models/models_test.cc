#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "predictors/encoding.h"
#include "strategies/models/encoder.h"
#include "strategies/models/gaussian_process.h"
#include "strategies/models/history.h"
#include "strategies/models/mlp.h"
#include "strategies/models/predictor_model.h"
#include "tabular/analysis/correlation.h"
#include "tabular/spaces/nb201.h"
#include "tabular/spaces/subset.h"
#include "tests/strategies/driver.h"

namespace hwnas {
namespace {

/// One-hot rows of toy architectures and their accuracies.
void Sample(size_t n, uint64_t seed, std::vector<double>* x,
            std::vector<double>* y) {
  const auto space = std::make_shared<ToySpace>(5, 4);
  const Problem problem = MakeProblem(space);
  const Encoder encoder(problem, Encoding::kOneHot);
  Rng rng(seed);
  for (size_t i = 0; i < n; ++i) {
    const Architecture a = space->Sample(rng);
    encoder.Append(a, x);
    y->push_back(SyntheticEvaluator::Accuracy(a));
  }
}

Belief One(Regressor& model, std::span<const double> x) {
  Belief belief;
  model.Predict(x, {&belief, 1});
  return belief;
}

double TauOnUnseen(Regressor& model) {
  std::vector<double> x;
  std::vector<double> y;
  Sample(100, 1, &x, &y);
  Rng rng(2);
  model.Fit(x, 20, y, rng);
  std::vector<double> test_x;
  std::vector<double> test_y;
  Sample(200, 3, &test_x, &test_y);
  std::vector<Belief> beliefs(200);
  model.Predict(test_x, beliefs);
  std::vector<double> predicted;
  for (const Belief& belief : beliefs) predicted.push_back(belief.mean);
  return KendallTau(predicted, test_y).value();
}

TEST(MlpEnsemble, RanksUnseenArchitectures) {
  MlpEnsemble model(3, {});
  EXPECT_GT(TauOnUnseen(model), 0.6);
}

TEST(GaussianProcess, RanksUnseenArchitectures) {
  GaussianProcess model;
  EXPECT_GT(TauOnUnseen(model), 0.6);
}

TEST(Mlp, GradientIsTheDifferenceQuotient) {
  std::vector<double> x;
  std::vector<double> y;
  Sample(60, 1, &x, &y);
  Rng rng(2);
  Mlp model;
  model.Fit(x, 20, y, rng);
  std::vector<double> at(20);
  for (double& value : at) value = rng.Uniform();
  std::vector<double> gradient(20);
  EXPECT_DOUBLE_EQ(model.PredictWithGradient(at, gradient), model.Predict(at));
  for (size_t i = 0; i < 20; ++i) {
    std::vector<double> up = at;
    std::vector<double> down = at;
    // In single precision the step must not be too small.
    up[i] += 1e-3;
    down[i] -= 1e-3;
    EXPECT_NEAR(gradient[i], (model.Predict(up) - model.Predict(down)) / 2e-3,
                0.02 * (1 + std::fabs(gradient[i])));
  }
}

TEST(GaussianProcess, IsSureWhereItHasSeenAndUnsureElsewhere) {
  std::vector<double> x;
  std::vector<double> y;
  Sample(50, 1, &x, &y);
  Rng rng(2);
  GaussianProcess model;
  model.Fit(x, 20, y, rng);
  const Belief seen = One(model, std::span(x).first(20));
  EXPECT_NEAR(seen.mean, y[0], 1.5);
  const std::vector<double> far(20, 1.0);
  EXPECT_GT(One(model, far).deviation, 2 * seen.deviation);
}

TEST(GaussianProcess, OneValueAndConstantValuesAreFitted) {
  Rng rng(2);
  GaussianProcess model;
  const std::vector<double> x = {1, 0, 0, 1};
  const std::vector<double> one = {5};
  model.Fit(std::span(x).first(2), 2, one, rng);
  EXPECT_NEAR(One(model, std::span(x).first(2)).mean, 5, 1e-9);
  const std::vector<double> constant = {5, 5};
  model.Fit(x, 2, constant, rng);
  EXPECT_NEAR(One(model, std::span(x).first(2)).mean, 5, 1e-9);
}

TEST(GaussianProcess, AppendedRowsGiveTheFitOfAllAtOnce) {
  std::vector<double> x;
  std::vector<double> y;
  Sample(64, 1, &x, &y);
  Rng rng(2);
  GaussianProcess grown;
  grown.Fit(std::span(x).first(60 * 20), 20, std::span(y).first(60), rng);
  grown.Fit(std::span(x).first(62 * 20), 20, std::span(y).first(62), rng);
  grown.Fit(x, 20, y, rng);
  GaussianProcess whole;
  whole.Fit(x, 20, y, rng);
  std::vector<double> test_x;
  std::vector<double> test_y;
  Sample(33, 3, &test_x, &test_y);
  std::vector<Belief> a(33);
  std::vector<Belief> b(33);
  grown.Predict(test_x, a);
  whole.Predict(test_x, b);
  for (size_t i = 0; i < 33; ++i) {
    EXPECT_NEAR(a[i].mean, b[i].mean, 1e-8);
    EXPECT_NEAR(a[i].deviation, b[i].deviation, 1e-8);
  }
}

TEST(GaussianProcess, BelievesWhatItIsConditionedOnUntilTheNextFit) {
  std::vector<double> x;
  std::vector<double> y;
  Sample(40, 1, &x, &y);
  std::vector<double> lie_x;
  std::vector<double> ignored;
  Sample(3, 5, &lie_x, &ignored);
  const std::span<const double> first = std::span(lie_x).first(20);
  Rng rng(2);
  GaussianProcess model;
  model.Fit(x, 20, y, rng);
  const Belief before = One(model, first);
  const double lie = before.mean + 5;
  const std::vector<double> lies(3, lie);
  GaussianProcess together = model;
  together.Condition(lie_x, lies);
  const Belief believed = One(together, first);
  EXPECT_LT(std::fabs(believed.mean - lie), std::fabs(before.mean - lie) / 2);
  EXPECT_LT(believed.deviation, before.deviation);

  GaussianProcess in_turn = model;
  for (size_t i = 0; i < 3; ++i) {
    in_turn.Condition(std::span(lie_x).subspan(i * 20, 20),
                      std::span(lies).first(1));
  }
  EXPECT_NEAR(One(in_turn, first).mean, believed.mean, 1e-9);
  EXPECT_NEAR(One(in_turn, first).deviation, believed.deviation, 1e-9);

  together.Fit(x, 20, y, rng);
  EXPECT_NEAR(One(together, first).mean, before.mean, 1e-9);
  EXPECT_NEAR(One(together, first).deviation, before.deviation, 1e-9);
}

TEST(GaussianProcess, PredictsABlockAsOneByOne) {
  std::vector<double> x;
  std::vector<double> y;
  Sample(50, 1, &x, &y);
  Rng rng(2);
  GaussianProcess model;
  model.Fit(x, 20, y, rng);
  std::vector<Belief> beliefs(50);
  model.Predict(x, beliefs);
  for (size_t i = 0; i < 50; ++i) {
    const Belief one = One(model, std::span(x).subspan(i * 20, 20));
    EXPECT_EQ(one.mean, beliefs[i].mean);
    EXPECT_EQ(one.deviation, beliefs[i].deviation);
  }
}

TEST(PredictorModel, RanksUnseenArchitectures) {
  PredictorModel model("xgboost", {{"members", 2}, {"trees", 50}});
  EXPECT_GT(TauOnUnseen(model), 0.6);
}

TEST(PredictorModel, KnowsTheMeanWhereThereIsNothingToLearn) {
  Rng rng(2);
  PredictorModel model("xgboost", {{"members", 1}, {"trees", 5}});
  const std::vector<double> x = {1, 0, 0, 1};
  model.Fit(x, 2, std::vector<double>{4, 6}, rng);
  EXPECT_EQ(One(model, std::span(x).first(2)).mean, 5);
  EXPECT_GT(One(model, std::span(x).first(2)).deviation, 0);
  std::vector<double> many_x;
  std::vector<double> ignored;
  Sample(30, 1, &many_x, &ignored);
  model.Fit(many_x, 20, std::vector<double>(30, 7), rng);
  EXPECT_EQ(One(model, std::span(many_x).first(20)).mean, 7);
  EXPECT_EQ(One(model, std::span(many_x).first(20)).deviation, 0);
}

TEST(Encoder, PathsAreThoseOfThePredictors) {
  const auto space = std::make_shared<Nb201Space>();
  const Problem problem = MakeProblem(space);
  const Encoder encoder(problem, Encoding::kPaths);
  ASSERT_EQ(encoder.Dims(), 4u + 16 + 64);
  EncodingContext context;
  context.space = space.get();
  Rng rng(1);
  for (int i = 0; i < 20; ++i) {
    const Architecture a = space->Sample(rng);
    std::vector<double> row;
    encoder.Append(a, &row);
    const Features features = Encode("paths", context, {&a, 1});
    EXPECT_EQ(row, features.x.values);
  }
  // One operation on all edges: paths of one, two and three of it.
  Architecture all(6);
  for (size_t e = 0; e < 6; ++e) all[e] = 2;
  std::vector<double> row;
  encoder.Append(all, &row);
  EXPECT_EQ(std::count(row.begin(), row.end(), 1.0), 3);
}

TEST(Encoder, PathsOfStoredRowsAreThoseOfTheirSpace) {
  const auto space = std::make_shared<Nb201Space>();
  std::vector<Architecture> rows;
  for (uint64_t rank = 0; rank < 15625; rank += 500) {
    rows.push_back(space->Unrank(rank));
  }
  const Problem whole = MakeProblem(space);
  const Problem part = MakeProblem(MakeSubsetSpace(space, rows));
  for (const Architecture& a : rows) {
    std::vector<double> of_whole;
    std::vector<double> of_part;
    Encoder(whole, Encoding::kPaths).Append(a, &of_whole);
    Encoder(part, Encoding::kPaths).Append(a, &of_part);
    EXPECT_EQ(of_whole, of_part);
  }
}

TEST(MlpEnsemble, AWidthThatFillsNoLanesIsFittedToo) {
  MlpEnsemble model(3, {.layers = 3, .width = 11});
  EXPECT_GT(TauOnUnseen(model), 0.5);
}

TEST(ExpectedImprovement, AgreesWithItsClosedForm) {
  // Recorded with scipy.stats.norm: (2 - 1.5) Phi(0.5) + 1 phi(0.5).
  EXPECT_NEAR(ExpectedImprovement({1.5, 1}, 2), 0.6977965, 1e-6);
  EXPECT_NEAR(ExpectedImprovement({3, 1}, 2), 0.0833155, 1e-6);
  EXPECT_EQ(ExpectedImprovement({1, 0}, 2), 1);
  EXPECT_EQ(ExpectedImprovement({3, 0}, 2), 0);
  EXPECT_NEAR(ProbabilityBelow({0, 2}, 2), 0.8413447, 1e-7);
}

TEST(Encoder, OrdinalIsThePositionAmongTheChoices) {
  const Problem problem = MakeProblem(std::make_shared<ToySpace>(2, 5));
  const Encoder encoder(problem, Encoding::kOrdinal);
  ASSERT_EQ(encoder.Dims(), 4u);
  std::vector<double> rows;
  encoder.Append(Architecture{0, 3}, &rows);
  EXPECT_EQ(rows, (std::vector<double>{0, 1, 0.75, 1}));
}

TEST(Candidates, AreNewMovesFirstThenSamples) {
  const ToySpace space(3, 4);
  SeenSet seen;
  const std::vector<Architecture> parents = {Architecture{0, 0, 0}};
  Rng rng(1);
  seen.Insert(parents[0]);
  seen.Insert(Architecture{1, 0, 0});
  const std::vector<Architecture> found =
      Candidates(space, parents, seen, {.count = 20}, rng);
  ASSERT_EQ(found.size(), 20u);
  std::set<Architecture> unique(found.begin(), found.end());
  EXPECT_EQ(unique.size(), 20u);
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_FALSE(seen.Contains(found[i]));
    size_t distance = 0;
    for (size_t d = 0; d < 3; ++d) distance += found[i][d] != 0;
    // Of nine neighbours one is seen.
    EXPECT_EQ(distance == 1, i < 8);
  }
  EXPECT_EQ(Candidates(space, parents, seen, {.count = 1000}, rng).size(), 62u);
}

TEST(Encoder, StandardisesFeaturesAndPutsMissingAtTheMean) {
  class Source : public FeatureSource {
   public:
    Value Read(size_t, const Architecture& a) const override {
      if (a[0] == 2) return {0, Missing::kNotMeasured};
      return {a[0] == 0 ? 10.0 : 14.0, Missing::kNone};
    }
  };
  Problem problem = MakeProblem(std::make_shared<ToySpace>(1, 3));
  problem.features.push_back({"macs", Metric::Parse("macs")});
  problem.feature_source = std::make_shared<Source>();
  Encoder encoder(problem, Encoding::kBoth);
  EXPECT_EQ(encoder.Dims(), 4u);
  std::vector<double> rows;
  for (uint16_t c = 0; c < 3; ++c) encoder.Append(Architecture{c}, &rows);
  encoder.Learn(rows);
  encoder.Standardise(rows);
  const double unit = 2 / std::sqrt(8.0);  // deviation of 10 and 14
  EXPECT_NEAR(rows[3], -unit, 1e-12);
  EXPECT_NEAR(rows[7], unit, 1e-12);
  EXPECT_EQ(rows[11], 0);
  EXPECT_EQ(rows[0], 1);
  EXPECT_EQ(rows[10], 1);
}

}  // namespace
}  // namespace hwnas
