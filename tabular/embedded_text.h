#ifndef HWNAS_TABULAR_EMBEDDED_TEXT_H_
#define HWNAS_TABULAR_EMBEDDED_TEXT_H_

#include <string_view>

namespace hwnas {

/// A file of the source tree that is compiled into the library, so that users
/// need no file beside it. See hwnas_embed_texts in .cmake/.
struct EmbeddedText {
  std::string_view name;  // the file's name without folder
  std::string_view text;
};

}  // namespace hwnas

#endif  // HWNAS_TABULAR_EMBEDDED_TEXT_H_
