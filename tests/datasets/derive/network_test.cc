#include "datasets/derive/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "datasets/derive/kernels.h"
#include "datasets/derive/plan.h"
#include "datasets/derive/sparse_conv.h"
#include "datasets/derive/trainer.h"
#include "tabular/rng.h"
#include "tabular/search_space.h"

namespace hwnas::derive {
namespace {

constexpr char kAllKinds[] =
    "|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_"
    "3x3~1|avg_pool_3x3~2|";

Plan PlanOf(const std::string& text, int size = 14, int channels = 8) {
  const auto space =
      MakeSpace("nb201@1{cells=1,channels=" + std::to_string(channels) +
                ",stages=2,stem_stride=2}");
  return MakePlan(
      space->Layers(space->Parse(text), {{1, size, size}, 10}).Effective());
}

// Random images of `groups` groups, and labels.
struct Batch {
  Batch(int groups, int size, uint64_t seed)
      : images(workspace.Reserve(
            static_cast<size_t>(groups * size * size * kLanes))),
        labels(static_cast<size_t>(groups * kLanes)) {
    Rng rng(seed);
    for (int i = 0; i < groups * size * size * kLanes; ++i) {
      images[i] = static_cast<float>(rng.Normal());
    }
    for (uint8_t& label : labels) label = static_cast<uint8_t>(rng.Below(10));
  }
  Workspace workspace;
  float* images;
  std::vector<uint8_t> labels;
};

std::vector<float> TrainAFewSteps(const Plan& plan, int size,
                                  const Kernels& kernels) {
  Workspace workspace;
  Network network(plan, 4, kernels, &workspace);
  network.Initialize(0, "test");
  for (uint64_t step = 0; step < 5; ++step) {
    Batch batch(4, size, step);
    EXPECT_TRUE(network.Step(batch.images, batch.labels));
    network.Update(0.05f, 0.9f, 5e-4f);
  }
  std::vector<float> all(network.Parameters().begin(),
                         network.Parameters().end());
  all.insert(all.end(), network.Statistics().begin(),
             network.Statistics().end());
  return all;
}

#if defined(__x86_64__)
TEST(Kernels, AllThatFuseGiveEqualBits) {
  if (!__builtin_cpu_supports("avx512f")) {
    GTEST_SKIP() << "this processor has no AVX-512 to compare";
  }
  for (const int size : {14, 28}) {
    const Plan plan = PlanOf(kAllKinds, size);
    EXPECT_EQ(TrainAFewSteps(plan, size, Avx512Kernels()),
              TrainAFewSteps(plan, size, Avx2Kernels()));
  }
}
#endif

TEST(Kernels, ThePortableOnesAgreeWithTheBest) {
  for (const int size : {14, 28}) {
    for (const int channels : {8, 6}) {  // 6: no tile fits
      const Plan plan = PlanOf(kAllKinds, size, channels);
      const auto best = TrainAFewSteps(plan, size, BestKernels());
      const auto portable = TrainAFewSteps(plan, size, PortableKernels());
      ASSERT_EQ(best.size(), portable.size());
      for (size_t i = 0; i < best.size(); ++i) {
        ASSERT_NEAR(best[i], portable[i], 2e-3) << size << " " << channels;
      }
    }
  }
}

std::vector<const Kernels*> AllKernels() {
  std::vector<const Kernels*> all = {&PortableKernels()};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    all.push_back(&Avx2Kernels());
  }
  if (__builtin_cpu_supports("avx512f")) all.push_back(&Avx512Kernels());
#endif
  return all;
}

// Values of a convolution of two groups, `pruned` of whose weights are 0.
struct ConvCase {
  ConvCase(const ConvShape& s, double pruned)
      : shape(s),
        weights(static_cast<size_t>(s.out_channels * s.in_channels * s.kernel *
                                    s.kernel)) {
    Rng rng(7);
    const auto fill = [&](Workspace* workspace, int channels, int size) {
      const int count = 2 * channels * size * size * kLanes;
      float* values = workspace->Reserve(static_cast<size_t>(count));
      for (int i = 0; i < count; ++i) {
        values[i] = static_cast<float>(rng.Normal());
      }
      return values;
    };
    in = fill(&in_space, s.in_channels, s.in_size);
    before = fill(&before_space, s.out_channels, s.out_size);
    for (float& weight : weights) {
      weight = static_cast<float>(rng.Normal());
      if (rng.Uniform() < pruned) weight = 0;
    }
    for (int c = 0; c < s.out_channels; ++c) {
      biases.push_back(static_cast<float>(rng.Normal()));
    }
  }

