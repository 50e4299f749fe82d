# Installs the build into a prefix of its own, then configures, builds and runs
# a project that finds it with find_package(hwnas).
set(prefix "${WORK_DIR}/prefix")
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "'${command}' failed:\n${output}")
  endif()
  set(run_output "${output}" PARENT_SCOPE)
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${prefix}")
# How strategies are made is private.
file(GLOB installed RELATIVE "${prefix}/include/hwnas/strategies"
     "${prefix}/include/hwnas/strategies/*")
list(SORT installed)
if(NOT installed STREQUAL "cpp_plugin.h;options.h;plugin.h;registry.h;strategy.h;strategy_source.h")
  message(FATAL_ERROR "installed of strategies/: ${installed}")
endif()
run("${CMAKE_COMMAND}" -G Ninja -S "${CONSUMER_DIR}" -B "${WORK_DIR}/build"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DHWNAS_INCLUDE_DIR=${prefix}/include")
run("${CMAKE_COMMAND}" --build "${WORK_DIR}/build")
run("${WORK_DIR}/build/consumer")
if(NOT run_output MATCHES "consumer of hwnas [0-9]+\\.[0-9]+\\.[0-9]+")
  message(FATAL_ERROR "the consumer printed '${run_output}'")
endif()
# The installed binary finds the installed library and table beside it.
run("${prefix}/bin/hwnas" --version)
run("${prefix}/bin/hwnas" info)
if(NOT run_output MATCHES "fashion-mnist")
  message(FATAL_ERROR "the table that comes with hwnas:\n${run_output}")
endif()

# Strategies of someone else's: the examples, built outside of the tree, pass
# what is asked of built-in ones and become rows of a report.
run("${CMAKE_COMMAND}" -G Ninja -S "${EXAMPLES_DIR}/cpp" -B "${WORK_DIR}/cpp"
    "-DCMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${WORK_DIR}/cpp")
run("${C_COMPILER}" -std=c11 -Wall -Wextra -pedantic -Werror -shared -fPIC -I
    "${prefix}/include/hwnas" "${EXAMPLES_DIR}/c/random_search.c" -o
    "${WORK_DIR}/librandom.so")
foreach(plugin IN ITEMS "${WORK_DIR}/cpp/libhill_climber.so"
                        "${WORK_DIR}/librandom.so")
  run("${prefix}/bin/hwnas" plugin check "${plugin}")
  run("${prefix}/bin/hwnas" plugin check --in-process "${plugin}")
endforeach()
run("${prefix}/bin/hwnas" run --strategy random --strategy
    "${WORK_DIR}/cpp/libhill_climber.so:patience=20" --strategy
    "in-c=${WORK_DIR}/librandom.so" --evaluations 50 --repetitions 3 --out
    "${WORK_DIR}/results.db")
run("${prefix}/bin/hwnas" report "${WORK_DIR}/results.db")
foreach(label IN ITEMS hill_climber in-c)
  if(NOT run_output MATCHES "${label} +3 ")
    message(FATAL_ERROR "the report has no row '${label}':\n${run_output}")
  endif()
endforeach()
