#include "bench/report/latex.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/report/made_results.h"
#include "tests/report/made_studies.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;

ReportModel Sample() {
  MadeResults made;
  const std::string markup = "50% & <b>_#$^~\\{x} \xe4\xb8\xad";
  for (const char* name : {"p", "q"}) {
    const int64_t one = made.AddProblem(MadeResults::OneObjective(name));
    uint16_t architecture = 0;
    for (const std::string& label :
         {std::string("a"), markup, std::string("[c]")}) {
      made.AddStrategy(label);
      for (uint64_t r = 0; r < 3; ++r) {
        ++architecture;
        made.AddAnswer(one, label, r, architecture, {90.0 + architecture});
      }
    }
  }
  ResultsProblem stated = MadeResults::TwoObjectives("two");
  stated.true_front = {{89, 2}, {93, 6}};
  const int64_t two = made.AddProblem(stated);
  for (const std::string& label :
       {std::string("a"), markup, std::string("[c]")}) {
    for (uint64_t r = 0; r < 3; ++r) {
      made.AddRun(two, label, r, {{1, {90.0, 4.0}}, {2, {92.0, 8.0}}}, {0, 1});
    }
  }
  ReportModel model = MakeReport(made.Get());
  model.studies = MadeStudies();
  return model;
}

TEST(LatexText, IsSetAsItStands) {
  EXPECT_EQ(LatexText("a_b & 5 %"), "a\\_b \\& 5 \\%");
  EXPECT_EQ(LatexText("\\x{1}"), "\\textbackslash{}x\\{1\\}");
  EXPECT_EQ(LatexText("--"), "{-}{-}");
  EXPECT_EQ(LatexText("\xc2\xb1 \xe4\xb8\xad"), "\\textpm{} U+4E2D");
  EXPECT_EQ(LatexText("<\x1b>"),
            "\\textless{}\\textbackslash{}x1b"
            "\\textgreater{}");
}

TEST(ReportLatex, HasTablesAndFigures) {
  const std::string latex = ReportToLatex(Sample());
  EXPECT_THAT(latex, HasSubstr("\\toprule\n{}strategy & runs & mean"));
  EXPECT_THAT(latex, HasSubstr("\\addplot+[only marks"));
  EXPECT_THAT(latex, HasSubstr("xlabel={mean rank}"));
  EXPECT_THAT(latex, HasSubstr("coordinates {(2,89)(6,93)}"));
  EXPECT_THAT(latex, HasSubstr("\\addplot[matrix plot*, mesh/cols=3,"));
  EXPECT_THAT(latex, HasSubstr("xlabel={regret, best of the first 1}"));
  EXPECT_THAT(latex, HasSubstr("\\addlegendentry{20 samples}"));
  EXPECT_THAT(latex, HasSubstr("extra x ticks={0}"));
  EXPECT_THAT(latex, HasSubstr("50\\% \\& \\textless{}b\\textgreater{}\\_\\#"));
  EXPECT_TRUE(latex.ends_with("\\end{document}\n"));
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(ReportLatex, AStrategyLooksTheSameInEveryFigure) {
  MadeResults made;
  const int64_t p = made.AddProblem(MadeResults::OneObjective("p"));
  const int64_t q = made.AddProblem(MadeResults::OneObjective("q"));
  made.AddStrategy("a");
  made.AddStrategy("b");
  // Each leads once.
  made.AddAnswer(p, "a", 0, 1, {90.0});
  made.AddAnswer(p, "b", 0, 2, {91.0});
  made.AddAnswer(q, "a", 0, 2, {91.0});
  made.AddAnswer(q, "b", 0, 1, {90.0});
  const std::string latex = ReportToLatex(MakeReport(made.Get()));
  // Progress and targets of two problems.
  const std::string a = "\\addplot[hwnasA, solid, thick,";
  const std::string b =
      "\\addplot[hwnasB, dash pattern=on 6pt off 2.5pt, thick,";
  EXPECT_EQ(CountOf(latex, a), 4u);
  EXPECT_EQ(CountOf(latex, b), 4u);
  const size_t second = latex.find("\\subsection*{made/q}");
  ASSERT_NE(second, std::string::npos);
  EXPECT_GT(latex.find(a), latex.find(b));
  EXPECT_LT(latex.find(a, second), latex.find(b, second));
}

TEST(ReportLatex, AxesDoNotBeginBelowZeroWhereNoValueIs) {
  MadeResults made;
  const int64_t near = made.AddProblem(MadeResults::TwoObjectives("near"));
  const int64_t far = made.AddProblem(MadeResults::TwoObjectives("far"));
  made.AddStrategy("s");
  made.AddRun(near, "s", 0, {{1, {90.0, 0.1}}, {2, {92.0, 8.0}}}, {0, 1});
  made.AddRun(far, "s", 0, {{3, {90.0, 6.0}}, {2, {92.0, 8.0}}}, {0, 1});
  const std::string latex = ReportToLatex(MakeReport(made.Get()));
  EXPECT_EQ(CountOf(latex, "xlabel={latency@pixel3 (ms)}, ylabel="), 2u);
  EXPECT_EQ(CountOf(latex, "grid=major, xmin=0]"), 1u);
  EXPECT_GT(latex.find("grid=major, xmin=0]"), latex.find("made/near}"));
}

TEST(ReportLatex, APointOfTheFrontIsOneMarkAndTheTrueFrontLiesOnTop) {
  MadeResults made;
  ResultsProblem stated = MadeResults::TwoObjectives("p");
  stated.true_front = {{89, 2}, {93, 6}};
  const int64_t problem = made.AddProblem(stated);
  made.AddStrategy("s");
  made.AddStrategy("t");
  made.AddRun(problem, "s", 0, {{1, {90.0, 4.0}}, {2, {92.0, 8.0}}}, {0, 1});
  made.AddRun(problem, "t", 0, {{1, {90.0, 4.0}}}, {0});
  const std::string latex = ReportToLatex(MakeReport(made.Get()));
  const std::string shared =
      "\\addplot[only marks, black!50, mark=*, mark size=1.8pt, forget plot] "
      "coordinates {(4,90)};";
  const std::string own =
      "\\addplot[only marks, hwnasA, mark=*, mark options={solid}, mark "
      "size=1.8pt, forget plot] coordinates {(8,92)};";
  EXPECT_THAT(latex, HasSubstr(shared));
  EXPECT_THAT(latex, HasSubstr(own));
  EXPECT_GT(latex.find("coordinates {(2,89)(6,93)}"), latex.find(own));
  EXPECT_EQ(CountOf(latex, "\\addplot[only marks, "), 2u);
}

TEST(ReportLatex, ACaptionStaysWithItsTable) {
  const std::string latex = ReportToLatex(Sample());
  EXPECT_EQ(CountOf(latex, "\\begin{hwnaskeep}\n\\textbf{"),
            CountOf(latex, "% table\n"));
  EXPECT_GT(CountOf(latex, "% table\n"), 0u);
}

TEST(ReportLatex, Compiles) {
  if (std::system("kpsewhich pgfplots.sty booktabs.sty >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no TeX with pgfplots and booktabs (Debian: "
                    "texlive-pictures, texlive-latex-recommended)";
  }
  const TempDir folder;
  WriteBytes(folder.Path("r.tex"), ReportToLatex(Sample()));
  const int status = std::system(
      ("cd '" + folder.Path("") +
       "' && pdflatex -halt-on-error -interaction=nonstopmode r.tex >out 2>&1")
          .c_str());
  EXPECT_EQ(status, 0) << ReadBytes(folder.Path("out"));
}

}  // namespace
}  // namespace hwnas
