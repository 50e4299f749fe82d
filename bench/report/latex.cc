#include "bench/report/latex.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "bench/report/document.h"
#include "bench/report/latex_axis.h"
#include "bench/report/text_table.h"
#include "bench/report/transfer_latex.h"
#include "bench/report/wording.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Kind = DocumentBlock::Kind;

// A table longer than this would leave its page.
constexpr size_t kRowsOfATable = 40;

constexpr const char* kPreamble = R"tex(\documentclass[a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage[margin=2.5cm]{geometry}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage{pgfplots}
\usepgfplotslibrary{fillbetween}
\pgfplotsset{compat=1.16}
% Colours that colour-blind readers tell apart, and marks beside them.
\definecolor{hwnasA}{HTML}{1F6FB4}
\definecolor{hwnasB}{HTML}{C2481A}
\definecolor{hwnasC}{HTML}{1B8050}
\definecolor{hwnasD}{HTML}{8C3FA0}
\definecolor{hwnasE}{HTML}{866700}
\definecolor{hwnasF}{HTML}{C2306A}
\definecolor{hwnasG}{HTML}{0B7F91}
\definecolor{hwnasH}{HTML}{50565E}
\newcommand{\hwnasfit}[1]{\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{#1}}
% A caption and what it is of stay on one page.
\newenvironment{hwnaskeep}{\begin{minipage}{\linewidth}\setlength{\parskip}{6pt}}{\end{minipage}\par}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\begin{document}
)tex";

// The code point that begins at `*at`, which is moved behind it.
char32_t NextCodePoint(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const uint32_t first = byte((*at)++);
  const int more = first >= 0xf0   ? 3
                   : first >= 0xe0 ? 2
                   : first >= 0xc0 ? 1
                                   : 0;
  char32_t code = more == 0 ? first : first & (0x3fu >> more);
  for (int i = 0; i < more; ++i) {
    if ((byte(*at) & 0xc0) != 0x80) return 0xfffd;
    code = code << 6 | (byte((*at)++) & 0x3f);
  }
  return first >= 0x80 && first < 0xc0 ? char32_t{0xfffd} : code;
}

std::string LatexCharacter(char32_t code) {
  switch (code) {
    case '\\':
      return "\\textbackslash{}";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '"':
      return "\\textquotedbl{}";
    case '\'':
      return "\\textquotesingle{}";
    case '`':
      return "\\textasciigrave{}";
    // Two of them would be a dash.
    case '-':
      return "{-}";
    case '&':
    case '%':
    case '$':
    case '#':
    case '_':
    case '{':
    case '}':
      return std::string("\\") + static_cast<char>(code);
    case 0xb1:
      return "\\textpm{}";
    case 0xd7:
      return "\\texttimes{}";
    default:
      break;
  }
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  return fmt::format("U+{:04X}", static_cast<uint32_t>(code));
}

std::string HeadingText(const DocumentBlock& block) {
  const char* command = block.level == 1   ? "section"
                        : block.level == 2 ? "subsection"
                                           : "subsubsection";
  return fmt::format("\\{}*{{{}}}\n", command, LatexText(block.text));
}

std::string ListText(const DocumentBlock& block) {
  std::string out = "\\begin{itemize}\n";
  for (const std::string& item : block.items) {
    out += "\\item " + LatexText(item) + "\n";
  }
  return out + "\\end{itemize}\n";
}

std::string TableRow(const std::vector<std::string>& cells) {
  std::string out;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += " & ";
    out += LatexText(cells[i]);
  }
  // A row that begins with a bracket is no option of the line end before.
  return "{}" + out + " \\\\\n";
}

std::string TablePart(const DocumentBlock& block, size_t begin, size_t end) {
  std::string columns;
  for (const bool right : NumericColumns(block.header.size(), block.rows)) {
    columns += right ? 'r' : 'l';
  }
  std::string out = "\\hwnasfit{%\n\\begin{tabular}{" + columns + "}\n";
  out += "\\toprule\n" + TableRow(block.header) + "\\midrule\n";
  for (size_t i = begin; i < end; ++i) out += TableRow(block.rows[i]);
  return out + "\\bottomrule\n\\end{tabular}}\n\n";
}

