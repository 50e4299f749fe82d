#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include "bench/cli/command.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/output.h"
#include "bench/cli/progress_line.h"
#include "bench/cli/share.h"
#include "datasets/derive/agreement.h"
#include "datasets/derive/audit.h"
#include "datasets/derive/compress_pass.h"
#include "datasets/derive/derive.h"
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
  std::string against_metric = "accuracy:test";
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

void RunAudit(const derive::Recipe& recipe, const Options& options) {
  CheckInitFrom(recipe, options);
  const auto report =
      derive::Audit(recipe, derive::ReadShards(options.shards), options.data,
                    options.audit, options.audit_label, options.init_from);
  std::string text;
  for (const derive::AuditedRow& row : report.rows) {
    text += fmt::format(
        "position {} seed {} images {}: {}\n", row.stored.position, row.seed,
        row.images,
        row.exact
            ? "equal to the last bit"
            : fmt::format("{} ({:+.2f} points of test accuracy)",
                          row.agrees ? "agrees" : "DISAGREES", row.difference));
  }
  text += fmt::format(
      "{} of {} rows equal to the last bit ({} kernels), {} beyond {:.2f} "
      "points\n",
      report.exact, report.rows.size(), report.kernels, report.disagreeing,
      report.tolerance);
  Print(text);
  if (report.disagreeing != 0) {
    throw Error(ErrorCode::kDisagree,
                fmt::format("{} of {} retrained rows disagree with {}",
                            report.disagreeing, report.rows.size(),
                            Quoted(options.shards, 400)));
  }
}

std::string FormatCoefficient(std::optional<double> value) {
  return value ? fmt::format("{:7.4f}", *value) : "      -";
}

std::string FormatAgreement(const derive::RankAgreement& row) {
  return fmt::format("{:<28}{:<28}{:>9}{:>9}{:>9}\n", row.first, row.second,
                     row.networks, FormatCoefficient(row.tau),
                     FormatCoefficient(row.spearman));
}

void ShowAgreement(const derive::Recipe& recipe, const Options& options) {
  const auto shards = derive::ReadShards(options.shards);
  const auto report = derive::Agreement(recipe, shards);
  std::optional<derive::RankAgreement> against;
  if (!options.against.empty()) {
    against =
        derive::AgreementWith(recipe, shards, *Table::Open(options.against),
                              Metric::Parse(options.against_metric));
  }
  std::string text = fmt::format("{:<28}{:<28}{:>9}{:>9}{:>9}\n", "accuracy",
                                 "against", "trainings", "tau", "spearman");
  for (const auto* list : {&report.seeds, &report.epochs, &report.images}) {
    for (const derive::RankAgreement& row : *list) {
      text += FormatAgreement(row);
    }
  }
  if (against) {
    text += FormatAgreement(*against);
  }
  for (const derive::NoiseShare& noise : report.noise) {
    text += fmt::format(
        "{} images, {} networks with several seeds: mean test accuracy {:.2f}, "
        "deviation of networks {:.3f}, of seeds {:.3f} points\n",
        noise.images, noise.networks, noise.mean, noise.network_deviation,
        noise.seed_deviation);
  }
  Print(text);
}

void WriteTable(const derive::Recipe& recipe, const Options& options) {
  const auto report = derive::WriteDerivedTable(
      recipe, derive::ReadShards(options.shards), options.out);
  Print(fmt::format(
      "{}: {} architectures, {} networks, {} trainings, {} of them diverged\n",
      options.out, report.architectures, report.networks, report.trainings,
      report.diverged));
}

void Train(const derive::Recipe& recipe, const Options& options) {
  CheckInitFrom(recipe, options);
  const InterruptScope interrupt;
  derive::DeriveOptions derive_options;
  derive_options.folder = options.shards;
  derive_options.data_folder = options.data;
  derive_options.init_from = options.init_from;
  derive_options.limit = options.limit;
  derive_options.threads =
      options.threads > 0
          ? options.threads
          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  derive_options.stop = interrupt.Flag();
  if (!options.share.empty()) {
    const Share share = ParseShare(options.share);
    derive_options.shard = share.i - 1;
    derive_options.shards = share.n;
  }
  DeriveProgress done;
  {
    ProgressLine line(options.compress ? "networks" : "trainings");
    const auto work =
        options.compress ? derive::CompressTrained : derive::Derive;
    done =
        work(recipe, derive_options, [&line](const DeriveProgress& progress) {
          line.Show(static_cast<uint64_t>(progress.done),
                    static_cast<uint64_t>(progress.total));
        });
  }
  Print(fmt::format(
      "{}: {} of {} {}, {} of them now\n", options.shards, done.done,
      done.total,
      options.compress ? "trained networks compressed" : "trainings done",
      done.trained));
  if (interrupt.Requested() && done.done < done.total) {
    throw Error(ErrorCode::kInterrupted,
                "interrupted; the same command goes on where it stopped");
  }
}

// What is asked for: the audit or the table of shards that are there, or
// shards; with neither folder nor audit both, the shards beside the table.
void Derive(Options options) {
  const derive::Recipe recipe = derive::ReadRecipe(options.recipe);
  if (options.shards.empty() && options.out.empty()) {
    throw Error(ErrorCode::kUsage,
                "give --out T.db for a table, or --shards DIR for its rows");
  }
  const bool beside = options.shards.empty();
  if (beside) options.shards = options.out + ".shards";
  if (options.audit > 0) {
    RunAudit(recipe, options);
    return;
  }
  if (options.agreement) {
    ShowAgreement(recipe, options);
    return;
  }
  if (beside) MakeFolder(options.shards);
  if (beside || options.out.empty()) Train(recipe, options);
  if (!options.out.empty()) WriteTable(recipe, options);
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
  command->add_flag("--compress", options->compress,
                    "Compress what is trained, of the series that keep their "
                    "weights: every width and sparsity");
  command->add_option("--shard", options->share,
                      "i/n: only every n-th shard file, from the i-th");
  command
      ->add_option("--audit", options->audit,
                   "Retrain so many random rows of the shards and compare")
      ->check(CLI::Range(1, 1 << 24));
  command->add_flag("--agreement", options->agreement,
                    "How the shards' seeds, epochs and numbers of images\n"
                    "rank the networks");
  command
      ->add_option("--against", options->against,
                   "With --agreement: also how they agree with another table")
      ->type_name("T.db");
  command
      ->add_option("--against-metric", options->against_metric, "Of that table")
      ->capture_default_str();
  command->add_option("--audit-label", options->audit_label,
                      "Chooses the rows, such as a commit's hash");
  command->callback([options] { Derive(*options); });
}

}  // namespace hwnas
