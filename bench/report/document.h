#ifndef HWNAS_BENCH_REPORT_DOCUMENT_H_
#define HWNAS_BENCH_REPORT_DOCUMENT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace hwnas {

/// A piece of a page, before it has a format. All text is plain and may be
/// untrusted: the renderers escape it.
struct DocumentBlock {
  enum class Kind : uint8_t { kHeading, kParagraph, kList, kTable };
  Kind kind = Kind::kParagraph;
  int level = 1;                   // of a heading, from 1
  std::string text;                // heading, paragraph, a table's caption
  std::vector<std::string> items;  // list
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
};

/// A page: headings, paragraphs, lists and tables, in order.
class Document {
 public:
  void Heading(int level, std::string text);
  void Paragraph(std::string text);
  /// Nothing for an empty list.
  void List(std::vector<std::string> items);
  /// Rows must be as long as the header (HWNAS_CHECK).
  void Table(std::string caption, std::vector<std::string> header,
             std::vector<std::vector<std::string>> rows);

  const std::vector<DocumentBlock>& Blocks() const { return blocks_; }

 private:
  std::vector<DocumentBlock> blocks_;
};

/// For a terminal: aligned columns; control characters escaped.
std::string DocumentToText(const Document& document);
/// GitHub's Markdown: characters that it would read as markup are escaped.
std::string DocumentToMarkdown(const Document& document);
/// One HTML file that needs no network and no script: light and dark, tables
/// that scroll where a screen is narrow. All text is escaped.
std::string DocumentToHtml(const Document& document, const std::string& title);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPORT_DOCUMENT_H_
