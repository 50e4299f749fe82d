# Writes OUTPUT, the minified library that the HTML report draws with: what
# SOURCE_DIR/package-lock.json pins, put together. Without NPM, or where it
# fails (no network), OUTPUT is empty, which the report says. Run with
# cmake -P; WORK_DIR is npm's.
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
file(COPY "${SOURCE_DIR}/package.json" "${SOURCE_DIR}/package-lock.json"
          "${SOURCE_DIR}/.npmrc" DESTINATION "${WORK_DIR}")

set(why "")
if(NOT NPM)
  set(why "npm was not found")
else()
  execute_process(
    COMMAND "${NPM}" ci --prefer-offline --loglevel=error
    WORKING_DIRECTORY "${WORK_DIR}"
    RESULT_VARIABLE status
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    string(REGEX REPLACE "\n.*" "" output "${output}")
    set(why "'npm ci' failed (${output})")
  endif()
endif()
if(why)
  message("${why}: HTML reports of this build have no figures; configure and "
          "build again to retry")
  file(WRITE "${OUTPUT}" "")
  return()
endif()

# Their licences go along with them: each text once.
set(hashes "")
file(GLOB licences "${WORK_DIR}/node_modules/d3-*/LICENSE"
                   "${WORK_DIR}/node_modules/vega*/LICENSE"
                   "${WORK_DIR}/node_modules/delaunator/LICENSE"
                   "${WORK_DIR}/node_modules/internmap/LICENSE"
                   "${WORK_DIR}/node_modules/robust-predicates/LICENSE"
                   "${WORK_DIR}/node_modules/topojson-client/LICENSE")
list(SORT licences)
foreach(licence IN LISTS licences)
  file(SHA256 "${licence}" hash)
  get_filename_component(folder "${licence}" DIRECTORY)
  get_filename_component(package "${folder}" NAME)
  list(APPEND hashes ${hash})
  string(APPEND packages_${hash} " ${package}")
  file(READ "${licence}" text_${hash})
endforeach()
list(REMOVE_DUPLICATES hashes)
file(WRITE "${OUTPUT}.tmp" "/*! The libraries below, and their licences.\n")
foreach(hash IN LISTS hashes)
  file(APPEND "${OUTPUT}.tmp" "\n---${packages_${hash}}\n${text_${hash}}")
endforeach()
file(APPEND "${OUTPUT}.tmp" "*/\n")
foreach(part IN ITEMS vega vega-lite)
  file(READ "${WORK_DIR}/node_modules/${part}/build/${part}.min.js" text)
  # A comment that points at a file that is not there.
  string(REGEX REPLACE "\n//# sourceMappingURL=[^\n]*" "" text "${text}")
  # The page holds it between script tags.
  if(text MATCHES "</[sS][cC][rR][iI][pP][tT]|<!--")
    message(FATAL_ERROR "${part} holds the end of a script tag")
  endif()
  file(APPEND "${OUTPUT}.tmp" "${text}\n")
endforeach()
file(RENAME "${OUTPUT}.tmp" "${OUTPUT}")
