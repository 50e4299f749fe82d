#include "bench/cli/key_reference.h"

#include <nlohmann/json.hpp>
#include <string>

#include "bench/cli/json.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

void AddKeyReference(const std::vector<KeySection>& sections, Document* page) {
  for (const KeySection& section : sections) {
    if (!section.header.empty()) page->Heading(2, section.header);
    page->Paragraph(section.about);
    std::vector<std::vector<std::string>> rows;
    for (const KeyInfo& key : section.keys) {
      rows.push_back(
          {key.name, key.type,
           key.default_value.empty() ? "required" : key.default_value,
           key.about});
    }
    page->Table("", {"key", "value", "default", "meaning"}, rows);
  }
}

void PrintKeyReferenceJson(const std::vector<KeySection>& sections) {
  Json list = Json::array();
  for (const KeySection& section : sections) {
    Json keys = Json::array();
    for (const KeyInfo& key : section.keys) {
      keys.push_back(
          {{"name", key.name},
           {"value", key.type},
           {"default",
            key.default_value.empty() ? Json() : Json(key.default_value)},
           {"about", key.about}});
    }
    list.push_back({{"table", section.header},
                    {"about", section.about},
                    {"keys", std::move(keys)}});
  }
  PrintJson("reference", std::move(list));
}

}  // namespace hwnas
