#include "bench/report/document.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Document Sample() {
  Document document;
  document.Heading(1, "Title");
  document.Paragraph("Some text.");
  document.List({"one", "two"});
  document.List({});
  document.Table("Numbers", {"name", "value", "note"},
                 {{"a", "1.5", "±"}, {"long", "10.25", "b"}});
  return document;
}

TEST(Document, AlignsTheColumnsOfText) {
  EXPECT_EQ(DocumentToText(Sample()),
            "Title\n"
            "=====\n"
            "\n"
            "Some text.\n"
            "\n"
            "* one\n"
            "* two\n"
            "\n"
            "Numbers\n"
            "  name  value  note\n"
            "  ----  -----  ----\n"
            "  a       1.5  ±\n"
            "  long  10.25  b\n");
}

TEST(Document, WritesMarkdown) {
  EXPECT_EQ(DocumentToMarkdown(Sample()),
            "# Title\n"
            "\n"
            "Some text.\n"
            "\n"
            "- one\n"
            "- two\n"
            "\n"
            "Numbers\n"
            "\n"
            "| name | value | note |\n"
            "|---|---:|---|\n"
            "| a | 1.5 | ± |\n"
            "| long | 10.25 | b |\n");
}

TEST(Document, WritesHtmlThatEscapesAllText) {
  Document document = Sample();
  document.Paragraph("<script>alert('x')</script> & \"y\"");
  const std::string html = DocumentToHtml(document, "<title>");
  EXPECT_THAT(html, HasSubstr("<h1>Title</h1>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"n\">10.25</td>"));
  EXPECT_THAT(html, HasSubstr("<title>&lt;title&gt;</title>"));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"
                              " &amp; &quot;y&quot;"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("http")));
}

TEST(Document, FoldsAndFiguresAreHtmlOnly) {
  Document document;
  document.Heading(2, "One");
  document.Figure("means 0 0", "A <figure>");
  document.Figure("pairs 0 0", "Another");
  document.BeginDetails("More");
  document.Paragraph("Folded.");
  document.EndDetails();
  document.Heading(2, "Two");
  document.Warnings({"mind"});
  document.Warnings({});
  EXPECT_EQ(DocumentToText(document),
            "One\n---\n\nFolded.\n\nTwo\n---\n\nWarnings:\n\n* mind\n");
  EXPECT_EQ(DocumentToMarkdown(document),
            "## One\n\nFolded.\n\n## Two\n\nWarnings:\n\n- mind\n");
  const std::string html = DocumentToHtml(document, "t");
  EXPECT_THAT(html, HasSubstr("<section id=\"s1\">\n<h2>One</h2>\n"
                              "<div class=\"figures\">\n"
                              "<figure hidden data-figure=\"means 0 0\">"
                              "<figcaption>A &lt;figure&gt;</figcaption>"));
  EXPECT_THAT(html, HasSubstr("</figure>\n</div>\n<details><summary>More"
                              "</summary>\n<p>Folded.</p>\n</details>\n"
                              "</section>\n<section id=\"s2\">"));
}

TEST(Document, ContentsStandBeforeTheFirstOfManySections) {
  Document document;
  document.Heading(1, "Title");
  for (const char* name : {"One", "Two", "Three"}) document.Heading(2, name);
  EXPECT_THAT(DocumentToHtml(document, "t"),
              HasSubstr("<li><a href=\"#s3\">Three</a></li>\n</ul></nav>\n"
                        "<section id=\"s1\">"));
}

TEST(Document, DataCannotEndItsElement) {
  DocumentScripts scripts;
  scripts.data = R"({"a":"</script><!--"})";
  scripts.scripts = {"let x = 1;\n"};
  const std::string html = DocumentToHtml(Document(), "t", scripts);
  EXPECT_THAT(html, HasSubstr(R"({"a":"\u003c/script>\u003c!--"}</script>)"));
  EXPECT_THAT(html, HasSubstr("<script>\nlet x = 1;\n</script>"));
}

TEST(Document, ControlCharactersReachNoTerminal) {
  Document document;
  document.Paragraph("red \x1b[31m and\nnew line");
  EXPECT_EQ(DocumentToText(document), "red \\x1b[31m and\\x0anew line\n");
}

TEST(Document, ARowAsLongAsTheHeaderIsTheCallersDuty) {
  Document document;
  EXPECT_THROW(document.Table("", {"a", "b"}, {{"1"}}), Error);
}

}  // namespace
}  // namespace hwnas
