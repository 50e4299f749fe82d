#include "bench/cli/predict.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/predict/evaluation.h"
#include "bench/predict/fill.h"
#include "bench/predict/transfer_study.h"
#include "bench/report/csv.h"
#include "bench/report/text_table.h"
#include "tabular/number.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

struct TransferOptions {
  std::string table;
  TransferStudySpec spec;
  std::vector<std::string> from;
  std::vector<std::string> to;
  std::vector<std::string> samples = {"10"};
  std::string sampler = "d-optimal";
  std::string subset;
  std::string splits_out;
  std::string reference;
  bool leave_one_out = false;
  OutputFormat format = OutputFormat::kText;
  OwnDeviceOptions own;
};

// `SCHEME:FIRST-LAST`.
ScoredSubset ParseSubset(const std::string& text) {
  const size_t colon = text.find(':');
  const size_t dash = text.find('-', colon == std::string::npos ? 0 : colon);
  if (colon == std::string::npos || dash == std::string::npos) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--subset '{}': expected SCHEME:FIRST-LAST, as in "
                            "nas-bench-201:900-1899",
                            Quoted(text)));
  }
  return {text.substr(0, colon),
          ParseInteger(text.substr(colon + 1, dash - colon - 1)),
          ParseInteger(text.substr(dash + 1))};
}

// `SCHEME:INDEX,INDEX,...`.
ReferenceSet ParseReference(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--reference '{}': expected SCHEME:INDEX,..., as "
                            "in nas-bench-201:11982,431,55",
                            Quoted(text)));
  }
  ReferenceSet set{text.substr(0, colon), {}};
  for (const std::string& index : SplitList({text.substr(colon + 1)})) {
    set.indices.push_back(ParseInteger(index));
  }
  return set;
}

TransferStudySpec MakeSpec(const TransferOptions& options) {
  TransferStudySpec spec = options.spec;
  spec.sources = SplitList(options.from);
  spec.targets = SplitList(options.to);
  spec.samples.clear();
  for (const std::string& text : SplitList(options.samples)) {
    const int64_t n = ParseInteger(text);
    if (n < 3 || n > 1000) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--samples {}: expected 3 to 1000", n));
    }
    spec.samples.push_back(static_cast<size_t>(n));
  }
  spec.sampler = ParseSampler(options.sampler);
  if (!options.subset.empty()) spec.subset = ParseSubset(options.subset);
  if (!options.reference.empty()) {
    spec.reference = ParseReference(options.reference);
    spec.sampler = Sampler::kFixed;
  }
  return spec;
}

void PrintStudy(const TransferStudySpec& spec, const TransferStudy& study,
                OutputFormat format) {
  if (format == OutputFormat::kJson) {
    Json figures = Json::array();
    for (const TransferFigure& f : study.figures) {
      figures.push_back({{"target", f.target},
                         {"samples", f.samples},
                         {"spearman", f.mean.mean},
                         {"low", f.mean.low},
                         {"high", f.mean.high},
                         {"coverage_90", f.coverage},
                         {"draws", f.spearman}});
    }
    PrintJsonFields(Json{{"sources", spec.sources},
                         {"source_architectures", spec.source_architectures},
                         {"sampler", SamplerName(spec.sampler)},
                         {"seed", spec.seed},
                         {"scored", study.scored},
                         {"transfer", std::move(figures)}});
    return;
  }
  TextTable table({"target", "samples", "Spearman", "95 % interval",
                   "in the 90 % interval"});
  for (const TransferFigure& f : study.figures) {
    table.AddRow({f.target, std::to_string(f.samples),
                  fmt::format("{:.4f}", f.mean.mean),
                  fmt::format("[{:.4f}, {:.4f}]", f.mean.low, f.mean.high),
                  fmt::format("{:.1f} %", 100 * f.coverage)});
  }
  Print(table.Text());
  Print(fmt::format(
      "\n{} draws; {} architectures on each of {} source platforms, up to {} "
      "others scored\nlearning from the sources {:.2f} s, then {:.3f} s for a "
      "target and all predictions\n",
      spec.draws, spec.source_architectures, spec.sources.size(), study.scored,
      study.seconds_learning, study.seconds_adapting));
}

