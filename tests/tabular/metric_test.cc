#include "tabular/metric.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace hwnas {
namespace {

std::string Refusal(const std::string& text) {
  try {
    Metric::Parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUsage);
    return error.what();
  }
  ADD_FAILURE() << "'" << text << "' was accepted";
  return "";
}

TEST(Metric, TextFormsOfTheDesignComeBackUnchanged) {
  for (const char* text : {
           "accuracy:cifar10/val/e12",
           "accuracy:cifar10/val/e12of200",
           "accuracy:cifar10/test/e200;train=half",
           "accuracy:fashion-mnist/val/e6;bits=8",
           "accuracy:fashion-mnist/val/e6n2500",
           "latency@pixel3",
           "latency@1080ti_32",
           "energy@eyeriss",
           "power@x;stat=peak",
           "params:cifar100",
           "macs",
           "macs;graph=effective",
           "flops;rule=paper",
           "score;proxy=naswot",
           "train-seconds:cifar10/e200",
           "accuracy:val",
           "accuracy:e12",
           "accuracy:imagenet16-120/valtest/e200;bits=8;sparsity=12.5",
       }) {
    EXPECT_EQ(Metric::Parse(text).Text(), text);
  }
}

TEST(Metric, PartsAreTakenApart) {
  const Metric metric =
      Metric::Parse("accuracy@x:cifar10/val/e12of200n100;train=half;bits=8");
  EXPECT_EQ(metric.quantity, "accuracy");
  EXPECT_EQ(metric.platform, "x");
  EXPECT_EQ(metric.dataset, "cifar10");
  EXPECT_EQ(metric.split, "val");
  EXPECT_EQ(metric.fidelity, (Fidelity{12, 200, 100}));
  EXPECT_EQ(metric.qualifiers.at("bits"), "8");
  EXPECT_EQ(metric.Text(),
            "accuracy@x:cifar10/val/e12of200n100;bits=8;train=half");
}

TEST(Metric, WhatIsNoMetricIsRefusedWithAReason) {
  EXPECT_NE(Refusal("acuracy:cifar10").find("did you mean 'accuracy'"),
            std::string::npos);
  EXPECT_NE(Refusal("").find("unknown quantity"), std::string::npos);
  EXPECT_NE(Refusal("accuracy:cifar10//e12").find("empty part"),
            std::string::npos);
  EXPECT_NE(Refusal("accuracy:cifar10/vall").find("neither a split"),
            std::string::npos);
  EXPECT_NE(Refusal("accuracy:val/test").find("split"), std::string::npos);
  EXPECT_NE(Refusal("accuracy:e12/val").find("split behind"),
            std::string::npos);
  EXPECT_NE(Refusal("accuracy:e12/e13").find("two fidelities"),
            std::string::npos);
  EXPECT_NE(Refusal("accuracy:CIFAR10").find("data set"), std::string::npos);
  EXPECT_NE(Refusal("latency@").find("platform"), std::string::npos);
  EXPECT_NE(Refusal("latency@a b").find("platform"), std::string::npos);
  EXPECT_NE(Refusal("macs;grph=effective").find("did you mean 'graph'"),
            std::string::npos);
  EXPECT_NE(Refusal("macs;graph").find("without '='"), std::string::npos);
  EXPECT_NE(Refusal("macs;graph=").find("effective or full"),
            std::string::npos);
  EXPECT_NE(Refusal("accuracy;bits=8;bits=8").find("twice"), std::string::npos);
  EXPECT_NE(Refusal("accuracy;bits=08").find("whole number"),
            std::string::npos);
  EXPECT_NE(Refusal("accuracy;sparsity=101").find("0 to 100"),
            std::string::npos);
  EXPECT_NE(Refusal("accuracy:" + std::string(1000, 'a')).find("too long"),
            std::string::npos);
}

TEST(Metric, FidelitiesAreRefusedWhereTheyHaveTwoTexts) {
  for (const char* text : {"", "e", "e0", "e012", "e200of200", "e200of12",
                           "e12of", "n", "n0", "e12n", "e99999999999", "x"}) {
    EXPECT_THROW(Fidelity::Parse(text), Error) << text;
    EXPECT_FALSE(Fidelity::Looks(text)) << text;
  }
  EXPECT_EQ(Fidelity::Parse("n2500"), (Fidelity{0, 0, 2500}));
}

TEST(Metric, DefaultsFillWhatTheQuantityDependsOn) {
  const MetricDefaults defaults{"cifar10", "val", Fidelity::Parse("e200")};
  const auto complete = [&](const char* text) {
    return CompleteMetric(Metric::Parse(text), defaults).Text();
  };
  EXPECT_EQ(complete("accuracy"), "accuracy:cifar10/val/e200");
  EXPECT_EQ(complete("accuracy:cifar10/test"), "accuracy:cifar10/test/e200");
  EXPECT_EQ(complete("accuracy:cifar100/e12"), "accuracy:cifar100/val/e12");
  EXPECT_EQ(complete("train-seconds"), "train-seconds:cifar10/e200");
  EXPECT_EQ(complete("latency@pixel3"), "latency@pixel3:cifar10");
  EXPECT_EQ(complete("latency@pixel3:cifar10"), "latency@pixel3:cifar10");
  EXPECT_EQ(complete("macs;graph=effective"), "macs:cifar10;graph=effective");
  EXPECT_EQ(complete("params:cifar100"), "params:cifar100");
  EXPECT_EQ(complete("area@x"), "area@x");
}

TEST(Metric, ShortTextCompletesToTheSameMetric) {
  const MetricDefaults defaults{"cifar10", "val", Fidelity::Parse("e200")};
  for (const auto& [text, shortest] :
       {std::pair{"accuracy:cifar10/val/e200", "accuracy"},
        std::pair{"accuracy:cifar10/test/e200", "accuracy:test"},
        std::pair{"accuracy:cifar100/val/e12", "accuracy:cifar100/e12"},
        std::pair{"latency@pixel3:cifar10", "latency@pixel3"},
        std::pair{"params:cifar100", "params:cifar100"}}) {
    const Metric metric = Metric::Parse(text);
    EXPECT_EQ(ShortText(metric, defaults), shortest);
    EXPECT_EQ(CompleteMetric(Metric::Parse(shortest), defaults), metric);
  }
}

TEST(Metric, ListsAreSorted) {
  EXPECT_TRUE(std::is_sorted(
      Quantities().begin(), Quantities().end(),
      [](const auto& a, const auto& b) { return a.name < b.name; }));
  EXPECT_TRUE(std::is_sorted(QualifierKeys().begin(), QualifierKeys().end()));
}

TEST(Metric, OriginsAndReasonsHaveNames) {
  for (const Origin origin :
       {Origin::kMeasured, Origin::kSimulated, Origin::kLookup,
        Origin::kAnalytic, Origin::kPredicted}) {
    EXPECT_EQ(ParseOrigin(OriginName(origin)), origin);
  }
  for (int i = 0; i <= static_cast<int>(Missing::kDiverged); ++i) {
    const auto reason = static_cast<Missing>(i);
    EXPECT_EQ(ParseMissing(MissingName(reason)), reason);
  }
  EXPECT_STREQ(MissingName(Missing::kDidNotCompile), "did not compile");
  EXPECT_THROW(ParseOrigin("guessed"), Error);
  EXPECT_THROW(ParseMissing("-1"), Error);
}

}  // namespace
}  // namespace hwnas