  std::vector<float> Run(const Kernels& kernels, const SparseConv* sparse,
                         bool accumulate) const {
    const size_t count = static_cast<size_t>(2 * shape.out_channels *
                                             shape.out_size * shape.out_size) *
                         kLanes;
    Workspace out_space, scratch_space;
    float* out = out_space.Reserve(count);
    std::copy_n(before, count, out);
    if (sparse == nullptr) {
      kernels.conv(shape, 2, in, weights.data(), biases.data(), accumulate, out,
                   nullptr);
    } else {
      kernels.conv_sparse(
          shape, 2, in, sparse->Taps(), sparse->Ends(), biases.data(),
          accumulate, scratch_space.Reserve(SparseConv::ScratchFloats(shape)),
          out);
    }
    return {out, out + count};
  }

  ConvShape shape;
  Workspace in_space, before_space;
  float* in = nullptr;
  float* before = nullptr;
  std::vector<float> weights, biases;
};

TEST(SparseConv, LeavesTheZerosOutAndChangesNoValue) {
  for (const ConvShape& shape :
       {ConvShape{8, 8, 7, 7, 3, 1}, ConvShape{16, 16, 4, 4, 3, 1},
        ConvShape{8, 8, 7, 7, 1, 1}, ConvShape{16, 16, 4, 4, 1, 1},
        ConvShape{8, 16, 7, 4, 3, 2}}) {
    for (const double pruned : {0.5, 0.9, 1.0}) {
      const ConvCase c(shape, pruned);
      SparseConv sparse;
      sparse.Set(shape, c.weights.data());
      ASSERT_FALSE(sparse.Empty());
      for (const Kernels* kernels : AllKernels()) {
        for (const bool accumulate : {false, true}) {
          EXPECT_EQ(c.Run(*kernels, nullptr, accumulate),
                    c.Run(*kernels, &sparse, accumulate))
              << kernels->name << " " << shape.kernel << "x" << shape.in_size
              << " " << pruned;
        }
      }
    }
  }
}

TEST(SparseConv, IsEmptyWhereItGainsNothing) {
  SparseConv sparse;
  const ConvShape shape{8, 8, 7, 7, 3, 1};
  sparse.Set(shape, ConvCase(shape, 0.5).weights.data());
  EXPECT_FALSE(sparse.Empty());
  sparse.Set(shape, ConvCase(shape, 0.2).weights.data());
  EXPECT_TRUE(sparse.Empty());
  const ConvShape other{8, 8, 9, 9, 3, 1};  // no code of its own
  sparse.Set(other, ConvCase(other, 0.9).weights.data());
  EXPECT_TRUE(sparse.Empty());
}

// The lists follow the weights: of a network pruned, and whole again.
TEST(Network, EvaluatesTheWeightsAsTheyAre) {
  Workspace workspace, scores_space;
  Network network(PlanOf(kAllKinds), 2, BestKernels(), &workspace);
  network.Initialize(0, "test");
  const Batch batch(2, 14, 1);
  float* scores = scores_space.Reserve(2 * 10 * kLanes);
  const auto evaluate = [&] {
    network.Evaluate(batch.images, 2, scores);
    return std::vector<float>(scores, scores + 2 * 10 * kLanes);
  };
  network.PrepareEvaluation();
  const std::vector<float> whole = evaluate();
  const Network::FoldedLayer layer = network.FoldedLayers()[1];
  const std::span<float> weights = network.FoldedWeights().subspan(
      layer.weights, static_cast<size_t>(layer.outputs * layer.each));
  std::fill(weights.begin() + 1, weights.end(), 0.0f);
  const std::vector<float> pruned = evaluate();
  EXPECT_NE(pruned, whole);
  network.PrepareEvaluation();
  EXPECT_EQ(evaluate(), whole);
}

// Central differences of the loss, in some directions: they see every
// parameter, and a wrong term in any gradient shows.
TEST(Network, GradientsAreTheSlopeOfTheLoss) {
  const Plan plan = PlanOf(kAllKinds);
  Workspace workspace;
  Network network(plan, 2, BestKernels(), &workspace);
  network.Initialize(1, "test");
  Batch batch(2, 14, 7);
  double loss = 0;
  ASSERT_TRUE(network.Step(batch.images, batch.labels, &loss));
  const std::vector<float> gradient(network.Gradients().begin(),
                                    network.Gradients().end());
  const std::vector<float> start(network.Parameters().begin(),
                                 network.Parameters().end());
  Rng rng(3);
  for (int direction = 0; direction < 8; ++direction) {
    std::vector<double> along(start.size());
    double slope = 0;
    for (size_t i = 0; i < start.size(); ++i) {
      along[i] = (rng.Next() >> 63 ? 1 : -1);
      // Mostly downhill, so that the slope stands out of the rounding.
      if (rng.Bernoulli(0.5)) along[i] = gradient[i] > 0 ? 1 : -1;
      slope += along[i] * static_cast<double>(gradient[i]);
    }
    constexpr double kStep = 2e-5;
    double losses[2] = {};
    for (const int side : {0, 1}) {
      for (size_t i = 0; i < start.size(); ++i) {
        network.Parameters()[i] =
            static_cast<float>(static_cast<double>(start[i]) +
                               (side == 0 ? -1 : 1) * kStep * along[i]);
      }
      ASSERT_TRUE(network.Step(batch.images, batch.labels, &losses[side]));
    }
    EXPECT_NEAR((losses[1] - losses[0]) / (2 * kStep), slope,
                0.03 * std::abs(slope) + 0.05);
  }
}

TEST(Network, AnImagesScoresDoNotDependOnItsNeighbours) {
  const Plan plan = PlanOf(kAllKinds);
  Workspace workspace;
  Network network(plan, 3, BestKernels(), &workspace);
  network.Initialize(2, "test");
  Batch batch(3, 14, 9);
  ASSERT_TRUE(network.Step(batch.images, batch.labels));
  network.PrepareEvaluation();
  Workspace scratch;
  float* scores = scratch.Reserve(3 * 10 * kLanes);
  network.Evaluate(batch.images, 3, scores);
  // The last image of the last group, alone in the first lane.
  Batch alone(1, 14, 10);
  for (int p = 0; p < 196; ++p) {
    alone.images[p * kLanes] =
        batch.images[(2 * 196 + p) * kLanes + kLanes - 1];
  }
  Workspace other;
  float* one = other.Reserve(10 * kLanes);
  network.Evaluate(alone.images, 1, one);
  for (int k = 0; k < 10; ++k) {
    EXPECT_EQ(one[k * kLanes], scores[(2 * 10 + k) * kLanes + kLanes - 1]);
  }
}

TEST(Network, ASharedEdgeStartsAlikeInDifferentNetworks) {
  Workspace a_space;
  Workspace b_space;
  Network a(PlanOf(kAllKinds), 1, BestKernels(), &a_space);
  Network b(PlanOf("|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|"),
            1, BestKernels(), &b_space);
  a.Initialize(0, "test");
  b.Initialize(0, "test");
  // The stem's 3 x 3 x 8 weights are the first parameters of both.
  EXPECT_TRUE(std::equal(a.Parameters().begin(), a.Parameters().begin() + 72,
                         b.Parameters().begin()));
  b.Initialize(1, "test");
  EXPECT_FALSE(std::equal(a.Parameters().begin(), a.Parameters().begin() + 72,
                          b.Parameters().begin()));
}

TEST(Network, ScoresThatAreNoNumbersStopIt) {
  Workspace workspace;
  Network network(PlanOf(kAllKinds), 1, BestKernels(), &workspace);
  network.Initialize(0, "test");
  network.Parameters().back() = std::nanf("");
  Batch batch(1, 14, 1);
  EXPECT_FALSE(network.Step(batch.images, batch.labels));
}

// Of a network that sees nothing only the shares of the classes can be learnt.
TEST(Network, ADisconnectedOneLearnsTheSharesOfTheClasses) {
  const auto space =
      MakeSpace("nb201@1{cells=1,channels=8,stages=2,stem_stride=2}");
  Workspace workspace;
  std::fill_n(workspace.Reserve(100000), 100000, 7.0f);  // not zeros
  Network network(MakePlan(*space, Architecture(6), {{1, 14, 14}, 10}), 4,
                  BestKernels(), &workspace);
  network.Initialize(0, "test");
  Batch batch(4, 14, 1);
  std::fill(batch.labels.begin(), batch.labels.end(), uint8_t{3});
  std::fill_n(batch.labels.begin(), 16, uint8_t{5});
  double loss = 0;
  for (int step = 0; step < 500; ++step) {
    ASSERT_TRUE(network.Step(batch.images, batch.labels, &loss));
    network.Update(1.0f, 0.9f, 0.0f);
  }
  EXPECT_NEAR(loss, -0.75 * std::log(0.75) - 0.25 * std::log(0.25), 0.01);
  network.PrepareEvaluation();
  std::vector<float> scores(10 * kLanes);
  network.Evaluate(batch.images, 1, scores.data());
  for (int k = 0; k < 10; ++k) {
    for (int l = 1; l < kLanes; ++l) {
      EXPECT_EQ(scores[static_cast<size_t>(k * kLanes + l)],
                scores[static_cast<size_t>(k * kLanes)]);
    }
    EXPECT_LE(scores[static_cast<size_t>(k * kLanes)], scores[3 * kLanes]);
  }
}

}  // namespace
}  // namespace hwnas::derive
