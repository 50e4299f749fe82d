#ifndef HWNAS_TESTS_SANITIZED_H_
#define HWNAS_TESTS_SANITIZED_H_

namespace hwnas {

/// Whether this is a build with sanitizers, which take about ten times as long:
/// what only repeats what other tests run there, to compare its numbers, is
/// left to the other builds.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace hwnas

#endif  // HWNAS_TESTS_SANITIZED_H_
