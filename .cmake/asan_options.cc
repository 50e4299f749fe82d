// Options of AddressSanitizer that every program built with it starts with.

// Up to GCC 13, its runtime takes some blocks of thread-local variables for
// those of an old C library, reads a wrong size in front of them, and now and
// then crashes while it looks for leaks ("Tracer caught signal 11").
// https://github.com/google/sanitizers/issues/1322
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "intercept_tls_get_addr=0";
}
