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