// What each draw read, a line for each architecture.
void WriteSplits(const Table& table, const TransferStudy& study,
                 const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  const auto write = [&](size_t draw, const char* side,
                         const std::string& target, const std::string& samples,
                         const std::vector<uint32_t>& rows) {
    for (const uint32_t row : rows) {
      out << CsvLine({std::to_string(draw), side, target, samples,
                      table.BaseSpace()->Format(table.ArchitectureAt(row))});
    }
  };
  out << CsvLine({"draw", "side", "target", "samples", "architecture"});
  for (size_t d = 0; d < study.draws.size(); ++d) {
    const TransferDraw& draw = study.draws[d];
    write(d, "source", "", "", draw.learnt);
    for (const TransferDraw::Samples& s : draw.samples) {
      write(d, "sample", s.target, std::to_string(s.rows.size()), s.rows);
    }
    write(d, "scored", "", "", draw.scored);
  }
  out.flush();
  if (!out) throw Error(ErrorCode::kIo, path + ": cannot be written");
}

void RunTransfer(const TransferOptions& options) {
  const TransferStudySpec spec = MakeSpec(options);
  const std::shared_ptr<const Table> table = Table::Open(options.table);
  const InterruptScope interrupt;
  const auto stop = [&interrupt] { return interrupt.Requested(); };
  const TransferStudy study = options.leave_one_out
                                  ? RunLeaveOneSourceOut(*table, spec, stop)
                                  : RunTransferStudy(*table, spec, stop);
  if (!options.splits_out.empty()) {
    WriteSplits(*table, study, options.splits_out);
  }
  PrintStudy(spec, study, options.format);
}

void AddOwnDeviceOptions(CLI::App& command, OwnDeviceOptions* own) {
  command
      .add_option("--suggest", own->suggest,
                  "Your own device: print N architectures worth measuring, as "
                  "the CSV to fill in")
      ->type_name("N");
  command
      .add_option("--csv", own->spec.csv,
                  "Your own device: a CSV with the columns architecture (text "
                  "or published index), value and unit")
      ->type_name("FILE");
  command.add_option("--platform", own->spec.platform,
                     "With --csv: what your device is to be called");
  command.add_option("--unit", own->spec.unit,
                     "With --csv: the unit of all values, instead of a column");
  command
      .add_option("--out", own->out,
                  "With --csv: a copy of the table with your device")
      ->type_name("NEW.db");
  command
      .add_option("--accuracy", own->accuracy,
                  "With --csv: what the front is of beside your device "
                  "(default: the table's accuracy)")
      ->type_name("METRIC");
  command.add_option("--top", own->top,
                     "With --csv: at most so many of the front (default: 10; "
                     "0: all)");
}

// `predict transfer --csv`.
void RunOwn(TransferOptions* options) {
  OwnDeviceOptions& own = options->own;
  if (!options->to.empty() || options->leave_one_out ||
      !options->subset.empty()) {
    throw Error(ErrorCode::kUsage,
                "predict transfer: --to, --leave-one-out and --subset judge "
                "platforms of the table; leave them out with --csv");
  }
  if (own.suggest > 0) {
    if (!own.spec.csv.empty() || !own.out.empty()) {
      throw Error(ErrorCode::kUsage,
                  "predict transfer: --suggest comes before measuring; leave "
                  "--csv and --out out");
    }
  } else if (own.spec.platform.empty() || own.out.empty()) {
    throw Error(ErrorCode::kUsage,
                "predict transfer --csv: name your device with --platform and "
                "the new table with --out");
  }
  own.table = options->table;
  own.format = options->format;
  own.spec.quantity = options->spec.quantity;
  own.spec.sources = SplitList(options->from);
  own.spec.source_architectures = options->spec.source_architectures;
  own.spec.seed = options->spec.seed;
  RunOwnDevice(own);
}

