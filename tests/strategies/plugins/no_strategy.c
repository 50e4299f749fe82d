/* A library that is no strategy. */
int hwnas_test_answer(void);
int hwnas_test_answer(void) { return 42; }
