# What is installed: the library, its headers under include/hwnas, the thin
# binary, and the package that find_package(hwnas) reads. Consumers write
# `#include <hwnas/tabular/table.h>`; include/hwnas is on their path as well,
# since our headers name each other from the root.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(hwnas_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/hwnas")

target_include_directories(
  hwnas_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                          $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/hwnas>)
target_compile_features(hwnas_library INTERFACE cxx_std_20)
set_target_properties(
  hwnas_library PROPERTIES EXPORT_NAME hwnas VERSION ${PROJECT_VERSION}
                           SOVERSION 0)
file(RELATIVE_PATH hwnas_lib_from_bin "/${CMAKE_INSTALL_BINDIR}"
     "/${CMAKE_INSTALL_LIBDIR}")
set_target_properties(hwnas PROPERTIES INSTALL_RPATH
                                       "$ORIGIN/${hwnas_lib_from_bin}")

install(TARGETS hwnas_library EXPORT hwnasTargets)
install(TARGETS hwnas)
install(TARGETS hwnas_torch LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(FILES "${CMAKE_BINARY_DIR}/share/hwnas/embedded.db"
              "${CMAKE_BINARY_DIR}/share/hwnas/embedded-transfer.db"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/hwnas")
foreach(folder tabular predictors datasets bench)
  install(
    DIRECTORY ${folder}
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/hwnas"
    FILES_MATCHING
    PATTERN "*.h"
    PATTERN "cli" EXCLUDE
    # Private: how our own files are read and written.
    PATTERN "sqlite.h" EXCLUDE
    PATTERN "table_schema.h" EXCLUDE
    PATTERN "table_store.h" EXCLUDE
    PATTERN "micro" EXCLUDE
    PATTERN "torch" EXCLUDE)
endforeach()

# Of the strategies, what authors and users of strategies need; all else there
# is how they are made.
install(FILES strategies/cpp_plugin.h strategies/options.h
              strategies/plugin.h strategies/registry.h strategies/strategy.h
              strategies/strategy_source.h
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/hwnas/strategies")

install(EXPORT hwnasTargets NAMESPACE hwnas:: DESTINATION "${hwnas_package_dir}")
configure_package_config_file(
  .cmake/hwnasConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/hwnasConfig.cmake"
  INSTALL_DESTINATION "${hwnas_package_dir}")
write_basic_package_version_file(
  "${CMAKE_CURRENT_BINARY_DIR}/hwnasConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/hwnasConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/hwnasConfigVersion.cmake"
        DESTINATION "${hwnas_package_dir}")
