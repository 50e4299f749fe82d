#include "bench/harness/experiment_keys.h"

#include "bench/harness/objective_text.h"
#include "strategies/strategy_source.h"

namespace hwnas {
namespace {

constexpr int64_t kMostRepetitions = 1'000'000;
constexpr int64_t kMostWorkers = 10'000;
constexpr int64_t kMostSamples = 1'000'000;
constexpr int64_t kMostDraws = 100;

TomlKeys<Protocol> ProtocolKeys() {
  const std::vector<std::pair<std::string, Charge>> charges = {
      {"full", Charge::kFull}, {"free", Charge::kFree}};
  TomlKeys<Protocol> keys("How runs are conducted, for every problem.");
  keys.Count("evaluations", &Protocol::evaluations, 0, INT64_MAX,
             "Budget of a run in evaluations. A problem has this budget, the "
             "next, or both.",
             "0: unlimited")
      .Number("simulated_seconds", &Protocol::simulated_seconds,
              "Budget of a run in seconds of the simulated clock.",
              "0: unlimited")
      .Count("max_trials", &Protocol::max_trials, 0, INT64_MAX,
             "Cap on trials, those that cost nothing too.",
             "0: 100 times the space or 10^6, the smaller")
      .Count("workers", &Protocol::workers, 1, kMostWorkers,
             "Simulated workers, asynchronous.")
      .Choice("charge_repeated", &Protocol::repeated, charges,
              "What an architecture costs that was evaluated before: all, or "
              "a trial only.")
      .Choice("charge_invalid", &Protocol::invalid, charges,
              "The same of a proposal that is none of the space.")
      .Choice("charge_missing", &Protocol::missing, charges,
              "The same of one that the table has no value of.")
      .Key("crossing_counts", &Protocol::crossing_counts,
           "Whether the evaluation that crosses the time budget counts.")
      .Key("replicates", &Protocol::replicates,
           "Whether a replicate is observed (by repetition and architecture: "
           "strategies meet the same luck), or the mean of all.")
      .Key("allow_test_observed", &Protocol::allow_test_observed,
           "Whether strategies may observe a test split.")
      .Key("allow_scored_features", &Protocol::allow_scored_features,
           "Whether features may be what is judged.");
  return keys;
}

void AddObjectives(TomlKeys<ProblemSpec>* keys, const std::string& name,
                   std::vector<ObjectiveSpec> ProblemSpec::*member,
                   const std::string& fallback, const std::string& about) {
  keys->Add({name, "metrics", fallback, about},
            [name, member](const TomlTable& toml, ProblemSpec* spec) {
              (spec->*member).clear();
              for (const std::string& text : toml.Strings(name)) {
                (spec->*member).push_back(ParseObjective(text));
              }
            });
}

TomlKeys<HotStartSpec> HotStartKeys() {
  TomlKeys<HotStartSpec> keys(
      "Architectures that every strategy starts from, in place of its first "
      "samples; the same for all strategies of a repetition. Either "
      "'architectures' or 'metric'.");
  keys.Key("architectures", &HotStartSpec::architectures,
           "These, in text form.")
      .Add({"metric", "metric", "none",
            "The best of random samples by this, which is known before. "
            "'min:' or 'max:' in front overrides the direction."},
           [](const TomlTable& toml, HotStartSpec* spec) {
             const ObjectiveSpec metric =
                 ParseObjective(toml.String("metric", ""));
             if (!metric.source.empty()) {
               toml.Fail("metric", "a hot start reads the preferred source");
             }
             spec->metric = metric.metric;
             spec->direction = metric.direction;
           })
      .Count("samples", &HotStartSpec::samples, 1, kMostSamples,
             "Random samples that the metric is read of.")
      .Count("count", &HotStartSpec::count, 1, kMostSamples,
             "How many of them are kept; at most 'samples'.")
      .Number("seconds", &HotStartSpec::seconds,
              "Simulated seconds charged for each sample.");
  return keys;
}

TomlKeys<EarlyStoppingSpec> EarlyStoppingKeys() {
  TomlKeys<EarlyStoppingSpec> keys(
      "A training is stopped where its first objective on a lower rung is "
      "worse than others' there before. The problem needs two rungs at least; "
      "a stopped trial is told with the rung it reached.");
  keys.Count("rung", &EarlyStoppingSpec::rung, 0, INT32_MAX,
             "The rung that is looked at, from 0; below the last.")
      .Number("quantile", &EarlyStoppingSpec::quantile,
              "Of the values before, from 0 to 1: 0.5 is their median.")
      .Count("after", &EarlyStoppingSpec::after, 1, INT64_MAX,
             "Values before, at least.");
  return keys;
}

TomlKeys<RungSpec> RungKeys() {
  TomlKeys<RungSpec> keys(
      "One step of the fidelity ladder, from cheap to full. Without any, "
      "there is one rung, the objectives' own fidelity, at a cost of 1.");
  keys.Key("fidelity", &RungSpec::fidelity,
           "Epochs, and images where they are fewer: \"e12\", \"e12of200\", "
           "\"e12n1000\".",
           "the objectives' own")
      .Key("cost", &RungSpec::cost,
           "Metric of what an evaluation takes, in seconds.",
           "none: 'cost_scale' alone")
      .Number("cost_scale", &RungSpec::cost_scale,
              "Factor of the cost: 0.06 for 12 epochs of 200.", "", true);
  return keys;
}

TomlKeys<FactorSpec> FactorKeys() {
  TomlKeys<FactorSpec> keys(
      "Co-design: a further decision of the space, whose choices are read "
      "from columns. Either 'platforms' or 'qualifiers'.");
  const auto values = [](const std::string& name, const std::string& binding) {
    return [name, binding](const TomlTable& toml, FactorSpec* spec) {
      if (!toml.Has(name)) return;
      if (!spec->binding.empty()) {
        toml.Fail(name, "a factor has either 'platforms' or 'qualifiers'");
      }
      spec->binding = binding;
      spec->values = toml.Strings(name);
    };
  };
  keys.Required("name", &FactorSpec::name,
                "The decision's name; for platforms also what metrics are "
                "written with: latency@NAME.")
      .Add({"platforms", "texts", "none", "The platforms to choose from."},
           values("platforms", "platform"))
      .Add({"qualifiers", "texts", "none",
            "The qualifiers to choose from: \"bits=8\"."},
           values("qualifiers", "qualifiers"));
  return keys;
}

TomlKeys<SurrogateSpec> SurrogateKeys() {
  TomlKeys<SurrogateSpec> keys(
      "A metric that strategies observe from a predictor: in every objective "
      "and constraint that reads just this. Scores stay what the table holds. "
      "With 'sources' the predictor is few-shot transfer, and 'predictor', "
      "'encoding', 'stored' and 'options' are left out.");
  keys.Required("metric", &SurrogateSpec::metric, "What is predicted.")
      .Key("predictor", &SurrogateSpec::predictor,
           "A name of 'hwnas predict fit --help'.")
      .Add({"options", "table of numbers", "the predictor's",
            "Its options: { trees = 100 }."},
           [](const TomlTable& toml, SurrogateSpec* spec) {
             const TomlTable options = toml.Table("options");
             for (const std::string& key : options.Keys()) {
               spec->options[key] = options.Number(key);
             }
           })
      .Key("encoding", &SurrogateSpec::encoding,
           "What it sees of an architecture.")
      .Key("stored", &SurrogateSpec::stored,
           "Metrics that the encodings 'stored' and 'stored-rank' read.")
      .Key("sources", &SurrogateSpec::sources,
           "Platforms that few-shot transfer learns from.")
      .Count("source_architectures", &SurrogateSpec::source_architectures, 0,
             kMostSamples, "Values it reads on each of them.")
      .Key("charge_sources", &SurrogateSpec::charge_sources,
           "Whether these are charged too, or taken as known.")
      .Count("train", &SurrogateSpec::train, 0, kMostSamples,
             "Values of the metric that it is fitted on.")
      .Count("seed", &SurrogateSpec::seed, 0, INT64_MAX,
             "Of the choice of these values and of the fit.")
      .Count("draws", &SurrogateSpec::draws, 1, kMostDraws,
             "So many predictors, each fitted on values of its own; a "
             "repetition meets one of them.")
      .Key("noise", &SurrogateSpec::noise,
           "Whether what is observed is drawn around the prediction with the "
           "standard deviation it states.")
      .Add({"fit_seconds", "number from 0 on", "a model of it",
            "Simulated seconds that fitting takes."},
           [](const TomlTable& toml, SurrogateSpec* spec) {
             if (!toml.Has("fit_seconds")) return;
             spec->fit_seconds = toml.Number("fit_seconds");
             if (!(*spec->fit_seconds >= 0)) {
               toml.Fail("fit_seconds", "expected a number from 0 on");
             }
           });
  return keys;
}

SurrogateSpec ReadSurrogate(const TomlTable& toml) {
  SurrogateSpec spec;
  SurrogateKeys().Read(toml, &spec);
  const bool transfer = !spec.sources.empty();
  for (const char* key : {"predictor", "encoding", "stored", "options"}) {
    if (transfer && toml.Has(key)) {
      toml.Fail(key,
                "with 'sources' the predictor is few-shot transfer; leave one "
                "out");
    }
  }
  for (const char* key : {"source_architectures", "charge_sources"}) {
    if (!transfer && toml.Has(key)) {
      toml.Fail(key, "belongs to 'sources', which are not given");
    }
  }
  if (transfer) {
    spec.predictor = "few-shot";
    spec.encoding = "";
  }
  return spec;
}

HotStartSpec ReadHotStart(const TomlTable& toml) {
  HotStartSpec spec;
  HotStartKeys().Read(toml, &spec);
  if (spec.architectures.empty() == spec.metric.empty()) {
    toml.Fail("metric", "a hot start has either 'architectures' or 'metric'");
  }
  if (spec.samples < spec.count) {
    toml.Fail("count", "expected 1 to 'samples'");
  }
  return spec;
}

EarlyStoppingSpec ReadEarlyStopping(const TomlTable& toml, size_t rungs) {
  EarlyStoppingSpec spec;
  spec.on = true;
  EarlyStoppingKeys().Read(toml, &spec);
  if (rungs < 2) toml.Fail("rung", "the problem needs two rungs at least");
  if (spec.rung + 2 > static_cast<int64_t>(rungs)) {
    toml.Fail("rung", "expected a rung below the last");
  }
  if (spec.quantile > 1) {
    toml.Fail("quantile", "expected a number from 0 to 1");
  }
  return spec;
}

FactorSpec ReadFactor(const TomlTable& toml) {
  FactorSpec spec;
  FactorKeys().Read(toml, &spec);
  if (spec.binding.empty()) {
    toml.Fail("name", "a factor has either 'platforms' or 'qualifiers'");
  }
  return spec;
}

void AddTables(TomlKeys<ProblemSpec>* keys) {
  keys->Below("rung", true, RungKeys(),
              [](const TomlTable& toml, ProblemSpec* spec) {
                for (const TomlTable& rung : toml.Tables("rung")) {
                  RungKeys().Read(rung, &spec->ladder.emplace_back());
                }
              })
      .Below("factor", true, FactorKeys(),
             [](const TomlTable& toml, ProblemSpec* spec) {
               for (const TomlTable& factor : toml.Tables("factor")) {
                 spec->factors.push_back(ReadFactor(factor));
               }
             })
      .Below("hot_start", false, HotStartKeys(),
             [](const TomlTable& toml, ProblemSpec* spec) {
               if (!toml.Has("hot_start")) return;
               spec->hot_start = ReadHotStart(toml.Table("hot_start"));
             })
      .Below("early_stopping", false, EarlyStoppingKeys(),
             [](const TomlTable& toml, ProblemSpec* spec) {
               if (!toml.Has("early_stopping")) return;
               spec->early_stopping = ReadEarlyStopping(
                   toml.Table("early_stopping"), spec->ladder.size());
             })
      .Below("surrogate", true, SurrogateKeys(),
             [](const TomlTable& toml, ProblemSpec* spec) {
               for (const TomlTable& surrogate : toml.Tables("surrogate")) {
                 spec->surrogates.push_back(ReadSurrogate(surrogate));
               }
             });
}

TomlKeys<ProblemSpec> ProblemKeys() {
  TomlKeys<ProblemSpec> keys(
      "What is searched. Every key of [protocol] may stand here too, and "
      "then holds for this problem.");
  keys.Key("name", &ProblemSpec::name, "Unique in the file.",
           "the experiment's");
  AddObjectives(&keys, "objectives", &ProblemSpec::objectives, "",
                "What strategies observe. \"min:METRIC\" and \"max:METRIC\" "
                "override the direction, \"METRIC from SOURCE\" the source.");
  keys.Key("constraints", &ProblemSpec::constraints,
           "\"METRIC<=NUMBER\" or \"METRIC>=NUMBER\", in the metric's unit.");
  AddObjectives(&keys, "score", &ProblemSpec::score, "the objectives",
                "What reports judge.");
  keys.Key("features", &ProblemSpec::features,
           "Metrics that a strategy may read before it evaluates.")
      .Key("connected_only", &ProblemSpec::connected_only,
           "Whether architectures whose output does not depend on their "
           "input answer as missing.")
      .Key("measured_only", &ProblemSpec::measured_only,
           "Whether the space is the rows of which all that is read was "
           "measured.")
      .Key("filter", &ProblemSpec::filter,
           "Constraints that make the space smaller before the search. "
           "Optimum and regret stay those of the whole.")
      .Number("filter_seconds", &ProblemSpec::filter_seconds,
              "Simulated seconds charged for each metric of each row that "
              "the filter reads.")
      .Choice("filled", &ProblemSpec::filled,
              {{"no", Filled::kNo},
               {"observed", Filled::kObserved},
               {"all", Filled::kAll}},
              "Whether gaps answer as 'hwnas predict fill' filled them: not, "
              "in what is observed, in scores too.")
      .Add({"query_seconds", "table of numbers", "none",
            "Simulated seconds that measuring one value of a metric takes: "
            "{ \"latency@edgegpu\" = 30 }. Charged with each evaluation that "
            "observes it measured, else for what a surrogate was fitted on."},
           [](const TomlTable& toml, ProblemSpec* spec) {
             const TomlTable queries = toml.Table("query_seconds");
             for (const std::string& key : queries.Keys()) {
               spec->query_seconds[key] = queries.Number(key);
               if (!(spec->query_seconds[key] >= 0)) {
                 queries.Fail(key, "expected a number from 0 on");
               }
             }
           });
  AddTables(&keys);
  return keys;
}

TomlKeys<StrategySpec> StrategyKeys() {
  TomlKeys<StrategySpec> keys("Who searches.");
  keys.Required("name", &StrategySpec::name,
                "A name of 'hwnas strategies', \"exec:COMMAND\", or a "
                "library \"./libmine.so\".")
      .Key("label", &StrategySpec::label,
           "Unique in the file; reports show it.", "from the name")
      .Add({"options", "table", "the strategy's",
            "Its options: { population_size = 10 }; below, and in 'hwnas "
            "strategies NAME'."},
           [](const TomlTable& toml, StrategySpec* spec) {
             const TomlTable options = toml.Table("options");
             for (const std::string& key : options.Keys()) {
               spec->options[key] = options.Text(key);
             }
           })
      .Count("repetitions", &StrategySpec::repetitions, 1, kMostRepetitions,
             "At most so many runs on each problem, the first: for what takes "
             "long.",
             "all");
  return keys;
}

}  // namespace

Protocol ProtocolFromToml(const TomlTable& toml) {
  Protocol protocol;
  ProtocolKeys().Read(toml, &protocol);
  return protocol;
}

ProblemSpec ProblemFromToml(const TomlTable& toml, const Protocol& protocol,
                            const std::string& default_name) {
  ProblemSpec problem;
  problem.name = default_name;
  problem.protocol = protocol;
  ProblemKeys().Read(toml, &problem);
  ProtocolKeys().Read(toml, &problem.protocol);
  return problem;
}

StrategySpec StrategyFromToml(const TomlTable& toml) {
  StrategySpec spec;
  StrategyKeys().Read(toml, &spec);
  if (!toml.Has("label")) spec.label = DefaultStrategyLabel(spec.name);
  return spec;
}

TomlKeys<Experiment> ExperimentKeys() {
  TomlKeys<Experiment> keys(
      "An experiment is one TOML file: every strategy on every problem, so "
      "many times. Keys that are not listed are refused, with the nearest "
      "that is.");
  keys.Required("name", &Experiment::name, "Part of every seed's label.")
      .Key("table", &Experiment::table,
           "Table that is searched, relative to the file; --table overrides.",
           "the one that comes with hwnas")
      .Count("seed", &Experiment::seed, 0, INT64_MAX,
             "Master seed; --seed overrides.")
      .Count("repetitions", &Experiment::repetitions, 1, kMostRepetitions,
             "Runs of each strategy on each problem; --repetitions overrides.")
      // Read with each problem, which starts from it.
      .Below("protocol", false, ProtocolKeys(),
             [](const TomlTable&, Experiment*) {})
      .Below("problem", true, ProblemKeys(),
             [](const TomlTable& toml, Experiment* experiment) {
               const Protocol protocol =
                   ProtocolFromToml(toml.Table("protocol"));
               for (const TomlTable& problem : toml.Tables("problem")) {
                 experiment->problems.push_back(
                     ProblemFromToml(problem, protocol, experiment->name));
               }
             })
      .Below("strategy", true, StrategyKeys(),
             [](const TomlTable& toml, Experiment* experiment) {
               for (const TomlTable& strategy : toml.Tables("strategy")) {
                 experiment->strategies.push_back(StrategyFromToml(strategy));
               }
             });
  return keys;
}

}  // namespace hwnas
