#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/progress_line.h"
#include "bench/cli/share.h"
#include "datasets/derive/agreement.h"
#include "datasets/derive/audit.h"
#include "datasets/derive/compress_pass.h"
#include "datasets/derive/derive.h"
#include "datasets/derive/derived_rows.h"
#include "datasets/derive/derived_table.h"
#include "datasets/file_writer.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using derive::DeriveProgress;

struct Options {
  std::string recipe;
  std::string shards;
  std::string out;
  std::string data = derive::kFashionMnistFolder;
  std::string init_from;
  std::string share;
  std::string audit_label;
  int threads = 0;
  int limit = 0;
  int audit = 0;
  bool compress = false;
  bool agreement = false;
  std::string against;
  std::vector<std::string> against_metrics = {"accuracy:test"};
  OutputFormat format = OutputFormat::kText;
};

void CheckInitFrom(const derive::Recipe& recipe, const Options& options) {
  if (recipe.start && options.init_from.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("the recipe starts from trainings of '{}': give "
                            "their folder by --init-from",
                            recipe.start->name));
  }
  if (!recipe.start && !options.init_from.empty()) {
    throw Error(ErrorCode::kUsage,
                "--init-from is for recipes that have a [start]");
  }
}

// What was done, for --format json; texts are printed as it is done.
using Json = nlohmann::ordered_json;

Json AuditJson(const derive::AuditReport& report) {
  Json rows = Json::array();
  for (const derive::AuditedRow& row : report.rows) {
    rows.push_back({{"position", row.stored.position},
                    {"seed", row.seed},
                    {"images", row.images},
                    {"exact", row.exact},
                    {"agrees", row.agrees},
                    {"difference", row.difference},
                    {"validation_difference", row.validation_difference},
                    {"tolerance", row.tolerance}});
  }
  return {{"rows", std::move(rows)},
          {"exact", report.exact},
          {"disagreeing", report.disagreeing},
          {"kernels", report.kernels}};
}

std::string AuditText(const derive::AuditReport& report) {
  std::string text;
  for (const derive::AuditedRow& row : report.rows) {
    text += fmt::format(
        "position {} seed {} images {}: {}\n", row.stored.position, row.seed,
        row.images,
        row.exact ? "equal to the last bit"
                  : fmt::format(
                        "not equal, {} {:.2f} points (test {:+.2f}, validation "
                        "{:+.2f})",
                        row.agrees ? "within" : "BEYOND", row.tolerance,
                        row.difference, row.validation_difference));
  }
  text += fmt::format(
      "{} of {} rows equal to the last bit ({} kernels), {} beyond what other "
      "processors may differ by\n",
      report.exact, report.rows.size(), report.kernels, report.disagreeing);
  const auto inexact = static_cast<int>(report.rows.size()) - report.exact;
  if (report.exact > 0 && inexact > 0) {
    text += fmt::format(
        "note: {} not equal where others are: trained with other kernels, or "
        "changed since\n",
        inexact);
  }
  return text;
}

// `failure`: what to end with, when all is printed.
Json RunAudit(const derive::Recipe& recipe, const Options& options,
              std::optional<Error>* failure) {
  CheckInitFrom(recipe, options);
  const auto report =
      derive::Audit(recipe, derive::ReadShards(options.shards), options.data,
                    options.audit, options.audit_label, options.init_from);
  if (options.format == OutputFormat::kText) Print(AuditText(report));
  if (report.disagreeing != 0) {
    failure->emplace(ErrorCode::kDisagree,
                     fmt::format("{} of {} retrained rows disagree with {}",
                                 report.disagreeing, report.rows.size(),
                                 Quoted(options.shards, 400)));
  }
  return AuditJson(report);
}

// With --agreement: everything that the figures of a page about the rows need.
struct Analysis {
  derive::AgreementReport report;
  std::vector<derive::RankAgreement> against;
  std::shared_ptr<const SearchSpace> space;
};

Analysis Analyse(const derive::Recipe& recipe, const Options& options) {
  const auto rows = derive::ReadDerivedRows(options.shards);
  Analysis analysis;
  analysis.report = derive::Agreement(recipe, rows);
  analysis.space = MakeSpace(recipe.space);
  if (options.against.empty()) return analysis;
  const auto table = Table::Open(options.against);
  for (const std::string& metric : options.against_metrics) {
    for (auto& row :
         derive::AgreementWith(recipe, rows, *table, Metric::Parse(metric))) {
      analysis.against.push_back(std::move(row));
    }
  }
  return analysis;
}

