#include "bench/report/transfer_latex.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "bench/report/latex.h"
#include "bench/report/latex_axis.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

// Names from top to bottom.
std::string NamedRows(const std::vector<std::string>& names) {
  return fmt::format(
      "ytick={{{}}}, yticklabels={{{}}}, y dir=reverse, ymin=-0.6, ymax={}, "
      "height={}cm, ",
      LatexTicks(names.size()), LatexLabels(names),
      static_cast<double>(names.size()) - 0.4,
      2.5 + 0.75 * static_cast<double>(names.size()));
}

std::string MatrixFigure(const PlatformStudy& study, bool correlation,
                         const std::string& caption) {
  const size_t n = study.settings.size();
  std::vector<std::string> names;
  for (const StudySetting& setting : study.settings) {
    names.push_back(setting.id);
  }
  double low = correlation ? 1 : 0;
  double high = correlation ? 1 : 0;
  std::string points;
  for (size_t from = 0; from < n; ++from) {
    for (size_t to = 0; to < n; ++to) {
      const double value =
          correlation ? study.rho[from * n + to]
                      : 100 * study.Transfer(from, to).hypervolume_lost;
      low = std::min(low, value);
      high = std::max(high, value);
      points += fmt::format("({},{}) [{}]\n", to, from, value);
    }
  }
  return LatexAxis(
      fmt::format(
          "width=0.8\\linewidth, height={}cm, enlargelimits=false, axis on "
          "top, tick style={{draw=none}}, xtick={{{}}}, xticklabels={{{}}}, "
          "x tick label style={{rotate=90, font=\\tiny}}, xtick pos=top, "
          "xticklabel pos=top, ytick={{{}}}, yticklabels={{{}}}, y tick label "
          "style={{font=\\tiny}}, y dir=reverse, colorbar, "
          "colorbar style={{title={}}}, "
          "colormap={{hwnas}}{{color=(black!4) color=({})}}, point meta "
          "min={}, point meta max={}",
          3 + 0.33 * static_cast<double>(n), LatexTicks(n), LatexLabels(names),
          LatexTicks(n), LatexLabels(names), correlation ? "" : "\\%",
          LatexColour(correlation ? 0 : 1), low, high == low ? low + 1 : high),
      fmt::format("\\addplot[matrix plot*, mesh/cols={}, point meta=explicit] "
                  "coordinates {{\n{}}};\n",
                  n, points),
      caption);
}

std::string ToldFigure(const PlatformStudy& study, const std::string& caption) {
  std::string points;
  for (const DeviceTransfer& t : study.device_transfers) {
    if (t.from == t.to) continue;
    points += fmt::format("({},{})\n", t.rho, 100 * t.hypervolume_lost);
  }
  return LatexAxis(
      "xlabel={rank correlation}, ylabel={hypervolume lost (\\%)}, grid=major",
      "\\addplot[only marks, mark=*, mark size=1.2pt, hwnasA, opacity=0.6] "
      "coordinates {\n" +
          points + "};\n",
      caption);
}

std::string RemediesFigure(const PlatformStudy& study,
                           const std::string& caption) {
  std::vector<std::string> names;
  std::string marks;
  std::string means;
  for (size_t i = 0; i < study.remedies.size(); ++i) {
    const Remedy& remedy = study.remedies[i];
    names.push_back(fmt::format("{}: {}", remedy.name, remedy.measurements));
    for (const double lost : remedy.lost) {
      marks += fmt::format("({},{})\n", 100 * lost, i);
    }
    means += fmt::format("({},{})\n", 100 * Mean(remedy.lost), i);
  }
  return LatexAxis(
      NamedRows(names) +
          "width=0.6\\linewidth, yticklabel style={text width=5cm, "
          "align=right}, xlabel={hypervolume lost (\\%)}, xmajorgrids",
      "\\addplot[only marks, mark=|, hwnasA] coordinates {\n" + marks +
          "};\n\\addplot[only marks, mark=*, black] coordinates {\n" + means +
          "};\n",
      caption);
}

// Beside the others of its row.
double Beside(size_t row, size_t target, size_t targets) {
  const auto count = static_cast<double>(targets);
  return static_cast<double>(row) +
         0.6 * (static_cast<double>(target) - (count - 1) / 2) / count;
}

std::string Series(size_t colour, const std::string& mark,
                   const std::string& name, const std::string& points) {
  if (points.empty()) return "";
  return fmt::format(
      "\\addplot[only marks, {}, mark={}] coordinates {{\n{}}};\n"
      "\\addlegendentry{{{}}}\n",
      LatexColour(colour), mark, points, LatexText(name));
}

std::string OrderFigure(const SignalStudy& study, const std::string& caption) {
  std::string content;
  const size_t targets = study.targets.size();
  for (size_t t = 0; t < targets; ++t) {
    std::string all;
    std::string elite;
    for (const SignalTransfer& of : study.transfers) {
      if (of.target != t) continue;
      const double y = Beside(of.signal, t, targets);
      if (of.kendall) all += fmt::format("({},{})\n", *of.kendall, y);
      if (of.elite_kendall) {
        elite += fmt::format("({},{})\n", *of.elite_kendall, y);
      }
    }
    content += Series(t, "*", study.targets[t], all);
    content += Series(t, "diamond", study.targets[t] + ", its best", elite);
  }
  return LatexAxis(
      NamedRows(study.signals) +
          "width=0.7\\linewidth, xlabel={Kendall's tau}, grid=major",
      content, caption);
}

