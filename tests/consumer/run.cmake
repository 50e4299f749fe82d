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
if(NOT installed STREQUAL "registry.h;strategy.h")
  message(FATAL_ERROR "installed of strategies/: ${installed}")
endif()
run("${CMAKE_COMMAND}" -G Ninja -S "${CONSUMER_DIR}" -B "${WORK_DIR}/build"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DHWNAS_INCLUDE_DIR=${prefix}/include")
run("${CMAKE_COMMAND}" --build "${WORK_DIR}/build")
run("${WORK_DIR}/build/consumer")
if(NOT run_output MATCHES "consumer of hwnas [0-9]+\\.[0-9]+\\.[0-9]+")
  message(FATAL_ERROR "the consumer printed '${run_output}'")
endif()
# The installed binary finds the installed library beside it.
run("${prefix}/bin/hwnas" --version)