Json Coefficient(std::optional<double> value) {
  return value ? Json(*value) : Json();
}

Json RanksJson(const std::vector<derive::RankAgreement>& list) {
  Json json = Json::array();
  for (const derive::RankAgreement& row : list) {
    json.push_back({{"first", row.first},
                    {"second", row.second},
                    {"pairs", row.networks},
                    {"kendall_tau", Coefficient(row.tau)},
                    {"spearman", Coefficient(row.spearman)}});
  }
  return json;
}

Json CompressionsJson(const derive::AgreementReport& report) {
  Json json = Json::array();
  for (const derive::CompressionCost& cost : report.compressions) {
    json.push_back({{"bits", cost.bits},
                    {"sparsity", cost.sparsity},
                    {"networks", cost.networks},
                    {"diverged", cost.diverged},
                    {"test", cost.test},
                    {"loss", cost.loss},
                    {"gains", cost.gains},
                    {"largest_gain", cost.largest_gain},
                    {"kendall_tau", Coefficient(cost.tau)}});
  }
  return json;
}

Json AnalysisJson(const Analysis& analysis) {
  const derive::AgreementReport& report = analysis.report;
  Json json;
  json["series"] = Json::array();
  for (const derive::SeriesCost& series : report.series) {
    json["series"].push_back({{"seed", series.seed},
                              {"images", series.images},
                              {"trainings", series.trainings},
                              {"diverged", series.diverged},
                              {"seconds", series.seconds}});
  }
  json["distribution"] = Json();
  if (report.distribution) {
    const Summary& d = *report.distribution;
    json["distribution"] = {{"networks", d.count},  {"mean", d.mean},
                            {"minimum", d.minimum}, {"quartile1", d.quartile1},
                            {"median", d.median},   {"quartile3", d.quartile3},
                            {"maximum", d.maximum}};
  }
  json["best"] = Json::array();
  for (const derive::BestCell& cell : report.best) {
    json["best"].push_back(
        {{"architecture", analysis.space->Format(cell.architecture)},
         {"seeds", cell.seeds},
         {"test", cell.test},
         {"validation", cell.validation}});
  }
  json["seeds"] = RanksJson(report.seeds);
  json["epochs"] = RanksJson(report.epochs);
  json["images"] = RanksJson(report.images);
  json["noise"] = Json::array();
  for (const derive::NoiseShare& noise : report.noise) {
    json["noise"].push_back({{"images", noise.images},
                             {"networks", noise.networks},
                             {"mean", noise.mean},
                             {"network_deviation", noise.network_deviation},
                             {"seed_deviation", noise.seed_deviation},
                             {"network_share", noise.Share()}});
  }
  json["compressions"] = CompressionsJson(report);
  json["chosen_compression"] = Json();
  if (report.chosen) {
    json["chosen_compression"] = {
        {"networks", report.chosen->networks},
        {"better_on_validation", report.chosen->better_on_validation},
        {"better_on_test", report.chosen->better_on_test},
        {"test_change", report.chosen->test_change}};
  }
  json["latencies"] = RanksJson(report.latencies);
  json["against"] = RanksJson(analysis.against);
  return json;
}

std::string FormatCoefficient(std::optional<double> value) {
  return value ? fmt::format("{:7.4f}", *value) : "      -";
}

std::string RanksText(const std::vector<derive::RankAgreement>& list) {
  std::string text;
  for (const derive::RankAgreement& row : list) {
    text += fmt::format("{:<32}{:<32}{:>9}{:>9}{:>9}\n", row.first, row.second,
                        row.networks, FormatCoefficient(row.tau),
                        FormatCoefficient(row.spearman));
  }
  return text;
}

std::string DistributionText(const Analysis& analysis) {
  std::string text;
  for (const derive::SeriesCost& series : analysis.report.series) {
    text += fmt::format(
        "seed {}, {} images: {} trainings, {} diverged, {:.0f} processor "
        "seconds\n",
        series.seed, series.images, series.trainings, series.diverged,
        series.seconds);
  }
  if (analysis.report.distribution) {
    const Summary& d = *analysis.report.distribution;
    text += fmt::format(
        "test accuracy of {} networks, means of seeds: {:.2f} to {:.2f}, mean "
        "{:.2f}, quartiles {:.2f}, {:.2f}, {:.2f} %\n",
        d.count, d.minimum, d.maximum, d.mean, d.quartile1, d.median,
        d.quartile3);
  }
  for (const derive::BestCell& cell : analysis.report.best) {
    text += fmt::format("  {}: test {:.2f}, validation {:.2f} %, {} seeds\n",
                        analysis.space->Format(cell.architecture), cell.test,
                        cell.validation, cell.seeds);
  }
  for (const derive::NoiseShare& noise : analysis.report.noise) {
    text += fmt::format(
        "{} images, {} networks with several seeds: mean test accuracy {:.2f}, "
        "deviation of networks {:.3f}, of seeds {:.3f} points; networks are "
        "{:.1f} % of the variance\n",
        noise.images, noise.networks, noise.mean, noise.network_deviation,
        noise.seed_deviation, 100 * noise.Share());
  }
  return text;
}

