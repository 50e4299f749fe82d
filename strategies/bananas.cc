#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/models/gaussian_process.h"
#include "strategies/models/history.h"
#include "strategies/models/mlp.h"
#include "strategies/models/predictor_model.h"
#include "strategies/options.h"
#include "strategies/proposer.h"
#include "strategies/ranking.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options(bool several) {
  return {
      {"initial", "10", "num_init: random architectures first"},
      {"batch", "10", "k: proposals between two fits"},
      {"model", "mlp-ensemble",
       "mlp-ensemble: networks, as the paper's; gaussian-process and xgboost: "
       "other models behind the same interface; xgboost's deviation is "
       "that of its boosters, next to none for one"},
      {"ensemble", "5", "networks, or boosters of xgboost (num_ensemble)"},
      {"layers", "2", "hidden layers of a network; the paper has 10"},
      {"width", "16", "neurons of a layer; the paper has 20"},
      {"epochs", "100", "of training; the paper has 150"},
      {"learning_rate", "0.01", "Adam's"},
      {"trees", "500", "of a booster of xgboost, as NASLib's"},
      {"depth", "6", "levels of such a tree"},
      {"eta", "0.3", "shrinkage of such a tree"},
      {"candidates", several ? "50" : "100",
       "ranked by the acquisition function, 1,000 at most"},
      {"parents", several ? "10" : "5",
       "best architectures, whose moves are candidates"},
      {"max_mutations", "1", "moves from a parent"},
      {"move_share", "1",
       "of candidates by moves; the others, and what moves did not find, are "
       "samples"},
      {"repeats", "false",
       "whether a candidate may have been proposed before, as NASLib's may"},
      EncodingOption(),
  };
}

enum class Model { kMlpEnsemble, kGaussianProcess, kXgboost };

struct BananasOptions {
  size_t initial;
  size_t batch;
  Model model;
  size_t ensemble;
  MlpOptions network;
  PredictorOptions boosters;
  CandidateOptions candidates;
  size_t parents;
  Encoding encoding;
};

/// One ensemble an objective; a candidate's objectives are drawn, each
/// independently, from what its ensemble believes (independent Thompson
/// sampling), and the best draws are proposed. With one objective the best is
/// the least, with several the first fronts, by crowding.
class Bananas : public Strategy {
 public:
  Bananas(const BananasOptions& options, size_t objectives, RunContext context)
      : options_(options),
        objectives_(objectives),
        context_(std::move(context)),
        proposer_(*context_.problem),
        history_(*context_.problem, options.encoding),
        sorter_(objectives) {
    for (size_t i = 0; i < objectives_; ++i) {
      models_.push_back(NewModel());
    }
  }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    for (size_t i = 0; i < limit; ++i) {
      if (proposer_.Next() < options_.initial || history_.size() < 2) {
        Propose(context_.problem->space->Sample(context_.rng), out);
        continue;
      }
      if (queue_.empty()) Plan();
      Architecture next = std::move(queue_.back());
      queue_.pop_back();
      Propose(std::move(next), out);
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) history_.Add(trial);
  }

 private:
  std::unique_ptr<Regressor> NewModel() const {
    switch (options_.model) {
      case Model::kMlpEnsemble:
        return std::make_unique<MlpEnsemble>(options_.ensemble,
                                             options_.network);
      case Model::kGaussianProcess:
        return std::make_unique<GaussianProcess>();
      case Model::kXgboost:
        return std::make_unique<PredictorModel>("xgboost", options_.boosters);
    }
    return nullptr;
  }

  void Propose(Architecture architecture, std::vector<Proposal>* out) {
    seen_.Insert(architecture);
    proposer_.Propose(std::move(architecture), out);
  }

  std::vector<Architecture> Parents() {
    std::vector<Architecture> parents;
    if (objectives_ == 1) {
      for (const size_t i : history_.Best(options_.parents)) {
        parents.push_back(history_[i].architecture);
      }
      return parents;
    }
    std::vector<Individual> told(history_.size());
    for (size_t i = 0; i < told.size(); ++i) {
      told[i].architecture = history_[i].architecture;
      told[i].rating = history_.RatingOf(i);
    }
    for (Individual& individual : Best(std::move(told), options_.parents)) {
      parents.push_back(std::move(individual.architecture));
    }
    return parents;
  }

  /// By fronts, then crowding; with one objective simply the least.
  std::vector<Individual> Best(std::vector<Individual> individuals,
                               size_t count) {
    sorter_.Sort(individuals);
    std::stable_sort(individuals.begin(), individuals.end(), CrowdedBefore);
    if (individuals.size() > count) individuals.resize(count);
    return individuals;
  }

  void Plan() {
    const SearchSpace& space = *context_.problem->space;
    const std::vector<Architecture> candidates =
        Candidates(space, Parents(), seen_, options_.candidates, context_.rng);
    if (candidates.empty()) {
      // The space is used up: what remains is to repeat.
      queue_.push_back(space.Sample(context_.rng));
      return;
    }
    std::vector<Individual> draws(candidates.size());
    for (size_t i = 0; i < candidates.size(); ++i) {
      draws[i].architecture = candidates[i];
      draws[i].rating.violation = 0;
    }
    for (size_t k = 0; k < objectives_; ++k) {
      history_.Fit(k, models_[k].get(), context_.rng);
      history_.Predict(candidates, models_[k].get(), &beliefs_);
      for (size_t i = 0; i < candidates.size(); ++i) {
        draws[i].rating.objectives[k] =
            beliefs_[i].mean + beliefs_[i].deviation * context_.rng.Normal();
      }
    }
    draws = Best(std::move(draws), options_.batch);
    for (size_t i = draws.size(); i-- > 0;) {
      queue_.push_back(std::move(draws[i].architecture));
    }
  }

  BananasOptions options_;
  size_t objectives_;
  RunContext context_;
  Proposer proposer_;
  History history_;
  ConstrainedSorter sorter_;
  std::vector<std::unique_ptr<Regressor>> models_;
  std::vector<Architecture> queue_;  // the best last
  std::vector<Belief> beliefs_;
  SeenSet seen_;
};

