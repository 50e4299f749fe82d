#include "bench/report/document.h"

#include <string_view>

#include "bench/report/text_table.h"
#include "bench/report/web.h"
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

// What only a page that can fold and draw has.
bool IsLayout(const DocumentBlock& block) {
  return block.kind == Kind::kFigure || block.kind == Kind::kBeginDetails ||
         block.kind == Kind::kEndDetails;
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

std::string HtmlList(const DocumentBlock& block) {
  std::string out = "<ul>\n";
  for (const std::string& item : block.items) {
    out += "<li>" + HtmlText(item) + "</li>\n";
  }
  return out + "</ul>\n";
}

// Writes blocks; each heading of level 2 begins a section.
class HtmlWriter {
 public:
  std::string Write(const Document& document) {
    const bool contents = CountSections(document) > 2;
    for (const DocumentBlock& block : document.Blocks()) {
      if (contents && section_ == 0 && BeginsSection(block)) {
        AddContents(document);
      }
      Add(block);
    }
    if (figures_) out_ += "</div>\n";
    if (section_ > 0) out_ += "</section>\n";
    return std::move(out_);
  }

 private:
  static bool BeginsSection(const DocumentBlock& block) {
    return block.kind == Kind::kHeading && block.level == 2;
  }

  static size_t CountSections(const Document& document) {
    size_t count = 0;
    for (const DocumentBlock& block : document.Blocks()) {
      if (BeginsSection(block)) ++count;
    }
    return count;
  }

  void AddContents(const Document& document) {
    out_ += "<nav aria-label=\"Sections\"><ul>\n";
    size_t section = 0;
    for (const DocumentBlock& block : document.Blocks()) {
      if (!BeginsSection(block)) continue;
      out_ += "<li><a href=\"#s" + std::to_string(++section) + "\">" +
              HtmlText(block.text) + "</a></li>\n";
    }
    out_ += "</ul></nav>\n";
  }

  void Add(const DocumentBlock& block) {
    // Figures that follow one another stand side by side.
    if (figures_ != (block.kind == Kind::kFigure)) {
      figures_ = !figures_;
      out_ += figures_ ? "<div class=\"figures\">\n" : "</div>\n";
    }
    switch (block.kind) {
      case Kind::kHeading:
        AddHeading(block);
        break;
      case Kind::kParagraph:
        out_ += "<p>" + HtmlText(block.text) + "</p>\n";
        break;
      case Kind::kList:
        out_ += HtmlList(block);
        break;
      case Kind::kWarnings:
        out_ += "<aside class=\"warnings\" aria-label=\"Warnings\">\n" +
                HtmlList(block) + "</aside>\n";
        break;
      case Kind::kTable:
        out_ += HtmlTable(block);
        break;
      case Kind::kFigure:
        out_ += "<figure hidden data-figure=\"" + HtmlText(block.figure) +
                "\"><figcaption>" + HtmlText(block.text) +
                "</figcaption></figure>\n";
        break;
      case Kind::kBeginDetails:
        out_ += "<details><summary>" + HtmlText(block.text) + "</summary>\n";
        break;
      case Kind::kEndDetails:
        out_ += "</details>\n";
        break;
    }
  }

  void AddHeading(const DocumentBlock& block) {
    if (BeginsSection(block)) {
      if (section_ > 0) out_ += "</section>\n";
      out_ += "<section id=\"s" + std::to_string(++section_) + "\">\n";
    }
    const std::string tag = "h" + std::to_string(block.level);
    out_ += "<" + tag + ">" + HtmlText(block.text) + "</" + tag + ">\n";
  }

  std::string out_;
  size_t section_ = 0;
  bool figures_ = false;  // among figures
};

// JSON that cannot end the element it stands in: in JSON, `<` stands in
// strings only.
std::string JsonForScript(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
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

void Document::Warnings(std::vector<std::string> items) {
  if (items.empty()) return;
  DocumentBlock block;
  block.kind = Kind::kWarnings;
  block.items = std::move(items);
  blocks_.push_back(std::move(block));
}

void Document::Figure(std::string figure, std::string caption) {
  DocumentBlock block;
  block.kind = Kind::kFigure;
  block.figure = std::move(figure);
  block.text = std::move(caption);
  blocks_.push_back(std::move(block));
}

void Document::BeginDetails(std::string summary) {
  DocumentBlock block;
  block.kind = Kind::kBeginDetails;
  block.text = std::move(summary);
  blocks_.push_back(std::move(block));
}

void Document::EndDetails() {
  DocumentBlock block;
  block.kind = Kind::kEndDetails;
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

void Document::Append(Document other) {
  for (DocumentBlock& block : other.blocks_) {
    blocks_.push_back(std::move(block));
  }
}

std::string DocumentToText(const Document& document) {
  std::string out;
  for (const DocumentBlock& block : document.Blocks()) {
    if (IsLayout(block)) continue;
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
      case Kind::kWarnings:
        out += "Warnings:\n\n";
        [[fallthrough]];
      case Kind::kList:
        for (const std::string& item : block.items) {
          out += "* " + Plain(item) + "\n";
        }
        break;
      case Kind::kTable:
        if (!block.text.empty()) out += Plain(block.text) + "\n";
        out += TextOfTable(block);
        break;
      case Kind::kFigure:
      case Kind::kBeginDetails:
      case Kind::kEndDetails:
        break;
    }
  }
  return out;
}

std::string DocumentToMarkdown(const Document& document) {
  std::string out;
  for (const DocumentBlock& block : document.Blocks()) {
    if (IsLayout(block)) continue;
    if (!out.empty()) out += "\n";
    switch (block.kind) {
      case Kind::kHeading:
        out += std::string(static_cast<size_t>(block.level), '#') + " " +
               MarkdownText(block.text) + "\n";
        break;
      case Kind::kParagraph:
        out += MarkdownText(block.text) + "\n";
        break;
      case Kind::kWarnings:
        out += "Warnings:\n\n";
        [[fallthrough]];
      case Kind::kList:
        for (const std::string& item : block.items) {
          out += "- " + MarkdownText(item) + "\n";
        }
        break;
      case Kind::kTable:
        if (!block.text.empty()) out += MarkdownText(block.text) + "\n\n";
        out += MarkdownTable(block);
        break;
      case Kind::kFigure:
      case Kind::kBeginDetails:
      case Kind::kEndDetails:
        break;
    }
  }
  return out;
}

std::string DocumentToHtml(const Document& document, const std::string& title,
                           const DocumentScripts& scripts) {
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n";
  out +=
      "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>";
  out += HtmlText(title) + "</title>\n<style>\n";
  out += WebText("report.css");
  out += "</style>\n</head>\n<body>\n<main>\n";
  out += HtmlWriter().Write(document);
  out += "</main>\n";
  if (!scripts.data.empty()) {
    out += "<script type=\"application/json\" id=\"report-data\">\n";
    out += JsonForScript(scripts.data) + "</script>\n";
  }
  for (const std::string_view script : scripts.scripts) {
    out += "<script>\n";
    out += script;
    out += "</script>\n";
  }
  return out + "</body>\n</html>\n";
}

}  // namespace hwnas
