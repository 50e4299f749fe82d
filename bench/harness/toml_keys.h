#ifndef HWNAS_BENCH_HARNESS_TOML_KEYS_H_
#define HWNAS_BENCH_HARNESS_TOML_KEYS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "datasets/toml_reader.h"
#include "tabular/error.h"
#include "tabular/number.h"

namespace hwnas {

/// What a reference says of one key.
struct KeyInfo {
  std::string name;
  std::string type;           // what is accepted, with its range
  std::string default_value;  // "": the key must be there
  std::string about;          // meaning and unit
};

/// What a reference says of one table of a document.
struct KeySection {
  std::string header;  // `[[problem.rung]]`; "": the document itself
  std::string about;
  std::vector<KeyInfo> keys;
};

/// The keys of a TOML table that fill a `Spec`: one list from which the table
/// is read and its reference is made, so that neither knows a key that the
/// other does not. Defaults are those of a `Spec{}`, and are shown as such.
///
/// Reading leaves what is absent as it was. Errors are TomlTable's.
template <typename Spec>
class TomlKeys {
 public:
  using Reader = std::function<void(const TomlTable&, Spec*)>;

  explicit TomlKeys(std::string about) : about_(std::move(about)) {}

  /// A key that `reader` reads; `info` is taken as it is.
  TomlKeys& Add(KeyInfo info, Reader reader) {
    entries_.push_back({std::move(info), std::move(reader), "", {}});
    return *this;
  }

  /// A text, a list of texts or a truth value. `shown` stands for a default
  /// that is empty and means something.
  template <typename Value>
  TomlKeys& Key(const std::string& name, Value Spec::*member,
                const std::string& about, const std::string& shown = "") {
    const Value fallback = Spec{}.*member;
    std::string type;
    std::string text;
    if constexpr (std::is_same_v<Value, bool>) {
      type = "true or false";
      text = fallback ? "true" : "false";
    } else if constexpr (std::is_same_v<Value, std::string>) {
      type = "text";
      text = fallback.empty() ? "none" : "\"" + fallback + "\"";
    } else {
      static_assert(std::is_same_v<Value, std::vector<std::string>>);
      type = "texts";
      text = "none";
    }
    return Add({name, type, shown.empty() ? text : shown, about},
               [name, member](const TomlTable& toml, Spec* spec) {
                 if (!toml.Has(name)) return;
                 if constexpr (std::is_same_v<Value, bool>) {
                   spec->*member = toml.Bool(name, false);
                 } else if constexpr (std::is_same_v<Value, std::string>) {
                   spec->*member = toml.String(name);
                 } else {
                   spec->*member = toml.Strings(name);
                 }
               });
  }

  /// A text that must be there.
  TomlKeys& Required(const std::string& name, std::string Spec::*member,
                     const std::string& about) {
    return Add({name, "text", "", about},
               [name, member](const TomlTable& toml, Spec* spec) {
                 spec->*member = toml.String(name);
               });
  }

  /// A whole number from `least` to `most`. Where 0 is the default and means
  /// something, `shown` says what.
  template <typename Value>
  TomlKeys& Count(const std::string& name, Value Spec::*member, int64_t least,
                  int64_t most, const std::string& about,
                  const std::string& shown = "") {
    const std::string range =
        most == INT64_MAX ? "whole number from " + std::to_string(least) + " on"
                          : "whole number from " + std::to_string(least) +
                                " to " + std::to_string(most);
    const std::string text =
        shown.empty() ? std::to_string(Spec{}.*member) : shown;
    return Add({name, range, text, about},
               [=](const TomlTable& toml, Spec* spec) {
                 if (!toml.Has(name)) return;
                 const int64_t value = toml.Integer(name);
                 if (value < least || value > most) {
                   toml.Fail(name, "expected a " + range + ", found " +
                                       std::to_string(value));
                 }
                 spec->*member = static_cast<Value>(value);
               });
  }

  /// A finite number, from 0 on unless `signed_too`.
  TomlKeys& Number(const std::string& name, double Spec::*member,
                   const std::string& about, const std::string& shown = "",
                   bool signed_too = false) {
    const std::string range = signed_too ? "number" : "number from 0 on";
    const std::string text =
        shown.empty() ? FormatNumber(Spec{}.*member) : shown;
    return Add({name, range, text, about},
               [=](const TomlTable& toml, Spec* spec) {
                 if (!toml.Has(name)) return;
                 spec->*member = toml.Number(name);
                 if (!signed_too && !(spec->*member >= 0)) {
                   toml.Fail(name, "expected a " + range);
                 }
               });
  }

  /// One of several words.
  template <typename Value>
  TomlKeys& Choice(const std::string& name, Value Spec::*member,
                   const std::vector<std::pair<std::string, Value>>& choices,
                   const std::string& about) {
    std::string words;
    std::string text;
    for (const auto& [word, value] : choices) {
      words += (words.empty() ? "\"" : ", \"") + word + "\"";
      if (value == Spec{}.*member) text = "\"" + word + "\"";
    }
    return Add({name, "one of " + words, text, about},
               [=](const TomlTable& toml, Spec* spec) {
                 if (!toml.Has(name)) return;
                 const std::string found = toml.String(name);
                 for (const auto& [word, value] : choices) {
                   if (word == found) {
                     spec->*member = value;
                     return;
                   }
                 }
                 toml.Fail(name, "expected one of " + words + ", found \"" +
                                     Quoted(found) + "\"");
               });
  }

  /// A table below this one, or with `several` any number of `[[name]]`: keys
  /// of their own, and what takes them.
  template <typename Sub>
  TomlKeys& Below(const std::string& name, bool several,
                  const TomlKeys<Sub>& keys, Reader reader) {
    Entry entry;
    entry.reader = std::move(reader);
    entry.below = (several ? "[[" : "[") + name;
    entry.sections = keys.Sections(name, several);
    entries_.push_back(std::move(entry));
    return *this;
  }

  void Read(const TomlTable& toml, Spec* spec) const {
    for (const Entry& entry : entries_) entry.reader(toml, spec);
  }

  /// This table's section, then those below it, in the order they were added.
  std::vector<KeySection> Sections(const std::string& path = "",
                                   bool several = false) const {
    std::vector<KeySection> sections(1);
    if (!path.empty()) {
      sections[0].header = several ? "[[" + path + "]]" : "[" + path + "]";
    }
    sections[0].about = about_;
    for (const Entry& entry : entries_) {
      if (entry.below.empty()) {
        sections[0].keys.push_back(entry.info);
        continue;
      }
      for (KeySection section : entry.sections) {
        if (!path.empty()) {
          section.header.insert(section.header.find_last_of('[') + 1,
                                path + ".");
        }
        sections.push_back(std::move(section));
      }
    }
    return sections;
  }

 private:
  struct Entry {
    KeyInfo info;
    Reader reader;
    std::string below;  // "": a key
    std::vector<KeySection> sections;
  };

  std::string about_;
  std::vector<Entry> entries_;
};

}  // namespace hwnas

#endif  // HWNAS_BENCH_HARNESS_TOML_KEYS_H_