std::unique_ptr<Strategy> MakeNamed(const char* name, bool several,
                                    const OptionMap& given,
                                    RunContext context) {
  const std::vector<OptionInfo> known = Options(several);
  const OptionReader reader(name, known, given);
  BananasOptions options;
  options.initial = reader.Count("initial", 2, 1000000);
  options.batch = reader.Count("batch", 1, 1000);
  options.model = static_cast<Model>(
      reader.Choice("model", {"mlp-ensemble", "gaussian-process", "xgboost"}));
  // One network has no deviation to draw from; one booster does as NASLib's.
  options.ensemble =
      reader.Count("ensemble", options.model == Model::kXgboost ? 1 : 2, 100);
  options.network.layers = reader.Count("layers", 1, 20);
  options.network.width = reader.Count("width", 1, 1000);
  options.network.epochs = reader.Count("epochs", 1, 10000);
  options.network.learning_rate = reader.Real("learning_rate", 1e-6, 1);
  options.boosters = {
      {"members", static_cast<double>(options.ensemble)},
      {"trees", static_cast<double>(reader.Count("trees", 1, 10000))},
      {"depth", static_cast<double>(reader.Count("depth", 1, 16))},
      {"eta", reader.Real("eta", 1e-4, 1)},
      {"folds", 0}};
  if (options.ensemble == 1) {
    // As NASLib's, of all rows and columns; several differ in what they see.
    options.boosters["subsample"] = 1;
    options.boosters["columns"] = 1;
  }
  options.candidates.repeats = reader.Flag("repeats");
  options.candidates.count = reader.Count("candidates", 1, 1000);
  options.candidates.move_share = reader.Real("move_share", 0, 1);
  options.candidates.max_moves = reader.Count("max_mutations", 1, 1000);
  options.parents = reader.Count("parents", 1, 1000);
  options.encoding = ReadEncoding(reader, *context.problem);
  const size_t objectives = several ? context.problem->objectives.size() : 1;
  return std::make_unique<Bananas>(options, objectives, std::move(context));
}

std::unique_ptr<Strategy> Make(const OptionMap& given, RunContext context) {
  return MakeNamed("bananas", false, given, std::move(context));
}

std::unique_ptr<Strategy> MakeSeveral(const OptionMap& given,
                                      RunContext context) {
  return MakeNamed("bananas-mo", true, given, std::move(context));
}

}  // namespace

StrategyInfo BananasInfo() {
  StrategyInfo info;
  info.name = "bananas";
  info.summary = "ensemble of networks, independent Thompson sampling";
  info.source =
      "White, Neiswanger, Savani, AAAI 2021, and its program: initial 10, k "
      "10, "
      "5 networks, 100 mutations of the best as candidates. Deviations: "
      "networks of 2 layers of 16, on squared error for 100 epochs, so that "
      "tables finish; one-hot decisions for paths; the five best are moved in "
      "turn, where the program goes on to the next when one yields no more. "
      "Constraints only rank parents (wrap it in constrained); it refits on "
      "what is told when a batch is used up, without waiting";
  info.options = Options(false);
  info.exact = false;
  info.make = Make;
  return info;
}

StrategyInfo BananasMoInfo() {
  StrategyInfo info;
  info.name = "bananas-mo";
  info.summary = "BANANAS with one ensemble an objective";
  info.source =
      "Guerrero-Viu et al., Bag of Baselines, 2021, as Archai's "
      "MoBananasSearch "
      "(10 parents, 5 mutations of each, 10 proposals). Draws of all "
      "objectives "
      "are ranked by fronts, and within one by crowding where Archai shuffles; "
      "every objective has an ensemble, also where it is cheap. Other "
      "deviations as bananas";
  info.options = Options(true);
  info.exact = false;
  info.multi_objective = true;
  info.make = MakeSeveral;
  return info;
}

}  // namespace hwnas
