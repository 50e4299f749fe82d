#ifndef HWNAS_STRATEGIES_PLUGIN_H_
#define HWNAS_STRATEGIES_PLUGIN_H_

/* The C interface of search strategies in shared libraries, ABI 1; compiles
 * as C11 and as C++. A library exports one function:
 *
 *   HWNAS_PLUGIN_EXPORT const hwnas_plugin* hwnas_plugin_v1(void);
 *
 * and is run by `hwnas run --strategy ./libmine.so`, in a process of its own
 * for each run. Authors in C++ include strategies/cpp_plugin.h instead and
 * write an ordinary hwnas::Strategy.
 *
 * Contract:
 * - Structs that cross the border as a whole begin with their size in bytes,
 *   as their maker knows it. Fields are only ever added at the end: whoever
 *   reads one looks at the size first. What else changes raises the ABI, and
 *   the name of the exported function.
 * - Functions return a code. No exception, longjmp or signal crosses.
 * - All calls come from one thread, one at a time. Several strategies may live
 *   at once in one process (`--in-process`): no state in globals.
 * - Text is UTF-8 and ends with 0. What the host passes to a function is valid
 *   until that function returns, but for `host` and `problem` of `create`,
 *   which live as long as the strategy; what hwnas_plugin points to must live
 *   as long as the library.
 * - An architecture is hwnas_problem.decision_count choices, 0 where a
 *   decision is not active.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HWNAS_PLUGIN_ABI 1
#define HWNAS_PLUGIN_EXPORT __attribute__((visibility("default")))

/* Return codes; of host and plug-in alike. Any other is a failure. */
enum {
  HWNAS_OK = 0,
  HWNAS_NONE = 1,   /* host: there is no result (a move has none, no rank) */
  HWNAS_WAIT = 2,   /* ask: nothing to propose until more is told */
  HWNAS_DONE = 3,   /* ask: the strategy has ended */
  HWNAS_FAILED = -1 /* the reason is in `error`, or in host->error(self) */
};

#define HWNAS_NO_PROPOSAL UINT64_MAX

/* Status of a trial. */
enum {
  HWNAS_TRIAL_OK = 0,
  HWNAS_TRIAL_INVALID = 1,   /* not an architecture of the space */
  HWNAS_TRIAL_MISSING = 2,   /* some value does not exist */
  HWNAS_TRIAL_INFEASIBLE = 3 /* a constraint is broken */
};

typedef struct hwnas_decision {
  const char* name;
  size_t choice_count;
  const char* const* choices;
} hwnas_decision;

typedef struct hwnas_objective {
  const char* metric; /* text form, `accuracy:cifar10/val/e12` */
  int32_t maximize;   /* 0: minimise */
} hwnas_objective;

typedef struct hwnas_constraint {
  const char* metric;
  int32_t upper; /* 1: metric <= bound, 0: metric >= bound */
  double bound;
} hwnas_constraint;

/* A fidelity; a problem has at least one, from cheap to full. */
typedef struct hwnas_rung {
  const char* fidelity; /* `e12`; empty: the objective's own */
  const char* cost;     /* a metric, or empty: cost_scale is the cost */
  double cost_scale;
} hwnas_rung;

/* A named run of decisions; a space that is no product has one, `network`. */
typedef struct hwnas_factor {
  const char* name;
  size_t begin; /* first decision */
  size_t size;
  int32_t binding; /* 0 network, 1 qualifiers of a metric, 2 a platform */
  size_t bound_count;
  const char* const* bound; /* what each choice stands for */
} hwnas_factor;

/* A cost that is intercept + sum of per_choice[i][architecture[i]]. */
typedef struct hwnas_linear_cost {
  const char* metric;
  double intercept;
  size_t decision_count;
  const size_t* choice_counts;
  const double* const* per_choice;
} hwnas_linear_cost;

typedef struct hwnas_problem {
  size_t size;            /* sizeof(hwnas_problem) of the host */
  const char* space_id;   /* `nb201@1` */
  const char* space_spec; /* all that is needed to build it */
  uint64_t space_size;    /* architectures; 0: not known */
  double space_log10_size;
  size_t decision_count;
  const hwnas_decision* decisions;
  size_t move_count; /* mutations; the first is the default */
  const char* const* moves;
  size_t factor_count;
  const hwnas_factor* factors;
  size_t objective_count;
  const hwnas_objective* objectives;
  size_t constraint_count;
  const hwnas_constraint* constraints;
  size_t rung_count;
  const hwnas_rung* rungs;
  uint64_t evaluations; /* budgets; 0: unlimited */
  double simulated_seconds;
  uint64_t max_trials;
  int32_t workers;
  size_t feature_count;
  const char* const* features; /* metrics */
  size_t linear_cost_count;
  const hwnas_linear_cost* linear_costs;
  uint64_t rng[4]; /* the run's stream at its start: xoshiro256** */
} hwnas_problem;

/* Takes one architecture of a list, in order. */
typedef void (*hwnas_take)(void* list, const uint16_t* architecture);

/* What the host does for a strategy, so that none writes a space again. `rng`
 * is a state of xoshiro256** that is drawn from and moved on; NULL: the run's
 * own stream. Architectures given must be of the space, but to `is_valid` and,
 * in the making, `is_active`; `out` has room for one. Texts are cut to
 * `capacity`, the final 0 included.
 */
