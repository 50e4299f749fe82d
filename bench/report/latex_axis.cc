#include "bench/report/latex_axis.h"

#include <fmt/format.h>

#include <iterator>

#include "bench/report/latex.h"

namespace hwnas {
namespace {

constexpr const char* kMarks[] = {"*",        "square*", "triangle*",
                                  "diamond*", "x",       "+"};

// As in the page; eight of one colour apart still differ.
constexpr const char* kDashes[] = {
    "solid", "dash pattern=on 6pt off 2.5pt", "dash pattern=on 1.5pt off 1.5pt",
    "dash pattern=on 7pt off 2pt on 1.5pt off 2pt"};

}  // namespace

std::string LatexAxis(const std::string& options, const std::string& content,
                      const std::string& caption) {
  return fmt::format(
      "% figure\n\\begin{{center}}\n"
      "\\begin{{minipage}}{{\\linewidth}}\\centering\n"
      "\\begin{{tikzpicture}}\n"
      "\\begin{{axis}}[width=0.85\\linewidth, height=6.5cm, "
      "label style={{font=\\small}}, tick label style={{font=\\small}}, "
      "legend style={{font=\\small, draw=none, at={{(0.5,-0.22)}}, "
      "anchor=north, legend columns=3}}, {}]\n{}\\end{{axis}}\n"
      "\\end{{tikzpicture}}\n\n\\small {}\n"
      "\\end{{minipage}}\n\\end{{center}}\n",
      options, content, LatexText(caption));
}

std::string LatexColour(size_t i) {
  return fmt::format("hwnas{}", static_cast<char>('A' + i % 8));
}

std::string LatexDash(size_t i) {
  return kDashes[(i / 8 + i) % std::size(kDashes)];
}

std::string LatexMark(size_t i) { return kMarks[i % std::size(kMarks)]; }

std::string LatexTicks(size_t count) {
  std::string ticks;
  for (size_t i = 0; i < count; ++i) {
    ticks += fmt::format("{}{}", i > 0 ? "," : "", i);
  }
  return ticks;
}

std::string LatexLabels(const std::vector<std::string>& names) {
  std::string labels;
  for (const std::string& name : names) {
    labels += (labels.empty() ? "{" : ",{") + LatexText(name) + "}";
  }
  return labels;
}

}  // namespace hwnas