void AddTransfer(CLI::App& predict) {
  const auto options = std::make_shared<TransferOptions>();
  CLI::App* command = predict.add_subcommand(
      "transfer", "Predict a platform from few measurements and others");
  command->add_option("table", options->table, "The table's file")->required();
  command
      ->add_option("--from", options->from,
                   "Platforms to learn from (with --csv by default all that "
                   "are nearly complete)")
      ->allow_extra_args(false)
      ->type_name("PLATFORM,...");
  command->add_option("--to", options->to, "Platforms to predict")
      ->allow_extra_args(false)
      ->type_name("PLATFORM,...");
  command->add_option("--quantity", options->spec.quantity,
                      "What is predicted (default: latency)");
  command
      ->add_option("--samples", options->samples,
                   "Measurements of each target (default: 10)")
      ->allow_extra_args(false)
      ->type_name("N,...");
  command->add_option("--sampler", options->sampler,
                      "random, diverse, d-optimal (default) or fixed, with "
                      "--reference");
  command
      ->add_option("--reference", options->reference,
                   "Measure these published indices on each target, in this "
                   "order")
      ->type_name("SCHEME:INDEX,...");
  command
      ->add_option("--source-architectures", options->spec.source_architectures,
                   "Measured on each source (default: 900)")
      ->check(CLI::Range(10, 1000000));
  command->add_option("--candidates", options->spec.candidates,
                      "Of them, drawn at random, that samples are chosen of "
                      "(default: 0: all)");
  command
      ->add_option("--draws", options->spec.draws, "Repetitions (default: 20)")
      ->check(CLI::Range(1, 10000));
  command->add_option("--seed", options->spec.seed, "Seed (default: 1)");
  command
      ->add_option("--subset", options->subset,
                   "Score these published indices alone, without each "
                   "target's fastest and slowest tenth")
      ->type_name("SCHEME:FIRST-LAST");
  command
      ->add_option("--splits-out", options->splits_out,
                   "Write which architectures each draw learnt from, sampled "
                   "and scored, as CSV")
      ->type_name("FILE");
  command->add_flag("--leave-one-out", options->leave_one_out,
                    "Each source in turn as the target of the others");
  AddFormatOption(*command, &options->format);
  AddOwnDeviceOptions(*command, &options->own);
  command->callback([options] {
    if (!options->own.spec.csv.empty() || options->own.suggest > 0) {
      return RunOwn(options.get());
    }
    if (options->from.empty()) {
      throw Error(ErrorCode::kUsage,
                  "predict transfer: name platforms to learn from with --from");
    }
    if (options->leave_one_out != options->to.empty()) {
      throw Error(ErrorCode::kUsage,
                  "predict transfer: name platforms to predict with --to, or "
                  "ask for --leave-one-out; for your own device, --csv");
    }
    for (const std::string& given :
         {options->own.out, options->own.spec.platform, options->own.spec.unit,
          options->own.accuracy}) {
      if (given.empty()) continue;
      throw Error(ErrorCode::kUsage,
                  "predict transfer: --platform, --unit, --accuracy and --out "
                  "belong to --csv");
    }
    RunTransfer(*options);
  });
}

// What fit, eval and fill share.
struct LearnOptions {
  std::string table;
  FitSpec fit;
  std::vector<std::string> stored;
  std::vector<std::string> set;
  // Of eval:
  std::vector<std::string> train = {"100"};
  EvaluationSpec evaluation;
  OutputFormat format = OutputFormat::kText;
  // Of fit and fill:
  std::string out;
  std::string with;
  bool remove = false;
  std::string formula;
};

PredictorOptions ParseSettings(const std::vector<std::string>& texts) {
  PredictorOptions options;
  for (const std::string& text : SplitList(texts)) {
    const size_t equal = text.find('=');
    const auto number =
        equal == std::string::npos
            ? std::nullopt
            : TryParseNumber(std::string_view(text).substr(equal + 1));
    if (!number) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("--set '{}': expected NAME=NUMBER", Quoted(text)));
    }
    options[text.substr(0, equal)] = *number;
  }
  return options;
}

