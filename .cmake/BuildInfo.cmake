# Writes OUTPUT, a header with what is built from what; only when it changes,
# so that an unchanged commit rebuilds nothing. Run with cmake -P.
set(commit "")
find_program(GIT git)
if(GIT AND EXISTS "${SOURCE_DIR}/.git")
  execute_process(
    COMMAND "${GIT}" -C "${SOURCE_DIR}" describe --always --dirty
            --abbrev=12 --exclude=*
    OUTPUT_VARIABLE commit
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(
  CONFIGURE
  OUTPUT "${OUTPUT}"
  CONTENT
    "namespace hwnas {
constexpr const char* kBuildVersion = \"${VERSION}\";
constexpr const char* kBuildCommit = \"${commit}\";
constexpr const char* kBuildType = \"${BUILD_TYPE}\";
constexpr const char* kBuildSanitizers = \"${SANITIZERS}\";
constexpr const char* kBuildCompiler = \"${COMPILER}\";
}  // namespace hwnas
")
