// A built-in strategy as a library; the build says which.
#include "strategies/builtin.h"
#include "strategies/cpp_plugin.h"

HWNAS_EXPORT_STRATEGY(hwnas::HWNAS_TEST_STRATEGY)
