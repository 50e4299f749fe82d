#include "bench/report/web.h"

#include <span>

#include "tabular/embedded_text.h"
#include "tabular/error.h"

namespace hwnas {

std::span<const EmbeddedText> ReportWebTexts();

std::string_view WebText(std::string_view name) {
  for (const EmbeddedText& text : ReportWebTexts()) {
    if (text.name == name) return text.text;
  }
  HWNAS_CHECK(false && "no such web text");
  return {};
}

}  // namespace hwnas