std::string TableText(const DocumentBlock& block) {
  std::string out = "% table\n\\begin{hwnaskeep}\n";
  if (!block.text.empty()) {
    out += "\\textbf{" + LatexText(block.text) + "}\n\n";
  }
  size_t begin = 0;
  do {
    const size_t end = std::min(block.rows.size(), begin + kRowsOfATable);
    out += TablePart(block, begin, end);
    if (begin == 0) out += "\\end{hwnaskeep}\n\n";
    begin = end;
  } while (begin < block.rows.size());
  return out;
}

// --- figures ---------------------------------------------------------------

std::string MeasureName(const ReportMeasure& measure) {
  return measure.unit.empty()
             ? measure.name
             : fmt::format("{} ({})", measure.name, measure.unit);
}

std::string MeasureText(const ReportMeasure& measure) {
  return LatexText(MeasureName(measure));
}

// A strategy looks the same in every figure of a document: by its place among
// all labels, as in the page.
class Looks {
 public:
  explicit Looks(const ReportModel& model) {
    for (const ReportProblem& problem : model.problems) {
      for (const ReportStrategy& strategy : problem.strategies) {
        labels_.push_back(strategy.label);
      }
    }
    std::sort(labels_.begin(), labels_.end());
    labels_.erase(std::unique(labels_.begin(), labels_.end()), labels_.end());
  }

  std::string Colour(const ReportStrategy& strategy) const {
    return LatexColour(Place(strategy));
  }
  std::string Line(const ReportStrategy& strategy) const {
    const size_t i = Place(strategy);
    return LatexColour(i) + ", " + LatexDash(i);
  }
  std::string Mark(const ReportStrategy& strategy) const {
    return fmt::format("mark={}, mark options={{solid}}",
                       LatexMark(Place(strategy)));
  }

 private:
  size_t Place(const ReportStrategy& strategy) const {
    return static_cast<size_t>(
        std::lower_bound(labels_.begin(), labels_.end(), strategy.label) -
        labels_.begin());
  }

  std::vector<std::string> labels_;
};

// The least and greatest of what an axis shows.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // pgfplots adds a tenth at both ends: not below 0 where no value is.
  std::string NotBelowZero(const char* option) const {
    const bool below = low >= 0 && low - 0.1 * (high - low) < 0;
    return below ? fmt::format(", {}=0", option) : "";
  }
};

std::string MeansFigure(const ReportProblem& problem, size_t m) {
  std::vector<std::string> names;
  std::string points;
  Extent extent;
  for (const size_t s : RankBy(problem, m)) {
    const SampleSummary& value = problem.strategies[s].scores[m].value;
    extent.Add(value.low);
    extent.Add(value.high);
    points +=
        fmt::format("({},{}) += ({},0) -= ({},0)\n", value.mean, names.size(),
                    value.high - value.mean, value.mean - value.low);
    names.push_back(problem.strategies[s].label);
  }
  if (names.empty()) return "";
  return LatexAxis(
      fmt::format("xlabel={{{}}}, ytick={{{}}}, yticklabels={{{}}}, y dir="
                  "reverse, ymin=-0.7, ymax={}, xmajorgrids{}",
                  MeasureText(problem.measures[m]), LatexTicks(names.size()),
                  LatexLabels(names), static_cast<double>(names.size()) - 0.3,
                  extent.NotBelowZero("xmin")),
      "\\addplot+[only marks, mark=*, hwnasA, mark options={hwnasA}, error "
      "bars/error bar style={hwnasA}, error "
      "bars/.cd, x dir=both, x explicit] coordinates {\n" +
          points + "};\n",
      MeasureName(problem.measures[m]) + ": mean and 95 % interval");
}

