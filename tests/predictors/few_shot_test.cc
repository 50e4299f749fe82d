#include "predictors/few_shot.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "predictors/encoding.h"
#include "tabular/analysis/correlation.h"
#include "tabular/error.h"
#include "tabular/spaces/fbnet.h"
#include "tabular/spaces/nb201.h"

namespace hwnas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Made devices on 600 cells of nb201: each edge's operation has a cost of its
// own that devices share in part.
class FewShotTest : public testing::Test {
 protected:
  FewShotTest() {
    Rng rng(3);
    for (int i = 0; i < 600; ++i) cells_.push_back(space_.Sample(rng));
    EncodingContext context;
    context.space = &space_;
    for (const std::string& encoding : FewShotEncodings(space_)) {
      blocks_.push_back(Encode(encoding, context, cells_));
    }
    for (uint32_t i = 0; i < 200; ++i) rows_.push_back(i);
  }

  std::vector<double> Device(uint64_t number, double own) const {
    Rng shared(11);
    Rng rng = Rng::FromLabel(number, "device");
    std::vector<double> cost(30);
    for (double& c : cost) c = shared.Uniform(0, 5) + own * rng.Uniform(0, 5);
    std::vector<double> values;
    for (const Architecture& a : cells_) {
      double sum = 3;
      for (size_t e = 0; e < 6; ++e) sum += cost[5 * e + a[e]];
      values.push_back(sum * (1 + 0.01 * rng.Normal()));
    }
    return values;
  }

  FewShot Learn() const {
    std::vector<std::vector<double>> sources;
    for (uint64_t d = 0; d < 4; ++d) {
      sources.push_back(Device(d, 0.5));
      sources.back().resize(rows_.size());
    }
    return {blocks_, rows_, sources};
  }

  double Score(const Predictions& p, const std::vector<double>& truth) const {
    const std::span<const double> mean(p.mean);
    return SpearmanRho(mean.subspan(200), std::span(truth).subspan(200))
        .value();
  }

  Nb201Space space_;
  std::vector<Architecture> cells_;
  std::vector<Features> blocks_;
  std::vector<uint32_t> rows_;
};

std::vector<double> Pick(const std::vector<double>& values,
                         std::span<const uint32_t> rows) {
  std::vector<double> out;
  for (const uint32_t r : rows) out.push_back(values[r]);
  return out;
}

TEST_F(FewShotTest, TenMeasurementsOfANewDeviceOrderTheRest) {
  const FewShot few = Learn();
  const std::vector<double> target = Device(99, 0.5);
  Rng rng(1);
  const auto chosen = few.Choose(Sampler::kDOptimal, 10, rows_, rng);
  const Predictions p = few.Adapt(chosen, Pick(target, chosen));
  ASSERT_EQ(p.mean.size(), 600u);
  EXPECT_GT(Score(p, target), 0.85);
}

TEST_F(FewShotTest, MoreMeasurementsAreBetterAndErrorBarsHold) {
  const FewShot few = Learn();
  const std::vector<double> target = Device(98, 1.5);
  Rng rng(1);
  const auto five = few.Choose(Sampler::kDOptimal, 5, rows_, rng);
  const auto many = few.Choose(Sampler::kDOptimal, 60, rows_, rng);
  const Predictions p = few.Adapt(many, Pick(target, many));
  EXPECT_GT(Score(p, target),
            Score(few.Adapt(five, Pick(target, five)), target));
  int held = 0;
  for (size_t i = 200; i < 600; ++i) {
    held += std::abs(p.mean[i] - target[i]) <= 1.6449 * p.sd[i];
  }
  EXPECT_GT(held, 400 * 0.8);
}

