/* Random search in C: the smallest library that is a strategy.
 *
 *   cc -shared -fPIC -I PREFIX/include/hwnas random_search.c -o librandom.so
 *   hwnas run --strategy ./librandom.so
 *
 * It needs the header alone. Architectures are sampled by the suite, so the
 * trace is that of the built-in `random`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "strategies/plugin.h"

struct hwnas_strategy {
  const hwnas_host* host;
  uint64_t proposed;
};

static int Create(const hwnas_host* host, const hwnas_problem* problem,
                  const hwnas_setting* settings, size_t setting_count,
                  hwnas_strategy** out, hwnas_error error) {
  (void)problem;
  (void)settings;
  if (setting_count != 0) {
    snprintf(error.text, error.size, "it has no options");
    return HWNAS_FAILED;
  }
  hwnas_strategy* made = malloc(sizeof(*made));
  if (made == NULL) {
    snprintf(error.text, error.size, "out of memory");
    return HWNAS_FAILED;
  }
  made->host = host;
  made->proposed = 0;
  *out = made;
  return HWNAS_OK;
}

static int Ask(hwnas_strategy* strategy, size_t limit, hwnas_proposal* out,
               size_t* count, hwnas_error error) {
  const hwnas_host* host = strategy->host;
  for (size_t i = 0; i < limit; ++i) {
    out[i].id = strategy->proposed++;
    if (host->sample(host->self, NULL, out[i].architecture) != HWNAS_OK) {
      snprintf(error.text, error.size, "%s", host->error(host->self));
      return HWNAS_FAILED;
    }
  }
  *count = limit;
  return HWNAS_OK;
}

static int Tell(hwnas_strategy* strategy, const hwnas_trial* trials,
                size_t count, hwnas_error error) {
  (void)strategy;
  (void)trials;
  (void)count;
  (void)error;
  return HWNAS_OK;
}

static void Destroy(hwnas_strategy* strategy) { free(strategy); }

HWNAS_PLUGIN_EXPORT const hwnas_plugin* hwnas_plugin_v1(void) {
  static const hwnas_plugin plugin = {
      .size = sizeof(hwnas_plugin),
      .abi = HWNAS_PLUGIN_ABI,
      .version = 1,
      .name = "random-search-in-c",
      .summary = "uniform sampling of the space",
      .source = "the example of strategies/plugin.h",
      .flags = HWNAS_EXACT | HWNAS_STOCHASTIC,
      .create = Create,
      .ask = Ask,
      .tell = Tell,
      .destroy = Destroy,
  };
  return &plugin;
}