std::string Coordinates(const std::vector<double>& x,
                        const std::vector<double>& y,
                        const std::vector<size_t>& runs) {
  std::string out = " coordinates {";
  for (size_t i = 0; i < x.size(); ++i) {
    if (runs[i] > 0) out += fmt::format("({},{})", x[i], y[i]);
  }
  return out + "};\n";
}

std::string AnytimeFigure(const ReportProblem& problem, size_t m,
                          const Looks& looks, const std::string& caption) {
  std::string content;
  size_t n = 0;
  Extent extent;
  const std::vector<double>& x = problem.axes[0].grid;
  for (const size_t s : problem.ranking) {
    const ReportStrategy& strategy = problem.strategies[s];
    if (strategy.curves.empty() || m >= strategy.curves[0].size()) continue;
    const ReportCurve& curve = strategy.curves[0][m];
    for (size_t i = 0; i < x.size(); ++i) {
      if (curve.runs[i] == 0) continue;
      extent.Add(curve.quartile1[i]);
      extent.Add(curve.quartile3[i]);
    }
    content += fmt::format(
        "\\addplot[draw=none, forget plot, name path=low{}]{}"
        "\\addplot[draw=none, forget plot, name path=high{}]{}"
        "\\addplot[{}, opacity=0.15, forget plot] fill between[of=low{} and "
        "high{}];\n"
        "\\addplot[{}, thick, {}, mark size=1.2pt]{}"
        "\\addlegendentry{{{}}}\n",
        n, Coordinates(x, curve.quartile1, curve.runs), n,
        Coordinates(x, curve.quartile3, curve.runs), looks.Colour(strategy), n,
        n, looks.Line(strategy), looks.Mark(strategy),
        Coordinates(x, curve.median, curve.runs), LatexText(strategy.label));
    ++n;
  }
  return LatexAxis(
      fmt::format("xmode=log, xlabel={{evaluations}}, ylabel={{{}}}, "
                  "ymajorgrids{}",
                  MeasureText(problem.measures[m]),
                  extent.NotBelowZero("ymin")),
      content, caption);
}

std::string TargetsFigure(const ReportProblem& problem, size_t m,
                          const Looks& looks, const std::string& caption) {
  std::string content;
  const std::vector<double>& x = problem.axes[0].grid;
  for (const size_t s : problem.ranking) {
    const ReportStrategy& strategy = problem.strategies[s];
    if (m >= strategy.hits.size()) continue;
    content += fmt::format(
        "\\addplot[{}, thick, const plot, {}, mark size=1.2pt]{}"
        "\\addlegendentry{{{}}}\n",
        looks.Line(strategy), looks.Mark(strategy),
        Coordinates(x, strategy.hits[m].ecdf, std::vector<size_t>(x.size(), 1)),
        LatexText(strategy.label));
  }
  return LatexAxis(
      "xmode=log, xlabel={evaluations}, ylabel={share reached}, ymin=0, "
      "ymax=1, ymajorgrids",
      content, caption);
}

// How steps between points of two scores are drawn, the second on the x axis.
const char* StepMark(const ReportProblem& problem) {
  return problem.scores[1].direction == Direction::kMinimize
             ? "const plot mark left"
             : "const plot mark right";
}

std::string TrueFrontPlot(const ReportProblem& problem) {
  std::vector<std::pair<double, double>> front;
  for (const std::vector<double>& point : problem.true_front) {
    front.emplace_back(point[1], point[0]);
  }
  std::sort(front.begin(), front.end());
  std::string points;
  for (const auto& [x, y] : front) points += fmt::format("({},{})", x, y);
  return fmt::format(
      "\\addplot[dashed, line width=0.8pt, black, {}, mark=none, forget plot] "
      "coordinates {{{}}};\n",
      StepMark(problem), points);
}

