# How every target of the project is built.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

option(HWNAS_WERROR "Treat warnings as errors" OFF)
set(HWNAS_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=")

find_program(HWNAS_CCACHE ccache)
if(HWNAS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${HWNAS_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${HWNAS_CCACHE}")
endif()

add_library(hwnas_flags INTERFACE)
# -Wrestrict, -Wmaybe-uninitialized: GCC 12 warns of its own std::string and
# std::variant when it inlines them (its bugs 105651 and 105562).
target_compile_options(
  hwnas_flags
  INTERFACE -ffp-contract=off -Wno-restrict -Wno-maybe-uninitialized
            $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wshadow;-Wconversion;-Wno-sign-conversion>)
target_include_directories(hwnas_flags INTERFACE "${PROJECT_SOURCE_DIR}")
if(HWNAS_WERROR)
  target_compile_options(hwnas_flags INTERFACE -Werror)
endif()
if(HWNAS_SANITIZE)
  target_compile_options(
    hwnas_flags INTERFACE -fsanitize=${HWNAS_SANITIZE}
                          -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(hwnas_flags INTERFACE -fsanitize=${HWNAS_SANITIZE})
  if(HWNAS_SANITIZE MATCHES "address")
    target_sources(
      hwnas_flags
      INTERFACE
        "$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${PROJECT_SOURCE_DIR}/.cmake/asan_options.cc>")
  endif()
endif()

# In front of what is run while building: sanitizers cannot map their shadow
# where addresses are randomized widely.
set(HWNAS_RUN "")
if(HWNAS_SANITIZE)
  execute_process(COMMAND setarch -R true RESULT_VARIABLE fixed_addresses
                  ERROR_QUIET)
  if(fixed_addresses EQUAL 0)
    set(HWNAS_RUN setarch -R)
  endif()
endif()

# hwnas_object_library(NAME SOURCES ... LIBRARIES ...): one row of the design's
# table of folders; all rows are linked into the one shared library.
set_property(GLOBAL PROPERTY HWNAS_OBJECT_LIBRARIES "")
function(hwnas_object_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LIBRARIES")
  add_library(${name} OBJECT ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE hwnas_flags ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY HWNAS_OBJECT_LIBRARIES ${name})
endfunction()

# hwnas_embed_texts(TARGET FUNCTION FILES...): compiles files into TARGET,
# which then has `std::span<const EmbeddedText> hwnas::FUNCTION()`; declare it
# where it is used (tabular/embedded_text.h). Files are the source folder's, or
# made by the build where their path is absolute.
function(hwnas_embed_texts target function)
  set(files "")
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    list(APPEND files "${file}")
  endforeach()
  list(JOIN files "," joined)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${function}.cc")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -D "OUTPUT=${output}" -D "FUNCTION=${function}"
            -D "FILES=${joined}" -P "${PROJECT_SOURCE_DIR}/.cmake/EmbedTexts.cmake"
    DEPENDS ${files} "${PROJECT_SOURCE_DIR}/.cmake/EmbedTexts.cmake"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
