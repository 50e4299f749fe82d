/* A library that does the one thing wrong that its option `what` says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "strategies/plugin.h"

struct hwnas_strategy {
  const hwnas_host* host;
  char what[40];
  uint64_t next;
};

static int Is(const hwnas_strategy* strategy, const char* what) {
  return strcmp(strategy->what, what) == 0;
}

static int Create(const hwnas_host* host, const hwnas_problem* problem,
                  const hwnas_setting* settings, size_t setting_count,
                  hwnas_strategy** out, hwnas_error error) {
  (void)problem;
  hwnas_strategy* made = calloc(1, sizeof(*made));
  made->host = host;
  if (setting_count != 0) {
    snprintf(made->what, sizeof(made->what), "%s", settings[0].value);
  }
  if (Is(made, "create")) {
    free(made);
    snprintf(error.text, error.size, "not today");
    return HWNAS_FAILED;
  }
  if (Is(made, "nothing")) {
    free(made);
    return HWNAS_OK;
  }
  *out = made;
  return HWNAS_OK;
}

static int Ask(hwnas_strategy* strategy, size_t limit, hwnas_proposal* out,
               size_t* count, hwnas_error error) {
  const hwnas_host* host = strategy->host;
  *count = 1;
  out[0].id = strategy->next++;
  if (Is(strategy, "ask")) return HWNAS_FAILED; /* without saying why */
  if (Is(strategy, "code")) return 12345;
  if (Is(strategy, "none")) *count = 0;
  if (Is(strategy, "many")) *count = limit + 1;
  if (Is(strategy, "rung")) out[0].rung = -1;
  if (Is(strategy, "high")) out[0].rung = 9;
  if (Is(strategy, "twice")) out[0].id = 0;
  if (Is(strategy, "crash")) abort();
  if (Is(strategy, "stall")) sleep(1000);
  if (Is(strategy, "print")) {
    printf("between the messages\n");
    fflush(stdout);
  }
  if (Is(strategy, "illegal")) out[0].architecture[0] = 999;
  if (Is(strategy, "mutate")) {
    uint16_t child[64];
    out[0].architecture[0] = 999;
    if (host->mutate(host->self, out[0].architecture, 0, NULL, child) !=
        HWNAS_OK) {
      snprintf(error.text, error.size, "mutate: %s", host->error(host->self));
      return HWNAS_FAILED;
    }
  }
  return HWNAS_OK;
}

static int Tell(hwnas_strategy* strategy, const hwnas_trial* trials,
                size_t count, hwnas_error error) {
  (void)trials;
  (void)count;
  if (!Is(strategy, "tell")) return HWNAS_OK;
  memset(error.text, 'x', error.size); /* without a final 0 */
  return HWNAS_FAILED;
}

static void Destroy(hwnas_strategy* strategy) { free(strategy); }

static const hwnas_option kOptions[] = {{"what", "", "what goes wrong"}};

HWNAS_PLUGIN_EXPORT const hwnas_plugin* hwnas_plugin_v1(void) {
  static const hwnas_plugin plugin = {
      .size = sizeof(hwnas_plugin),
#ifdef HWNAS_TEST_OTHER_ABI
      .abi = HWNAS_PLUGIN_ABI + 1,
#else
      .abi = HWNAS_PLUGIN_ABI,
#endif
      .version = 3,
      .name = "misbehave",
      .option_count = 1,
      .options = kOptions,
      .create = Create,
      .ask = Ask,
      .tell = Tell,
      .destroy = Destroy,
  };
  return &plugin;
}
