#include "datasets/schemas.h"

#include <algorithm>
#include <span>

#include "tabular/embedded_text.h"

namespace hwnas {

std::span<const EmbeddedText> SchemaTexts();

namespace {

std::string_view Stem(std::string_view file) {
  return file.substr(0, file.rfind('.'));
}

}  // namespace

std::vector<std::string> BuiltInSchemaNames() {
  std::vector<std::string> names;
  for (const EmbeddedText& text : SchemaTexts()) {
    names.emplace_back(Stem(text.name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string_view> FindBuiltInSchema(std::string_view name) {
  for (const EmbeddedText& text : SchemaTexts()) {
    if (Stem(text.name) == name) return text.text;
  }
  return std::nullopt;
}

}  // namespace hwnas
