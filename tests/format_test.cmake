# Fails where a source is not as clang-format writes it.
find_program(CLANG_FORMAT clang-format REQUIRED)
set(sources)
foreach(folder tabular predictors strategies datasets bench tests)
  file(GLOB_RECURSE found "${SOURCE_DIR}/${folder}/*.h"
       "${SOURCE_DIR}/${folder}/*.cc" "${SOURCE_DIR}/${folder}/*.c")
  list(APPEND sources ${found})
endforeach()
execute_process(COMMAND "${CLANG_FORMAT}" --dry-run -Werror ${sources}
                RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "run clang-format -i on the files named above")
endif()