// What half of a strategy's runs attain, the second score ascending.
std::string AttainmentPlot(const ReportProblem& problem,
                           const ReportStrategy& strategy, const Looks& looks,
                           Extent* x, Extent* y) {
  const bool least = problem.scores[1].direction == Direction::kMinimize;
  for (const ReportAttainment& of : strategy.attainment) {
    if (of.share != 0.5 || of.first.empty()) continue;
    std::string points;
    for (size_t i = 0; i < of.first.size(); ++i) {
      const size_t at = least ? of.first.size() - 1 - i : i;
      x->Add(of.second[at]);
      y->Add(of.first[at]);
      points += fmt::format("({},{})", of.second[at], of.first[at]);
    }
    return fmt::format(
        "\\addplot[{}, {}, mark=none, forget plot] coordinates {{{}}};\n",
        looks.Line(strategy), StepMark(problem), points);
  }
  return "";
}

// Points of a front that a figure shows: none that would lie on one before it.
std::vector<const ReportFrontPoint*> PointsApart(const ReportProblem& problem,
                                                 const Extent& x,
                                                 const Extent& y) {
  constexpr double kWidth = 350;  // of the axes, about, in points
  constexpr double kHeight = 150;
  constexpr double kApart = 7;
  const auto place = [](double value, const Extent& of, double size) {
    return of.high > of.low ? size * (value - of.low) / (of.high - of.low) : 0;
  };
  std::vector<const ReportFrontPoint*> kept;
  std::vector<std::pair<double, double>> at;
  for (const ReportFrontPoint& point : problem.front) {
    const double px = place(point.scores[1], x, kWidth);
    const double py = place(point.scores[0], y, kHeight);
    const bool near = std::ranges::any_of(at, [&](const auto& other) {
      return std::hypot(other.first - px, other.second - py) < kApart;
    });
    if (near) continue;
    kept.push_back(&point);
    at.emplace_back(px, py);
  }
  return kept;
}

std::string FrontFigure(const ReportProblem& problem, const Looks& looks,
                        const std::string& caption) {
  std::string content;
  const auto label = [&](size_t i) {
    const auto& score = problem.scores[i];
    return LatexText(score.unit.empty()
                         ? score.metric
                         : fmt::format("{} ({})", score.metric, score.unit));
  };
  const bool plane = problem.scores.size() == 2;
  Extent x;
  Extent y;
  for (const ReportFrontPoint& point : problem.front) {
    x.Add(point.scores[1]);
    y.Add(point.scores[0]);
  }
  if (plane) {
    for (const std::vector<double>& point : problem.true_front) {
      x.Add(point[1]);
      y.Add(point[0]);
    }
  }
  for (const size_t s : problem.ranking) {
    const ReportStrategy& strategy = problem.strategies[s];
    content += fmt::format("\\addlegendimage{{{}, {}}}\\addlegendentry{{{}}}\n",
                           looks.Line(strategy), looks.Mark(strategy),
                           LatexText(strategy.label));
    content += AttainmentPlot(problem, strategy, looks, &x, &y);
  }
  std::map<std::optional<size_t>, std::string> points;  // none: of several
  for (const ReportFrontPoint* point : PointsApart(problem, x, y)) {
    std::optional<size_t> only;
    if (point->strategies.size() == 1) only = point->strategies[0];
    points[only] += fmt::format("({},{})", point->scores[1], point->scores[0]);
  }
  for (const auto& [only, of] : points) {
    const std::string look = only ? looks.Colour(problem.strategies[*only]) +
                                        ", " +
                                        looks.Mark(problem.strategies[*only])
                                  : "black!50, mark=*";
    content += fmt::format(
        "\\addplot[only marks, {}, mark size=1.8pt, forget plot] coordinates "
        "{{{}}};\n",
        look, of);
  }
  // Last, so that nothing hides it.
  if (plane && !problem.true_front.empty()) content += TrueFrontPlot(problem);
  return LatexAxis(
      fmt::format("xlabel={{{}}}, ylabel={{{}}}, grid=major{}{}", label(1),
                  label(0), x.NotBelowZero("xmin"), y.NotBelowZero("ymin")),
      content, caption);
}

