#include "bench/report/latex_axis.h"

#include <fmt/format.h>

#include <iterator>

#include "bench/report/latex.h"

namespace hwnas {
namespace {

constexpr const char* kMarks[] = {"*",        "square*", "triangle*",
                                  "diamond*", "x",       "+"};

}  // namespace

std::string LatexAxis(const std::string& options, const std::string& content,
                      const std::string& caption) {
  return fmt::format(
      "% figure\n\\begin{{center}}\n\\begin{{tikzpicture}}\n"
      "\\begin{{axis}}[width=0.85\\linewidth, height=6.5cm, "
      "label style={{font=\\small}}, tick label style={{font=\\small}}, "
      "legend style={{font=\\small, draw=none, at={{(0.5,-0.22)}}, "
      "anchor=north, legend columns=3}}, {}]\n{}\\end{{axis}}\n"
      "\\end{{tikzpicture}}\n\n\\small {}\n\\end{{center}}\n",
      options, content, LatexText(caption));
}

std::string LatexColour(size_t i) {
  return fmt::format("hwnas{}", static_cast<char>('A' + i % 8));
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