std::string RegretFigure(const SignalStudy& study, const std::string& caption) {
  std::string content;
  const size_t targets = study.targets.size();
  for (size_t t = 0; t < targets; ++t) {
    std::string points;
    for (const SignalTransfer& of : study.transfers) {
      if (of.target != t) continue;
      points += fmt::format("({},{})\n", of.choices[0].regret,
                            Beside(of.signal, t, targets));
    }
    content += Series(t, LatexMark(t), study.targets[t], points);
  }
  return LatexAxis(
      NamedRows(study.signals) +
          fmt::format(
              "width=0.7\\linewidth, xlabel={{regret, best of the first "
              "{}}}, grid=major",
              study.transfers[0].choices[0].k),
      content, caption);
}

std::string SpentFigure(const SignalStudy& study, const std::string& caption) {
  std::string content;
  for (size_t t = 0; t < study.targets.size(); ++t) {
    std::string points;
    for (const SignalTransfer& of : study.transfers) {
      const std::optional<double>& seconds = study.seconds[of.signal];
      if (of.target != t || !of.kendall || !(seconds > 0.0)) continue;
      points += fmt::format("({},{})\n", *seconds, *of.kendall);
    }
    content += Series(t, LatexMark(t), study.targets[t], points);
  }
  return LatexAxis(
      "xmode=log, xlabel={simulated seconds an architecture}, "
      "ylabel={Kendall's tau}, grid=major",
      content, caption);
}

// A mean with its interval, as an error bar along x.
std::string IntervalPoint(const Interval& interval, double y) {
  return fmt::format("({},{}) += ({},0) -= ({},0)\n", interval.mean, y,
                     interval.high - interval.mean,
                     interval.mean - interval.low);
}

std::string IntervalPlot(size_t colour, const std::string& points) {
  return fmt::format(
      "\\addplot[only marks, {0}, mark={1}, error bars/error bar "
      "style={{{0}}}, error bars/.cd, x dir=both, x explicit] coordinates "
      "{{\n{2}}};\n",
      LatexColour(colour), LatexMark(colour), points);
}

std::string GainsFigure(const SignalStudy& study, const std::string& caption) {
  std::vector<std::string> names;
  std::string points;
  for (const Gain& gain : study.gains) {
    points += IntervalPoint(gain.difference, static_cast<double>(names.size()));
    names.push_back(gain.name);
  }
  return LatexAxis(
      NamedRows(names) +
          "width=0.6\\linewidth, yticklabel style={text width=5cm, "
          "align=right}, xlabel={difference}, xmajorgrids, extra x ticks={0}, "
          "extra x tick style={grid style={black}}",
      IntervalPlot(0, points), caption);
}

std::string UnseenFigure(const DataSetStudy& study, size_t data_set,
                         const std::string& caption) {
  std::vector<std::string> names;
  std::vector<uint64_t> samples;
  for (const DataSetMethod& method : study.methods) {
    names.push_back(method.name);
  }
  for (const DataSetFigure& figure : study.figures) {
    if (study.methods[figure.method].learns &&
        std::find(samples.begin(), samples.end(), figure.samples) ==
            samples.end()) {
      samples.push_back(figure.samples);
    }
  }
  std::sort(samples.begin(), samples.end());
  const auto series = [&](size_t colour, const std::string& name,
                          auto&& belongs, size_t place, size_t places) {
    std::string points;
    for (const DataSetFigure& figure : study.figures) {
      if (figure.data_set != data_set || !belongs(figure)) continue;
      points += IntervalPoint(figure.tau, Beside(figure.method, place, places));
    }
    if (points.empty()) return std::string();
    return IntervalPlot(colour, points) +
           fmt::format("\\addlegendentry{{{}}}\n", LatexText(name));
  };
  std::string content = series(
      0, "order of the others",
      [&](const DataSetFigure& f) { return !study.methods[f.method].learns; },
      0, 1);
  for (size_t i = 0; i < samples.size(); ++i) {
    content += series(
        i + 1, fmt::format("{} samples", samples[i]),
        [&](const DataSetFigure& f) {
          return study.methods[f.method].learns && f.samples == samples[i];
        },
        i, samples.size());
  }
  return LatexAxis(NamedRows(names) +
                       "width=0.6\\linewidth, yticklabel style={text "
                       "width=5cm, align=right}, xlabel={Kendall's tau}, "
                       "grid=major",
                   content, caption);
}

}  // namespace

bool IsTransferFigure(const std::string& kind) {
  return kind == "matrix" || kind == "told" || kind == "remedies" ||
         kind == "order" || kind == "regret" || kind == "spent" ||
         kind == "gains" || kind == "unseen";
}

std::string TransferFigureToLatex(const TransferAnswer& answer,
                                  const std::string& kind,
                                  const std::string& part,
                                  const std::string& caption) {
  if (const auto* study = std::get_if<PlatformStudy>(&answer.study)) {
    if (kind == "told") return ToldFigure(*study, caption);
    if (kind == "remedies") return RemediesFigure(*study, caption);
    HWNAS_CHECK(kind == "matrix");
    return MatrixFigure(*study, part == "spearman", caption);
  }
  if (const auto* study = std::get_if<SignalStudy>(&answer.study)) {
    if (kind == "regret") return RegretFigure(*study, caption);
    if (kind == "spent") return SpentFigure(*study, caption);
    if (kind == "gains") return GainsFigure(*study, caption);
    HWNAS_CHECK(kind == "order");
    return OrderFigure(*study, caption);
  }
  HWNAS_CHECK(kind == "unseen");
  return UnseenFigure(std::get<DataSetStudy>(answer.study),
                      static_cast<size_t>(std::stoul(part)), caption);
}

}  // namespace hwnas
