#include "bench/report/document.h"

#include <string_view>

#include "bench/report/text_table.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Kind = DocumentBlock::Kind;

constexpr size_t kNoLimit = ~size_t{0};

std::string Plain(std::string_view text) { return Quoted(text, kNoLimit); }

std::string MarkdownText(std::string_view text) {
  static constexpr std::string_view kMarkup = "\\`*_{}[]<>#|~&!";
  std::string out;
  for (const char c : Plain(text)) {
    if (kMarkup.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::vector<std::string> PlainCells(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Plain(cell);
  return cells;
}

std::string TextOfTable(const DocumentBlock& block) {
  TextTable table(PlainCells(block.header));
  for (const auto& row : block.rows) table.AddRow(PlainCells(row));
  return table.Text("  ");
}

std::string MarkdownTable(const DocumentBlock& block) {
  std::string out;
  const auto add = [&out](const std::vector<std::string>& cells) {
    out += "|";
    for (const std::string& cell : cells)
      out += " " + MarkdownText(cell) + " |";
    out += "\n";
  };
  add(block.header);
  out += "|";
  for (const bool right : NumericColumns(block.header.size(), block.rows))
    out += right ? "---:|" : "---|";
  out += "\n";
  for (const auto& row : block.rows) add(row);
  return out;
}

std::string HtmlText(std::string_view text) {
  std::string out;
  for (const char c : Plain(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

constexpr const char* kHtmlStyle = R"css(
:root { color-scheme: light dark; --line: #8886; --head: #8882; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem;
       max-width: 75rem; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.25rem; margin-top: 2.5rem; border-bottom: 1px solid
     var(--line); }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line);
         text-align: left; vertical-align: top; }
th { background: var(--head); }
.n { text-align: right; white-space: nowrap; }
)css";

std::string HtmlTable(const DocumentBlock& block) {
  const std::vector<bool> numeric =
      NumericColumns(block.header.size(), block.rows);
  std::string out = "<div class=\"table\" tabindex=\"0\"><table>\n";
  if (!block.text.empty()) {
    out += "<caption>" + HtmlText(block.text) + "</caption>\n";
  }
  const auto add = [&](const std::vector<std::string>& cells,
                       const std::string& tag, const std::string& scope) {
    out += "<tr>";
    for (size_t i = 0; i < cells.size(); ++i) {
      out += "<" + tag + scope + (numeric[i] ? " class=\"n\">" : ">");
      out += HtmlText(cells[i]) + "</" + tag + ">";
    }
    out += "</tr>\n";
  };
  out += "<thead>";
  add(block.header, "th", " scope=\"col\"");
  out += "</thead>\n<tbody>\n";
  for (const auto& row : block.rows) add(row, "td", "");
  return out + "</tbody></table></div>\n";
}

std::string HtmlBlock(const DocumentBlock& block) {
  switch (block.kind) {
    case Kind::kHeading: {
      const std::string tag = "h" + std::to_string(block.level);
      return "<" + tag + ">" + HtmlText(block.text) + "</" + tag + ">\n";
    }
    case Kind::kParagraph:
      return "<p>" + HtmlText(block.text) + "</p>\n";
    case Kind::kList: {
      std::string out = "<ul>\n";
      for (const std::string& item : block.items) {
        out += "<li>" + HtmlText(item) + "</li>\n";
      }
      return out + "</ul>\n";
    }
    case Kind::kTable:
      return HtmlTable(block);
  }
  return "";
}

}  // namespace

void Document::Heading(int level, std::string text) {
  DocumentBlock block;
  block.kind = Kind::kHeading;
  block.level = level;
  block.text = std::move(text);
  blocks_.push_back(std::move(block));
}

void Document::Paragraph(std::string text) {
  DocumentBlock block;
  block.text = std::move(text);
  blocks_.push_back(std::move(block));
}

void Document::List(std::vector<std::string> items) {
  if (items.empty()) return;
  DocumentBlock block;
  block.kind = Kind::kList;
  block.items = std::move(items);
  blocks_.push_back(std::move(block));
}

void Document::Table(std::string caption, std::vector<std::string> header,
                     std::vector<std::vector<std::string>> rows) {
  DocumentBlock block;
  block.kind = Kind::kTable;
  block.text = std::move(caption);
  for (const auto& row : rows) HWNAS_CHECK(row.size() == header.size());
  block.header = std::move(header);
  block.rows = std::move(rows);
  blocks_.push_back(std::move(block));
}

std::string DocumentToText(const Document& document) {
  std::string out;
  for (const DocumentBlock& block : document.Blocks()) {
    if (!out.empty()) out += "\n";
    switch (block.kind) {
      case Kind::kHeading: {
        const std::string text = Plain(block.text);
        out += text + "\n";
        out +=
            std::string(TextWidth(text), block.level == 1 ? '=' : '-') + "\n";
        break;
      }
      case Kind::kParagraph:
        out += Plain(block.text) + "\n";
        break;
      case Kind::kList:
        for (const std::string& item : block.items) {
          out += "* " + Plain(item) + "\n";
        }
        break;
      case Kind::kTable:
        if (!block.text.empty()) out += Plain(block.text) + "\n";
        out += TextOfTable(block);
        break;
    }
  }
  return out;
}

std::string DocumentToMarkdown(const Document& document) {
  std::string out;
  for (const DocumentBlock& block : document.Blocks()) {
    if (!out.empty()) out += "\n";
    switch (block.kind) {
      case Kind::kHeading:
        out += std::string(static_cast<size_t>(block.level), '#') + " " +
               MarkdownText(block.text) + "\n";
        break;
      case Kind::kParagraph:
        out += MarkdownText(block.text) + "\n";
        break;
      case Kind::kList:
        for (const std::string& item : block.items) {
          out += "- " + MarkdownText(item) + "\n";
        }
        break;
      case Kind::kTable:
        if (!block.text.empty()) out += MarkdownText(block.text) + "\n\n";
        out += MarkdownTable(block);
        break;
    }
  }
  return out;
}

std::string DocumentToHtml(const Document& document, const std::string& title) {
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n";
  out +=
      "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>";
  out += HtmlText(title) + "</title>\n<style>";
  out += kHtmlStyle;
  out += "</style>\n</head>\n<body>\n<main>\n";
  for (const DocumentBlock& block : document.Blocks()) out += HtmlBlock(block);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace hwnas