std::string RanksFigure(const ReportAcross& across,
                        const std::string& caption) {
  std::string content;
  const size_t k = across.labels.size();
  size_t bars = 0;
  size_t last = 0;
  for (size_t i = 0; i < k; ++i) {
    size_t j = i;
    while (j + 1 < k && across.mean_ranks[j + 1] - across.mean_ranks[i] <
                            across.critical_difference) {
      ++j;
    }
    if (j == i || (bars > 0 && j <= last)) continue;
    last = j;
    ++bars;
    content += fmt::format(
        "\\addplot[line width=2pt, black] coordinates {{({},-{})({},-{})}};\n",
        across.mean_ranks[i], 0.5 * static_cast<double>(bars),
        across.mean_ranks[j], 0.5 * static_cast<double>(bars));
  }
  // The best goes deepest: no line crosses the name of one before it.
  const size_t first = 2 + bars / 2;
  for (size_t i = 0; i < k; ++i) {
    content += fmt::format(
        "\\addplot[mark=*, mark size=1.5pt, mark indices=1, black!60] "
        "coordinates {{({},0)({},-{})}} node[anchor=west, font=\\small, "
        "text=black] {{{} {:.2f}}};\n",
        across.mean_ranks[i], across.mean_ranks[i], first + k - 1 - i,
        LatexText(across.labels[i]), across.mean_ranks[i]);
  }
  return LatexAxis(
      fmt::format("xlabel={{mean rank}}, xmin=1, xmax={}, ymin=-{}, "
                  "ymax=0.5, hide y axis, axis x line=top, clip=false",
                  k, first + k),
      content, caption);
}

std::string FigureText(const ReportModel& model, const Looks& looks,
                       const DocumentBlock& block) {
  std::istringstream words(block.figure);
  std::string kind;
  std::string part;
  size_t p = 0;
  size_t m = 0;
  words >> kind >> p;
  if (IsTransferFigure(kind)) {
    HWNAS_CHECK(p < model.studies.size());
    words >> part;
    return TransferFigureToLatex(model.studies[p], kind, part, block.text);
  }
  words >> m;
  if (kind == "ranks") return RanksFigure(*model.across, block.text);
  HWNAS_CHECK(p < model.problems.size());
  const ReportProblem& problem = model.problems[p];
  if (kind == "means") return MeansFigure(problem, m);
  if (kind == "anytime") return AnytimeFigure(problem, m, looks, block.text);
  if (kind == "targets") return TargetsFigure(problem, m, looks, block.text);
  if (kind == "front") return FrontFigure(problem, looks, block.text);
  return "";  // its table says the same
}

}  // namespace

std::string LatexText(std::string_view text) {
  const std::string plain = Quoted(text, ~size_t{0});
  std::string out;
  for (size_t at = 0; at < plain.size();) {
    out += LatexCharacter(NextCodePoint(plain, &at));
  }
  return out;
}

std::string ReportToLatex(const ReportModel& model) {
  std::string out = kPreamble;
  const Looks looks(model);
  const Document document = ReportDocument(model);
  for (const DocumentBlock& block : document.Blocks()) {
    switch (block.kind) {
      case Kind::kHeading:
        out += HeadingText(block);
        break;
      case Kind::kParagraph:
        out += LatexText(block.text) + "\n\n";
        break;
      case Kind::kWarnings:
        out += "\\textbf{Warnings}\n";
        [[fallthrough]];
      case Kind::kList:
        out += ListText(block);
        break;
      case Kind::kTable:
        out += TableText(block);
        break;
      case Kind::kFigure:
        out += FigureText(model, looks, block);
        break;
      case Kind::kBeginDetails:
      case Kind::kEndDetails:
        break;
    }
  }
  return out + "\\end{document}\n";
}

}  // namespace hwnas