typedef struct hwnas_host {
  size_t size;                      /* sizeof(hwnas_host) of the host */
  void* self;                       /* first argument of all */
  const char* (*error)(void* self); /* why the last call failed */
  uint64_t (*random)(void* self);   /* 64 bits of the run's stream */
  int (*sample)(void* self, uint64_t* rng, uint16_t* out);
  int (*mutate)(void* self, const uint16_t* from, size_t move, uint64_t* rng,
                uint16_t* out); /* HWNAS_NONE: the move has no result */
  int (*crossover)(void* self, const uint16_t* a, const uint16_t* b,
                   uint64_t* rng, uint16_t* out);
  int (*neighbors)(void* self, const uint16_t* of, hwnas_take take,
                   void* list); /* one default move away */
  int (*canonical)(void* self, const uint16_t* architecture, uint16_t* out);
  int (*features)(void* self, const uint16_t* architecture,
                  double* out); /* feature_count; NaN where missing */
  int (*is_valid)(void* self, const uint16_t* architecture,
                  int32_t* out); /* 0 or 1 */
  int (*is_active)(void* self, const uint16_t* architecture,
                   uint8_t* out); /* 0 or 1 for each decision */
  int (*is_connected)(void* self, const uint16_t* architecture, int32_t* out);
  int (*rank)(void* self, const uint16_t* architecture,
              uint64_t* out); /* HWNAS_NONE: the space has no order */
  int (*unrank)(void* self, uint64_t rank, uint16_t* out);
  int (*format)(void* self, const uint16_t* architecture, char* out,
                size_t capacity);
  int (*parse)(void* self, const char* text, uint16_t* out);
  int (*effective_key)(void* self, const uint16_t* architecture, char* out,
                       size_t capacity);     /* equal for the same network */
  int (*charge)(void* self, double seconds); /* simulated, of own work */
} hwnas_host;

/* An option of the strategy, and one as it is given. */
typedef struct hwnas_option {
  const char* name; /* snake_case */
  const char* default_value;
  const char* about;
} hwnas_option;
typedef struct hwnas_setting {
  const char* name;
  const char* value;
} hwnas_setting;

typedef struct hwnas_proposal {
  uint64_t id;            /* unique in the run */
  uint16_t* architecture; /* the host's room for one, all 0: fill it in */
  int32_t rung;           /* preset to the highest */
  uint64_t resumed_from;  /* preset to HWNAS_NO_PROPOSAL */
} hwnas_proposal;

typedef struct hwnas_trial {
  uint64_t id;
  const uint16_t* architecture;
  int32_t rung;
  int32_t status;
  uint32_t replicate;
  const double* values; /* objectives, then constraints; NULL unless ok or
                           infeasible */
  double cost_seconds;  /* charged */
  const char* missing;  /* the reason, where it is missing; else NULL */
} hwnas_trial;

typedef struct hwnas_strategy hwnas_strategy; /* the plug-in's own */

/* Where a function that fails writes why: `size` bytes, the final 0 included.
 */
typedef struct hwnas_error {
  char* text;
  size_t size;
} hwnas_error;

/* Flags of hwnas_plugin. */
enum {
  HWNAS_EXACT = 1,           /* equal bits on every processor */
  HWNAS_STOCHASTIC = 2,      /* two seeds differ */
  HWNAS_MULTI_OBJECTIVE = 4, /* made for several objectives */
  HWNAS_BEATS_RANDOM = 8,    /* claims to, and is checked */
  HWNAS_ANY_OPTION = 16      /* takes options that it does not list */
};

typedef struct hwnas_plugin {
  size_t size;         /* sizeof(hwnas_plugin) of the plug-in */
  uint32_t abi;        /* HWNAS_PLUGIN_ABI */
  uint32_t version;    /* from 1; raised when traces change */
  const char* name;    /* 1 to 100 characters, kebab-case */
  const char* summary; /* one line; may be NULL */
  const char* source;  /* paper, and what deviates; may be NULL */
  uint32_t flags;
  size_t option_count;
  const hwnas_option* options;

  /* Makes a strategy. */
  int (*create)(const hwnas_host* host, const hwnas_problem* problem,
                const hwnas_setting* settings, size_t setting_count,
                hwnas_strategy** out, hwnas_error error);
  /* Fills 1 to `limit` of `out`, sets `count` and returns HWNAS_OK; or returns
   * HWNAS_WAIT (only while trials are under way) or HWNAS_DONE. */
  int (*ask)(hwnas_strategy* strategy, size_t limit, hwnas_proposal* out,
             size_t* count, hwnas_error error);
  /* Results, in any order, of proposals given before. */
  int (*tell)(hwnas_strategy* strategy, const hwnas_trial* trials, size_t count,
              hwnas_error error);
  /* The strategy's answer, each given to `take`; HWNAS_NONE: the suite's
   * default, the best observed. May be NULL, which means the same. */
  int (*recommend)(hwnas_strategy* strategy, hwnas_take take, void* list,
                   hwnas_error error);
  void (*destroy)(hwnas_strategy* strategy);
} hwnas_plugin;

#define HWNAS_PLUGIN_FUNCTION "hwnas_plugin_v1"

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HWNAS_STRATEGIES_PLUGIN_H_ */
