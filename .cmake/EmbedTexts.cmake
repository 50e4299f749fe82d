# Writes OUTPUT, a source that defines hwnas::FUNCTION() with the texts of
# FILES (separated by commas). Run with cmake -P.
string(REPLACE "," ";" FILES "${FILES}")
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" hex HEX)
  # As bytes: a string literal may not be longer than 64 KiB everywhere.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
  string(REGEX REPLACE "((\\\\x[0-9a-f][0-9a-f]){20})" "\\1\"\n    \"" escaped
                       "${escaped}")
  file(SIZE "${file}" size)
  string(APPEND entries
         "    {\"${name}\",\n     {\"${escaped}\", ${size}}},\n")
endforeach()
file(
  WRITE "${OUTPUT}"
  "#include \"tabular/embedded_text.h\"

#include <span>

namespace hwnas {
std::span<const EmbeddedText> ${FUNCTION}();
std::span<const EmbeddedText> ${FUNCTION}() {
  static constexpr EmbeddedText kTexts[] = {
${entries}  };
  return kTexts;
}
}  // namespace hwnas
")