void AddLearnOptions(CLI::App& command, LearnOptions* options) {
  command.add_option("table", options->table, "The table's file")->required();
  command.add_option("--metric", options->fit.metric, "What is predicted");
  command.add_option("--predictor", options->fit.predictor,
                     "ridge, gaussian-process, xgboost (default), lookup, "
                     "roofline, mlp, graph-network (with --encoding graph or "
                     "effective-graph); joined with '+': their average; with "
                     "'calibrated:' in front: error bars by grouped folds");
  command.add_option("--encoding", options->fit.encodings,
                     "Features, joined with '+' (default: one-hot)");
  command
      .add_option("--stored", options->stored,
                  "Metrics that the encodings 'stored' and 'stored-rank' are "
                  "made of")
      ->allow_extra_args(false)
      ->type_name("METRIC,...");
  command.add_option("--set", options->set, "Options of the predictor")
      ->allow_extra_args(false)
      ->type_name("NAME=NUMBER,...");
  command.add_option("--seed", options->fit.seed, "Seed (default: 1)");
}

FitSpec MakeFitSpec(const LearnOptions& options, const char* command) {
  FitSpec spec = options.fit;
  if (spec.metric.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: name the metric with --metric", command));
  }
  spec.stored = SplitList(options.stored);
  spec.options = ParseSettings(options.set);
  return spec;
}

struct NamedFigure {
  const char* name;
  double PredictionFigures::*figure;
};
constexpr NamedFigure kFigures[] = {
    {"kendall", &PredictionFigures::kendall},
    {"spearman", &PredictionFigures::spearman},
    {"r2", &PredictionFigures::r2},
    {"mae", &PredictionFigures::mae},
    {"precision", &PredictionFigures::precision},
};

// Mean over splits of the interval's figures in a tercile.
double Tercile(const EvaluatedSize& size,
               std::array<double, 3> PredictionFigures::*figure, size_t t) {
  double sum = 0;
  for (const PredictionFigures& f : size.by_split) sum += (f.*figure)[t];
  return sum / double(size.by_split.size());
}

Json SizeToJson(const EvaluatedSize& size, uint64_t seed) {
  Json json{{"train", size.train}, {"test", size.test}};
  for (const NamedFigure& named : kFigures) {
    const Interval i = FigureInterval(size, named.figure, seed);
    json[named.name] = {{"mean", i.mean}, {"low", i.low}, {"high", i.high}};
  }
  for (size_t t = 0; t < 3; ++t) {
    json["coverage_90"].push_back(
        Tercile(size, &PredictionFigures::coverage, t));
    json["width_90"].push_back(Tercile(size, &PredictionFigures::width, t));
  }
  json["seconds_fit"] = size.seconds_fit;
  json["seconds_predict"] = size.seconds_predict;
  return json;
}