TEST_F(FewShotTest, CostsOrderAPlatformThatIsLikeNoSource) {
  EncodingContext context;
  context.space = &space_;
  NetworkInput input;
  ASSERT_TRUE(FindNetworkInput("cifar10", &input));
  context.inputs = {input};
  blocks_.push_back(Encode("costs", context, cells_));
  const FewShot with = Learn();
  std::vector<double> target;  // macs of the effective network alone
  for (size_t i = 0; i < cells_.size(); ++i) {
    target.push_back(1 + blocks_.back().x.Row(i)[0] / 1e7);
  }
  blocks_.pop_back();
  const FewShot without = Learn();
  Rng rng(2);
  const std::vector<uint32_t> chosen =
      with.Choose(Sampler::kRandom, 8, rows_, rng);
  const std::vector<double> values = Pick(target, chosen);
  const double score = Score(with.Adapt(chosen, values), target);
  EXPECT_GT(score, 0.9);
  EXPECT_GT(score, Score(without.Adapt(chosen, values), target));
}

TEST_F(FewShotTest, PredictionsFollowTheTargetsUnit) {
  const FewShot few = Learn();
  const std::vector<double> target = Device(97, 0.5);
  const std::vector<uint32_t> rows = {1, 5, 9, 13, 17, 21};
  std::vector<double> thousands = Pick(target, rows);
  for (double& v : thousands) v *= 1000;
  const Predictions a = few.Adapt(rows, Pick(target, rows));
  const Predictions b = few.Adapt(rows, thousands);
  for (size_t i = 0; i < 600; ++i) {
    EXPECT_NEAR(b.mean[i], 1000 * a.mean[i], 1e-6 * std::abs(b.mean[i]));
    EXPECT_NEAR(b.sd[i], 1000 * a.sd[i], 1e-6 * b.sd[i]);
  }
}

TEST_F(FewShotTest, SamplersDrawDifferentCandidatesAndOnlyThose) {
  const FewShot few = Learn();
  for (const Sampler sampler :
       {Sampler::kRandom, Sampler::kDiverse, Sampler::kDOptimal}) {
    Rng rng(1);
    const auto chosen = few.Choose(sampler, 30, rows_, rng);
    EXPECT_EQ(std::set<uint32_t>(chosen.begin(), chosen.end()).size(), 30u);
    EXPECT_LT(*std::max_element(chosen.begin(), chosen.end()), 200u);
    Rng again(1);
    EXPECT_EQ(few.Choose(sampler, 30, rows_, again), chosen);
  }
}

TEST_F(FewShotTest, AFixedSampleIsTheCandidatesInTheirOrder) {
  const FewShot few = Learn();
  Rng rng(1);
  const std::vector<uint32_t> reference = {7, 3, 150, 4};
  EXPECT_EQ(few.Choose(Sampler::kFixed, 3, reference, rng),
            (std::vector<uint32_t>{7, 3, 150}));
  EXPECT_THROW(few.Choose(Sampler::kFixed, 5, reference, rng), Error);
}

TEST_F(FewShotTest, RefusesWhatItCannotLearnFrom) {
  const FewShot few = Learn();
  const auto failure = [&](std::vector<uint32_t> rows,
                           std::vector<double> values) -> std::string {
    try {
      few.Adapt(rows, values);
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kUsage);
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(failure({1, 2}, {3, 4}), HasSubstr("too few"));
  EXPECT_THAT(failure({1, 2, 3}, {4, 4, 4}), HasSubstr("nothing to learn"));
  EXPECT_THAT(failure({1, 2, 3}, {4, NAN, 5}), HasSubstr("finite"));
  Rng rng(1);
  EXPECT_THROW(few.Choose(Sampler::kRandom, 201, rows_, rng), Error);
}

TEST(FewShotEncodings, FollowTheSpace) {
  EXPECT_THAT(
      FewShotEncodings(Nb201Space()),
      ElementsAre("one-hot@1+effective-one-hot@1", "pairs@1+effective-pairs@1",
                  "operations@1+effective-operations@1"));
  EXPECT_THAT(FewShotEncodings(FbnetSpace()),
              ElementsAre("one-hot@1", "groups@1", "operations@1", "costs@1"));
  EXPECT_THAT(FewShotEncodings(FbnetSpace(), false),
              ElementsAre("one-hot@1", "operations@1", "operations@1"));
}

TEST(Sampler, UnknownNamesAreExplained) {
  EXPECT_EQ(ParseSampler("diverse"), Sampler::kDiverse);
  EXPECT_THROW(ParseSampler("best"), Error);
}

}  // namespace
}  // namespace hwnas
