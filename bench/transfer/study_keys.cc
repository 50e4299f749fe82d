#include "bench/transfer/study_keys.h"

#include <utility>

#include "bench/harness/defaults.h"
#include "bench/harness/objective_text.h"
#include "tabular/metric.h"

namespace hwnas {
namespace {

constexpr int64_t kMost = 1'000'000;
constexpr int64_t kMostDraws = 1000;

ObjectiveSpec ReadMetric(const std::string& text) {
  ObjectiveSpec spec = ParseObjective(text);
  Metric::Parse(spec.metric);
  return spec;
}

// A metric that must be there.
template <typename Spec>
void AddMetric(TomlKeys<Spec>* keys, const std::string& name,
               ObjectiveSpec Spec::*member, const std::string& about) {
  keys->Add({name, "metric", "", about},
            [name, member](const TomlTable& toml, Spec* spec) {
              spec->*member = ReadMetric(toml.String(name));
            });
}

// Whole numbers from `least` on, one at least.
std::vector<uint64_t> ReadCounts(const TomlTable& toml, const std::string& name,
                                 int64_t least) {
  std::vector<uint64_t> counts;
  for (const int64_t count : toml.Integers(name)) {
    if (count < least || count > kMost) {
      toml.Fail(name, "expected whole numbers from " + std::to_string(least) +
                          " to " + std::to_string(kMost));
    }
    counts.push_back(static_cast<uint64_t>(count));
  }
  if (counts.empty()) toml.Fail(name, "there must be a number");
  return counts;
}

TomlKeys<PublishedImport> ImportKeys() {
  TomlKeys<PublishedImport> keys(
      "Published files that the table is made of, as 'hwnas import' takes "
      "them.");
  keys.Required("source", &PublishedImport::source, "A source's name.")
      .Key("paths", &PublishedImport::paths,
           "Below $HWNAS_DATA or ../shared/data.", "required")
      .Key("schema", &PublishedImport::schema, "Of CSV files.");
  return keys;
}

TomlKeys<PlatformStudySpec> PlatformKeys() {
  TomlKeys<PlatformStudySpec> keys(
      "A study of platforms: costs on each, one accuracy.");
  AddMetric(&keys, "accuracy", &PlatformStudySpec::accuracy,
            "Of all fronts and choices, the same on all platforms.");
  keys.Add({"quantity", "text", "\"latency\"", "The cost: latency or energy."},
           [](const TomlTable& toml, PlatformStudySpec* spec) {
             spec->quantity = toml.String("quantity", spec->quantity);
             FindQuantity(spec->quantity);
           })
      .Key("ids", &PlatformStudySpec::platforms, "The platforms.",
           "all that have it")
      .Add({"proxy", "metric", "none",
            "A cost without a platform, such as macs: one way to a front."},
           [](const TomlTable& toml, PlatformStudySpec* spec) {
             spec->proxy = toml.String("proxy", "");
             if (!spec->proxy.empty()) Metric::Parse(spec->proxy);
           })
      .Add({"limits", "numbers above 0, to 1", "[0.1, 0.25, 0.5, 0.75]",
            "Of choices: quantiles of a platform's costs."},
           [](const TomlTable& toml, PlatformStudySpec* spec) {
             if (toml.Has("limits")) spec->limits = toml.Numbers("limits");
             for (const double limit : spec->limits) {
               if (!(limit > 0 && limit <= 1)) {
                 toml.Fail("limits", "a quantile is above 0 and at most 1");
               }
             }
             if (spec->limits.empty()) {
               toml.Fail("limits", "there must be a limit");
             }
           })
      .Number("cluster_at", &PlatformStudySpec::cluster_at,
              "Devices whose mean correlation is at least this form a "
              "cluster.",
              "", true)
      .Count("samples", &PlatformStudySpec::samples, 0, kMost,
             "Measurements that few-shot transfer has of a new device, 3 or "
             "more; 0: without it.")
      .Count("source_architectures", &PlatformStudySpec::source_architectures,
             10, kMost, "Architectures it knows on each of the others.")
      .Count("seed", &PlatformStudySpec::seed, 0, INT64_MAX, "Of its draws.");
  return keys;
}

TomlKeys<SignalSpec> SignalKeys(bool target) {
  TomlKeys<SignalSpec> keys(
      target ? "What choices are judged by."
             : "A study of signals: what architectures are chosen by. Larger "
               "is better as the quantity says, or by \"max:\", \"min:\".");
  keys.Required("name", &SignalSpec::name, "As the answer shows it.")
      .Add({"metric", target ? "metric" : "metrics", "",
            target ? "What counts." : "Several: the mean of their ranks."},
           [](const TomlTable& toml, SignalSpec* spec) {
             for (const std::string& text : toml.Strings("metric")) {
               spec->metrics.push_back(ReadMetric(text));
             }
             if (spec->metrics.empty()) {
               toml.Fail("metric", "there must be a metric");
             }
           });
  if (target) return keys;
  keys.Add({"cost", "metric", "none",
            "Simulated seconds an architecture, times 'cost_scale'."},
           [](const TomlTable& toml, SignalSpec* spec) {
             spec->cost = toml.String("cost", "");
             if (!spec->cost.empty()) Metric::Parse(spec->cost);
           })
      .Number("cost_scale", &SignalSpec::cost_scale,
              "0.06 for 12 epochs of 200.")
      .Key("optional", &SignalSpec::optional,
           "Whether it is left out, and said, where the table has not enough "
           "of it.");
  return keys;
}

SignalSpec ReadTarget(const TomlTable& toml) {
  SignalSpec target;
  SignalKeys(true).Read(toml, &target);
  if (target.metrics.size() != 1) {
    toml.Fail("metric", "a target is one metric");
  }
  return target;
}

TomlKeys<GainSpec> GainKeys() {
  TomlKeys<GainSpec> keys(
      "Of signals: how much more of the same architectures, paired.");
  keys.Required("name", &GainSpec::name, "As the answer shows it.");
  AddMetric(&keys, "metric", &GainSpec::metric, "What may be more.");
  AddMetric(&keys, "over", &GainSpec::over, "What it is compared with.");
  return keys;
}

TomlKeys<DataSetStudySpec> DataSetStudyKeys() {
  TomlKeys<DataSetStudySpec> keys(
      "A study of data sets: each is left out in turn, and predictors that "
      "learnt on the others order networks on it.");
  keys.Key("predictor", &DataSetStudySpec::predictor,
           "A name of 'hwnas predict fit --help'.")
      .Add({"options", "table of numbers", "the predictor's",
            "Its options: { trees = 100 }."},
           [](const TomlTable& toml, DataSetStudySpec* spec) {
             const TomlTable options = toml.Table("options");
             for (const std::string& key : options.Keys()) {
               spec->options[key] = options.Number(key);
             }
           })
      .Key("encoding", &DataSetStudySpec::encodings,
           "What it sees of an architecture; descriptors and order are joined "
           "to it.")
      .Count("networks", &DataSetStudySpec::networks, 10, kMost,
             "Learnt from, on each data set that is not left out.")
      .Add({"samples", "whole numbers", "[0, 10, 50]",
            "Networks learnt from on the one left out."},
           [](const TomlTable& toml, DataSetStudySpec* spec) {
             if (toml.Has("samples")) {
               spec->samples = ReadCounts(toml, "samples", 0);
             }
             for (const uint64_t samples : spec->samples) {
               if (samples > spec->networks) {
                 toml.Fail("samples", "expected at most 'networks'");
               }
             }
           })
      .Count("judged", &DataSetStudySpec::judged, 100, kMost,
             "Networks whose order is judged, at most.")
      .Count("draws", &DataSetStudySpec::draws, 2, kMostDraws,
             "Repetitions, each with networks of its own.")
      .Count("top", &DataSetStudySpec::top, 1, kMost,
             "Of the best of so many the regret is stated.")
      .Count("seed", &DataSetStudySpec::seed, 0, INT64_MAX, "Of all draws.");
  return keys;
}

TomlKeys<DataSetSpec> DataSetKeys() {
  TomlKeys<DataSetSpec> keys("One of three data sets or more.");
  keys.Required("name", &DataSetSpec::name, "As the answer shows it.");
  AddMetric(&keys, "learn", &DataSetSpec::learn,
            "What is learnt from, of this data set.");
  AddMetric(&keys, "judge", &DataSetSpec::judge,
            "What the order is judged by when it is left out.");
  return keys;
}

void AddData(TomlKeys<TransferFile>* keys) {
  keys->Add({"data", "text", "none",
             "Where no table is given: \"published-nb201\", or a table that "
             "comes with hwnas, \"embedded\" or \"embedded-transfer\"."},
            [](const TomlTable& toml, TransferFile* file) {
              file->data.base = toml.String("data", "");
              if (file->data.base != kEmbeddedTable &&
                  file->data.base != kEmbeddedTransferTable) {
                return;
              }
              file->embedded_table = std::exchange(file->data.base, "");
            });
}

// Those that stand in the document itself.
void AddSignalStudy(TomlKeys<TransferFile>* keys) {
  keys->Add({"top", "whole numbers from 1 on", "[1, 10, 100]",
             "Of signals: how many of a signal's first are looked at."},
            [](const TomlTable& toml, TransferFile* file) {
              if (!toml.Has("top")) return;
              file->signals.top = ReadCounts(toml, "top", 1);
            })
      .Add({"elite", "number above 0, to 1", "0.1",
            "Of signals: share of the target's best, judged apart."},
           [](const TomlTable& toml, TransferFile* file) {
             double& elite = file->signals.elite;
             elite = toml.Number("elite", elite);
             if (!(elite > 0 && elite <= 1)) {
               toml.Fail("elite", "a share is above 0 and at most 1");
             }
           })
      .Add({"one_per_network", "true or false", "false",
            "Of signals: of architectures that are one network the first "
            "alone."},
           [](const TomlTable& toml, TransferFile* file) {
             file->signals.one_per_network =
                 toml.Bool("one_per_network", false);
           });
}

}  // namespace

TomlKeys<TransferFile> TransferKeys() {
  TomlKeys<TransferFile> keys(
      "A transfer study is one TOML file: what is asked of a table. It has "
      "either [platforms], or [[signal]] and [[target]], or [data_sets] and "
      "[[data_set]]. Keys that are not listed are refused, with the nearest "
      "that is.");
  keys.Required("name", &TransferFile::name, "Of the study.")
      .Required("title", &TransferFile::title, "Said below its name.")
      .Key("note", &TransferFile::note, "What a reader must know.");
  AddData(&keys);
  AddSignalStudy(&keys);
  keys.Below("import", true, ImportKeys(),
             [](const TomlTable& toml, TransferFile* file) {
               for (const TomlTable& import : toml.Tables("import")) {
                 ImportKeys().Read(import, &file->data.imports.emplace_back());
               }
             })
      .Below("platforms", false, PlatformKeys(),
             [](const TomlTable& toml, TransferFile* file) {
               if (!toml.Has("platforms")) return;
               const TomlTable platforms = toml.Table("platforms");
               PlatformKeys().Read(platforms, &file->platforms);
               if (file->platforms.samples > 0 && file->platforms.samples < 3) {
                 platforms.Fail("samples",
                                "few-shot transfer needs at least 3");
               }
             })
      .Below("signal", true, SignalKeys(false),
             [](const TomlTable& toml, TransferFile* file) {
               for (const TomlTable& signal : toml.Tables("signal")) {
                 SignalKeys(false).Read(signal,
                                        &file->signals.signals.emplace_back());
               }
             })
      .Below("target", true, SignalKeys(true),
             [](const TomlTable& toml, TransferFile* file) {
               for (const TomlTable& target : toml.Tables("target")) {
                 file->signals.targets.push_back(ReadTarget(target));
               }
             })
      .Below("gain", true, GainKeys(),
             [](const TomlTable& toml, TransferFile* file) {
               for (const TomlTable& gain : toml.Tables("gain")) {
                 GainKeys().Read(gain, &file->signals.gains.emplace_back());
               }
             })
      .Below("data_sets", false, DataSetStudyKeys(),
             [](const TomlTable& toml, TransferFile* file) {
               if (!toml.Has("data_sets")) return;
               DataSetStudyKeys().Read(toml.Table("data_sets"),
                                       &file->data_sets);
             })
      .Below("data_set", true, DataSetKeys(),
             [](const TomlTable& toml, TransferFile* file) {
               for (const TomlTable& data_set : toml.Tables("data_set")) {
                 DataSetKeys().Read(data_set,
                                    &file->data_sets.data_sets.emplace_back());
               }
             });
  return keys;
}

}  // namespace hwnas