void PrintEvaluation(const EvaluationSpec& spec,
                     const std::vector<EvaluatedSize>& sizes,
                     OutputFormat format) {
  if (format == OutputFormat::kJson) {
    Json list = Json::array();
    for (const EvaluatedSize& size : sizes) {
      list.push_back(SizeToJson(size, spec.seed));
    }
    PrintJsonFields(Json{{"metric", spec.metric},
                         {"predictor", spec.predictor},
                         {"encoding", spec.encodings},
                         {"splits", spec.splits},
                         {"seed", spec.seed},
                         {"eval", std::move(list)}});
    return;
  }
  TextTable table({"train", "test", "Kendall tau", "95 % interval", "Spearman",
                   "R2", "MAE", "precision", "in 90 %", "width", "fit (s)",
                   "predict (s)"});
  for (const EvaluatedSize& size : sizes) {
    const auto mean = [&](double PredictionFigures::*figure) {
      return FigureInterval(size, figure, spec.seed).mean;
    };
    const Interval tau =
        FigureInterval(size, &PredictionFigures::kendall, spec.seed);
    std::string coverage;
    std::string width;
    for (size_t t = 0; t < 3; ++t) {
      const char* gap = t == 0 ? "" : " ";
      coverage +=
          fmt::format("{}{:.1f}", gap,
                      100 * Tercile(size, &PredictionFigures::coverage, t));
      width += gap + ShortNumber(Tercile(size, &PredictionFigures::width, t));
    }
    table.AddRow({std::to_string(size.train), std::to_string(size.test),
                  fmt::format("{:.4f}", tau.mean),
                  fmt::format("[{:.4f}, {:.4f}]", tau.low, tau.high),
                  fmt::format("{:.4f}", mean(&PredictionFigures::spearman)),
                  fmt::format("{:.4f}", mean(&PredictionFigures::r2)),
                  ShortNumber(mean(&PredictionFigures::mae)),
                  fmt::format("{:.3f}", mean(&PredictionFigures::precision)),
                  coverage, width, fmt::format("{:.3f}", size.seconds_fit),
                  fmt::format("{:.3f}", size.seconds_predict)});
  }
  Print(table.Text());
  Print(fmt::format(
      "\n{} splits; precision: of the best {}; in 90 %, width: the 90 % "
      "interval, by tercile of the value\n\n95 % intervals over splits\n",
      spec.splits, spec.k));
  TextTable intervals({"train", "Spearman", "R2", "MAE", "precision"});
  for (const EvaluatedSize& size : sizes) {
    const auto text = [&](double PredictionFigures::*figure) {
      const Interval i = FigureInterval(size, figure, spec.seed);
      return fmt::format("[{}, {}]", ShortNumber(i.low), ShortNumber(i.high));
    };
    intervals.AddRow(
        {std::to_string(size.train), text(&PredictionFigures::spearman),
         text(&PredictionFigures::r2), text(&PredictionFigures::mae),
         text(&PredictionFigures::precision)});
  }
  Print(intervals.Text());
}

void RunEval(const LearnOptions& options) {
  const FitSpec fit = MakeFitSpec(options, "predict eval");
  EvaluationSpec spec = options.evaluation;
  spec.metric = fit.metric;
  spec.predictor = fit.predictor;
  spec.options = fit.options;
  spec.encodings = fit.encodings;
  spec.stored = fit.stored;
  spec.seed = fit.seed;
  spec.train.clear();
  for (const std::string& text : SplitList(options.train)) {
    const int64_t n = ParseInteger(text);
    if (n < 1) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--train {}: expected at least 1", n));
    }
    spec.train.push_back(static_cast<size_t>(n));
  }
  const std::shared_ptr<const Table> table = Table::Open(options.table);
  const InterruptScope interrupt;
  PrintEvaluation(
      spec,
      EvaluatePredictor(*table, spec,
                        [&interrupt] { return interrupt.Requested(); }),
      options.format);
}

void AddEval(CLI::App& predict) {
  const auto options = std::make_shared<LearnOptions>();
  CLI::App* command = predict.add_subcommand(
      "eval", "Judge a predictor on repeated splits of a table");
  AddLearnOptions(*command, options.get());
  EvaluationSpec& spec = options->evaluation;
  command
      ->add_option("--train", options->train,
                   "Architectures to learn from (default: 100)")
      ->allow_extra_args(false)
      ->type_name("N,...");
  command->add_option(
      "--test", spec.test,
      "Judge on so many, drawn at random (default: all others)");
  command->add_option("--splits", spec.splits, "Repetitions (default: 20)")
      ->check(CLI::Range(1, 10000));
  command
      ->add_option("--top", spec.k,
                   "Of the precision: the best N (default: 100)")
      ->check(CLI::PositiveNumber);
  command->add_flag("--connected", spec.connected,
                    "Judge on connected networks alone");
  command->add_flag("--relatives", spec.relatives,
                    "Judge on networks equal to some learnt from, too");
  AddFormatOption(*command, &options->format);
  command->callback([options] { RunEval(*options); });
}