std::string CompressionsText(const derive::AgreementReport& report) {
  if (report.compressions.empty()) return "";
  std::string text = fmt::format(
      "\n{:>4} {:>8} {:>8} {:>8} {:>7} {:>7} {:>6} "
      "{:>12} {:>7}\n",
      "bits", "sparsity", "networks", "diverged", "test", "loss", "gains",
      "largest gain", "tau");
  for (const derive::CompressionCost& cost : report.compressions) {
    text += fmt::format(
        "{:>4} {:>8} {:>8} {:>8} {:>7.2f} {:>7.2f} {:>6} "
        "{:>12.2f} {:>7}\n",
        cost.bits, cost.sparsity, cost.networks, cost.diverged, cost.test,
        cost.loss, cost.gains, cost.largest_gain, FormatCoefficient(cost.tau));
  }
  text += fmt::format(
      "the compression that is best on validation: better than none for {} of "
      "{} networks there, for {} on test; test accuracy changes by {:+.2f} "
      "points\n",
      report.chosen->better_on_validation, report.chosen->networks,
      report.chosen->better_on_test, report.chosen->test_change);
  return text;
}

Json ShowAgreement(const derive::Recipe& recipe, const Options& options) {
  const Analysis analysis = Analyse(recipe, options);
  if (options.format == OutputFormat::kText) {
    const derive::AgreementReport& report = analysis.report;
    Print(DistributionText(analysis) +
          fmt::format("\n{:<32}{:<32}{:>9}{:>9}{:>9}\n", "ranks", "against",
                      "pairs", "tau", "spearman") +
          RanksText(report.seeds) + RanksText(report.epochs) +
          RanksText(report.images) + RanksText(report.latencies) +
          RanksText(analysis.against) + CompressionsText(report));
  }
  return AnalysisJson(analysis);
}

Json WriteTable(const derive::Recipe& recipe, const Options& options) {
  const auto report = derive::WriteDerivedTable(
      recipe, derive::ReadDerivedRows(options.shards), options.out);
  if (options.format == OutputFormat::kText) {
    Print(fmt::format(
        "{}: {} architectures, {} networks, {} trainings, {} of "
        "them diverged, {} compressed, {} platforms\n",
        options.out, report.architectures, report.networks, report.trainings,
        report.diverged, report.compressed, report.platforms));
  }
  return {
      {"path", options.out},          {"architectures", report.architectures},
      {"networks", report.networks},  {"trainings", report.trainings},
      {"diverged", report.diverged},  {"compressed", report.compressed},
      {"platforms", report.platforms}};
}

derive::DeriveOptions ToDeriveOptions(const Options& options,
                                      const InterruptScope& interrupt) {
  derive::DeriveOptions derive_options;
  derive_options.folder = options.shards;
  derive_options.data_folder = options.data;
  derive_options.init_from = options.init_from;
  derive_options.limit = options.limit;
  derive_options.threads =
      options.threads > 0
          ? options.threads
          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  derive_options.stop = [&interrupt] { return interrupt.Requested(); };
  if (!options.share.empty()) {
    const Share share = ParseShare(options.share);
    derive_options.shard = share.i - 1;
    derive_options.shards = share.n;
  }
  return derive_options;
}

