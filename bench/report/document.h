#ifndef HWNAS_BENCH_REPORT_DOCUMENT_H_
#define HWNAS_BENCH_REPORT_DOCUMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hwnas {

/// A piece of a page, before it has a format. All text is plain and may be
/// untrusted: the renderers escape it.
struct DocumentBlock {
  enum class Kind : uint8_t {
    kHeading,
    kParagraph,
    kList,
    kWarnings,
    kTable,
    kFigure,
    kBeginDetails,
    kEndDetails,
  };
  Kind kind = Kind::kParagraph;
  int level = 1;                   // of a heading, from 1
  std::string text;                // heading, paragraph, caption, summary
  std::string figure;              // what a figure draws, for its script
  std::vector<std::string> items;  // list
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
};

/// A page: headings, paragraphs, lists, tables and figures, in order.
class Document {
 public:
  void Heading(int level, std::string text);
  void Paragraph(std::string text);
  /// Nothing for an empty list.
  void List(std::vector<std::string> items);
  /// What a reader must know: a list that stands out. Nothing for an empty one.
  void Warnings(std::vector<std::string> items);
  /// Rows must be as long as the header (HWNAS_CHECK).
  void Table(std::string caption, std::vector<std::string> header,
             std::vector<std::vector<std::string>> rows);
  /// A place for a figure that a script draws; text and Markdown leave it out.
  void Figure(std::string figure, std::string caption);
  /// What stands between is folded away under `summary` where a format can.
  void BeginDetails(std::string summary);
  void EndDetails();
  /// All of another page.
  void Append(Document other);

  const std::vector<DocumentBlock>& Blocks() const { return blocks_; }

 private:
  std::vector<DocumentBlock> blocks_;
};

/// For a terminal: aligned columns; control characters escaped.
std::string DocumentToText(const Document& document);
/// GitHub's Markdown: characters that it would read as markup are escaped.
std::string DocumentToMarkdown(const Document& document);

/// What makes a page live. Scripts are trusted texts of ours.
struct DocumentScripts {
  /// A JSON text, which the scripts find in the element `report-data`; what
  /// could end its element is escaped.
  std::string data;
  std::vector<std::string_view> scripts;
};
/// One HTML file that needs no network, and without `scripts` no script: light
/// and dark, tables that scroll where a screen is narrow, figures' places
/// empty. All text is escaped.
std::string DocumentToHtml(const Document& document, const std::string& title,
                           const DocumentScripts& scripts = {});

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_DOCUMENT_H_