void AddFit(CLI::App& predict) {
  const auto options = std::make_shared<LearnOptions>();
  CLI::App* command =
      predict.add_subcommand("fit", "Learn a metric and keep the predictor");
  AddLearnOptions(*command, options.get());
  command->add_option("--train", options->fit.train,
                      "Learn from so many, drawn at random (default: all)");
  command->add_option("--out", options->out, "The model's file")->required();
  command->callback([options] {
    const FitSpec spec = MakeFitSpec(*options, "predict fit");
    const auto table = Table::Open(options->table);
    const FittedTable fitted = FitOnTable(*table, spec);
    SavePredictor(fitted.saved, options->out);
    Print(fmt::format("{}: {} of {} from {} values\n", options->out,
                      fitted.saved.predictor->Id(), fitted.saved.metric,
                      fitted.rows));
  });
}

void RunFormula(const LearnOptions& options) {
  const FitSpec spec = MakeFitSpec(options, "predict fill --formula");
  if (!options.with.empty()) {
    throw Error(ErrorCode::kUsage,
                "predict fill: a formula or a saved predictor; leave --formula "
                "or --with out");
  }
  const FormulaReport report =
      FillGapsByFormula(options.table, spec.metric, options.formula);
  Print(
      fmt::format("{}: {} gaps of {} filled as analytic, {}; it holds in all "
                  "{} rows that have both\n",
                  options.table, report.filled, spec.metric, options.formula,
                  report.verified));
  if (report.left > 0) Print(fmt::format("{} gaps left\n", report.left));
}

void RunFill(const LearnOptions& options) {
  if (options.remove) {
    const FitSpec spec = MakeFitSpec(options, "predict fill --remove");
    Print(fmt::format("{}: {} filled values of {} removed\n", options.table,
                      RemoveFilled(options.table, spec.metric), spec.metric));
    return;
  }
  if (!options.formula.empty()) return RunFormula(options);
  const SavedPredictor saved =
      options.with.empty() ? FitOnTable(*Table::Open(options.table),
                                        MakeFitSpec(options, "predict fill"))
                                 .saved
                           : LoadPredictor(options.with);
  if (!options.with.empty() && !options.fit.metric.empty()) {
    throw Error(ErrorCode::kUsage,
                "predict fill: the metric of a saved predictor is its own; "
                "leave --metric or --with out");
  }
  const FillReport report = FillGapsByPrediction(
      options.table, saved, options.fit.encodings, options.fit.seed);
  Print(fmt::format("{}: {} gaps of {} filled by {}, source '{}'\n",
                    options.table, report.filled, saved.metric,
                    report.predictor, kPredictedSource));
  if (report.balanced_accuracy) {
    Print(
        fmt::format("{} are predicted not to compile (balanced accuracy over "
                    "five folds {:.3f})\n",
                    report.not_compiling, *report.balanced_accuracy));
  }
  if (report.left > 0) Print(fmt::format("{} gaps left\n", report.left));
}

void AddFill(CLI::App& predict) {
  const auto options = std::make_shared<LearnOptions>();
  CLI::App* command = predict.add_subcommand(
      "fill", "Predict what was not measured, beside what was");
  AddLearnOptions(*command, options.get());
  command->add_option(
      "--with", options->with,
      "A saved predictor instead of a new one; name its --encoding");
  command
      ->add_option("--formula", options->formula,
                   "A formula instead of a predictor, as in 7*latency@fpga; "
                   "it must hold where both are measured")
      ->type_name("NUMBER*METRIC");
  command->add_flag("--remove", options->remove,
                    "Take the filled values of --metric away again");
  command->callback([options] { RunFill(*options); });
}

}  // namespace

void AddPredictCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "predict", "Learn metrics from a table, and predict what it lacks");
  command->group(kTableCommands);
  command->require_subcommand(1);
  AddFit(*command);
  AddEval(*command);
  AddTransfer(*command);
  AddFill(*command);
  AddLookup(*command);
}

}  // namespace hwnas