Json Train(const derive::Recipe& recipe, const Options& options,
           std::optional<Error>* failure) {
  CheckInitFrom(recipe, options);
  const InterruptScope interrupt;
  DeriveProgress done;
  {
    ProgressLine line(options.compress ? "networks" : "trainings");
    const auto work =
        options.compress ? derive::CompressTrained : derive::Derive;
    done = work(recipe, ToDeriveOptions(options, interrupt),
                [&line](const DeriveProgress& progress) {
                  line.Show(static_cast<uint64_t>(progress.done),
                            static_cast<uint64_t>(progress.total));
                });
  }
  const bool interrupted = interrupt.Requested() && done.done < done.total;
  if (options.format == OutputFormat::kText) {
    Print(fmt::format(
        "{}: {} of {} {}, {} of them now\n", options.shards, done.done,
        done.total,
        options.compress ? "trained networks compressed" : "trainings done",
        done.trained));
  }
  if (interrupted) {
    failure->emplace(ErrorCode::kInterrupted,
                     "interrupted; the same command goes on where it stopped");
  }
  return {{"shards", options.shards},
          {"done", done.done},
          {"total", done.total},
          {"now", done.trained},
          {"interrupted", interrupted}};
}

// What is asked for: the audit or the table of shards that are there, or
// shards; with neither folder nor audit both, the shards beside the table.
void Derive(Options options) {
  const derive::Recipe recipe = derive::ReadRecipe(options.recipe);
  if (options.shards.empty() && options.out.empty()) {
    throw Error(ErrorCode::kUsage,
                "give --out T.db for a table, or --shards DIR for its rows");
  }
  if (options.compress && !options.shards.empty() && !options.out.empty()) {
    throw Error(ErrorCode::kUsage,
                "--compress and then --out: two commands, where --shards is "
                "given");
  }
  const bool beside = options.shards.empty();
  if (beside) options.shards = options.out + ".shards";
  Json done;
  done["recipe"] = recipe.name;
  std::optional<Error> failure;
  if (options.audit > 0) {
    done["audit"] = RunAudit(recipe, options, &failure);
  } else if (options.agreement) {
    done["agreement"] = ShowAgreement(recipe, options);
  } else {
    if (beside && !options.compress) MakeFolder(options.shards);
    if (beside || options.out.empty()) {
      done[options.compress ? "compressed" : "trained"] =
          Train(recipe, options, &failure);
    }
    if (!options.out.empty() && !failure) {
      done["table"] = WriteTable(recipe, options);
    }
  }
  if (options.format == OutputFormat::kJson) PrintJson("derive", done);
  if (failure) throw *failure;
}

}  // namespace

void AddDeriveCommand(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "derive",
      "Make a table's accuracies by training every network of a\n"
      "space; go on where it stopped");
  command->group(kTableCommands);
  command
      ->add_option("recipe", options->recipe,
                   "Recipe (TOML, see datasets/derive/README.md)")
      ->required();
  command->add_option(
      "--shards", options->shards,
      "Folder of the shard files: trains what is missing (default\n"
      "with --out: T.db.shards)");
  CLI::Option* out =
      command
          ->add_option(
              "--out", options->out,
              "Write the table of the shard files; with --shards, of those\n"
              "that are there and without training")
          ->type_name("T.db");
  command
      ->add_option("--data", options->data,
                   "Folder of Fashion-MNIST's four IDX files")
      ->capture_default_str();
  command->add_option("--init-from", options->init_from,
                      "For a recipe with a [start]: the folder of shards and\n"
                      "kept weights that it starts from");
  command
      ->add_option("--threads", options->threads,
                   "Networks trained at once (default: all processors)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--limit", options->limit, "Stop after so many networks")
      ->check(CLI::Range(1, 1 << 24));
  CLI::Option* compress =
      command->add_flag("--compress", options->compress,
                        "Compress what is trained, of the series that keep "
                        "their weights: every width and sparsity");
  command->add_option("--shard", options->share,
                      "i/n: only every n-th shard file, from the i-th");
  CLI::Option* audit =
      command
          ->add_option("--audit", options->audit,
                       "Retrain so many random rows of the shards and compare")
          ->check(CLI::Range(1, 1 << 24))
          ->excludes(out)
          ->excludes(compress);
  CLI::Option* agreement =
      command
          ->add_flag("--agreement", options->agreement,
                     "What the rows say: distribution, noise, how seeds,\n"
                     "epochs, images and latencies rank the networks, what\n"
                     "compression costs")
          ->excludes(out)
          ->excludes(compress)
          ->excludes(audit);
  command
      ->add_option("--against", options->against,
                   "With --agreement: also how they agree with another table")
      ->type_name("T.db")
      ->needs(agreement);
  command
      ->add_option("--against-metric", options->against_metrics,
                   "Of that table (repeatable); 'latency': each platform's")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--audit-label", options->audit_label,
                      "Chooses the rows, such as a commit's hash");
  AddFormatOption(*command, &options->format);
  command->callback([options] { Derive(*options); });
}

}  // namespace hwnas
