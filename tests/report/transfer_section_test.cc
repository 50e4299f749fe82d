#include "bench/report/transfer_section.h"

#include <nlohmann/json.hpp>

#include "bench/report/html.h"
#include "bench/report/latex.h"
#include "bench/report/report_json.h"
#include "bench/report/transfer_data.h"
#include "bench/report/wording.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/report/made_results.h"
#include "tests/report/made_studies.h"

namespace hwnas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Studies alone.
ReportModel Alone() {
  ReportModel model;
  model.studies = MadeStudies();
  return model;
}

std::vector<std::string> Figures(const Document& document) {
  std::vector<std::string> figures;
  for (const DocumentBlock& block : document.Blocks()) {
    if (block.kind == DocumentBlock::Kind::kFigure) {
      figures.push_back(block.figure);
    }
  }
  return figures;
}

TEST(TransferSection, HasAFigureForEachQuestion) {
  EXPECT_THAT(
      Figures(ReportDocument(Alone())),
      ElementsAre("matrix 0 spearman", "matrix 0 hypervolume_lost", "told 0",
                  "remedies 0", "order 1", "regret 1", "spent 1", "gains 1",
                  "unseen 2 0", "unseen 2 1", "unseen 2 2"));
}

TEST(TransferSection, WhatHasNoPointsIsNotDrawn) {
  ReportModel model = Alone();
  std::get<PlatformStudy>(model.studies[0].study).remedies.clear();
  std::get<SignalStudy>(model.studies[1].study).seconds[0].reset();
  std::get<SignalStudy>(model.studies[1].study).gains.clear();
  model.studies.pop_back();
  EXPECT_THAT(Figures(ReportDocument(model)),
              ElementsAre("matrix 0 spearman", "matrix 0 hypervolume_lost",
                          "told 0", "order 1", "regret 1"));
  std::get<SignalStudy>(model.studies[1].study).transfers.clear();
  EXPECT_THAT(Figures(ReportDocument(model)),
              Not(::testing::Contains("order 1")));
}

TEST(TransferSection, StudiesAloneAreAReport) {
  const std::string text = DocumentToText(ReportDocument(Alone()));
  EXPECT_TRUE(text.starts_with("What transfers\n")) << text;
  EXPECT_THAT(text, HasSubstr("Study: of-platforms (SYNTHETIC)\n"));
  EXPECT_THAT(text, HasSubstr("study of-signals: table '"));
  EXPECT_THAT(text, Not(HasSubstr("Summary")));
  EXPECT_THAT(text, Not(HasSubstr("Wilcoxon")));
}

TEST(TransferSection, StandsBesideResults) {
  MadeResults made;
  const int64_t problem = made.AddProblem(MadeResults::OneObjective("p"));
  made.AddStrategy("s");
  made.AddAnswer(problem, "s", 0, 1, {90});
  ReportModel model = MakeReport(made.Get());
  const std::string without = DocumentToText(ReportDocument(model));
  model.studies = MadeStudies();
  const std::string text = DocumentToText(ReportDocument(model));
  EXPECT_TRUE(text.starts_with("hwnas report\n"));
  const size_t study = text.find("Study: of-platforms");
  EXPECT_LT(text.find("made/p"), study);
  EXPECT_LT(study, text.find("Provenance"));
  // What is said of the results does not change.
  EXPECT_EQ(text.substr(0, study), without.substr(0, study));
  const auto json = nlohmann::json::parse(ReportToJson(model)).at("report");
  EXPECT_EQ(json.at("problems").size(), 1u);
  EXPECT_EQ(json.at("studies").size(), 3u);
  EXPECT_EQ(json.at("studies")[1],
            nlohmann::json::parse(TransferToJson(model.studies[1])));
}

TEST(TransferSection, WithoutResultsThereIsNoDigestOfThem) {
  const auto json = nlohmann::json::parse(ReportToJson(Alone())).at("report");
  EXPECT_TRUE(json.at("results_digest").is_null());
  EXPECT_EQ(json.at("studies")[0].at("table").at("digest").get<std::string>(),
            Alone().studies[0].table_digest);
}

TEST(TransferSection, TheSameStudiesGiveTheSameBytes) {
  const ReportModel one = Alone();
  ReportModel two;
  two.studies = MakeStudies();
  EXPECT_EQ(ReportToHtml(one), ReportToHtml(two));
  EXPECT_EQ(ReportToLatex(one), ReportToLatex(two));
  EXPECT_EQ(ReportToJson(one), ReportToJson(two));
  for (size_t i = 0; i < one.studies.size(); ++i) {
    EXPECT_EQ(TransferToCsv(one.studies[i]), TransferToCsv(two.studies[i]));
  }
}

TEST(TransferSection, NamesStayText) {
  const std::string html = ReportToHtml(Alone(), "");
  EXPECT_THAT(html, HasSubstr("Made &lt;b&gt; 50% &amp; _x_"));
  EXPECT_THAT(html, HasSubstr("<td>&lt;script&gt;$x_1&lt;/script&gt;</td>"));
  EXPECT_THAT(html, Not(HasSubstr("<script>$x_1")));
  EXPECT_THAT(ReportToLatex(Alone()),
              HasSubstr("\\textless{}script\\textgreater{}\\$x\\_1"));
}

}  // namespace
}  // namespace hwnas
