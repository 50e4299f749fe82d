#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "strategies/archive.h"
#include "strategies/builtin.h"
#include "strategies/front_archive.h"
#include "strategies/models/history.h"
#include "strategies/models/mlp.h"
#include "strategies/options.h"
#include "strategies/proposer.h"
#include "strategies/ranking.h"

namespace hwnas {
namespace {

std::vector<OptionInfo> Options() {
  return {
      {"initial", "10", "num_init: random architectures first"},
      {"batch", "10", "k: proposals between two fits"},
      {"ensemble", "5", "networks, num_ensemble"},
      {"layers", "2", "hidden layers of a network; the paper has 10"},
      {"width", "20", "neurons of a layer"},
      {"epochs", "100", "of training; the paper has 200"},
      {"learning_rate", "0.01", "Adam's"},
      {"candidates", "100", "ranked by the acquisition function"},
      {"parents", "2", "num_arches_to_mutate: the best, for candidates"},
      {"max_mutations", "1", "moves from a parent"},
      {"move_share", "0.5", "of candidates by moves, the others are samples"},
      EncodingOption(),
  };
}

struct BananasOptions {
  size_t initial;
  size_t batch;
  size_t ensemble;
  MlpOptions network;
  size_t candidates;
  size_t parents;
  size_t max_mutations;
  double move_share;
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
        front_(objectives),
        sorter_(objectives) {
    for (size_t i = 0; i < objectives_; ++i) {
      models_.push_back(
          std::make_unique<MlpEnsemble>(options_.ensemble, options_.network));
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
    for (const Trial& trial : trials) {
      history_.Add(trial);
      if (objectives_ > 1) {
        front_.Add(trial.architecture, history_.judge().RateAll(trial));
      }
    }
  }

 private:
  void Propose(Architecture architecture, std::vector<Proposal>* out) {
    seen_.Insert(architecture);
    proposer_.Propose(std::move(architecture), out);
  }

  std::vector<Architecture> Parents() const {
    std::vector<Architecture> parents;
    if (objectives_ == 1) {
      for (const size_t i : history_.Best(options_.parents)) {
        parents.push_back(history_[i].architecture);
      }
    } else {
      for (const FrontArchive::Entry& entry : front_.Entries()) {
        parents.push_back(entry.architecture);
      }
    }
    return parents;
  }

  void Plan() {
    const SearchSpace& space = *context_.problem->space;
    for (size_t k = 0; k < objectives_; ++k) {
      history_.Fit(k, models_[k].get(), context_.rng);
    }
    const std::vector<Architecture> candidates =
        Candidates(space, Parents(), seen_, options_.candidates,
                   options_.move_share, options_.max_mutations, context_.rng);
    std::vector<Individual> draws(candidates.size());
    for (size_t i = 0; i < candidates.size(); ++i) {
      draws[i].architecture = candidates[i];
      draws[i].rating.violation = 0;
      for (size_t k = 0; k < objectives_; ++k) {
        const Belief belief = history_.Predict(*models_[k], candidates[i]);
        draws[i].rating.objectives[k] =
            belief.mean + belief.deviation * context_.rng.Normal();
      }
    }
    sorter_.Sort(draws);
    std::stable_sort(draws.begin(), draws.end(), CrowdedBefore);
    if (draws.size() > options_.batch) draws.resize(options_.batch);
    for (size_t i = draws.size(); i-- > 0;) {
      queue_.push_back(std::move(draws[i].architecture));
    }
    // The space is used up: what remains is to repeat.
    if (queue_.empty()) queue_.push_back(space.Sample(context_.rng));
  }

  BananasOptions options_;
  size_t objectives_;
  RunContext context_;
  Proposer proposer_;
  History history_;
  FrontArchive front_;
  ConstrainedSorter sorter_;
  std::vector<std::unique_ptr<Regressor>> models_;
  std::vector<Architecture> queue_;  // the best last
  SeenSet seen_;
};

std::unique_ptr<Strategy> MakeNamed(const char* name, bool several,
                                    const OptionMap& given,
                                    RunContext context) {
  const std::vector<OptionInfo> known = Options();
  const OptionReader reader(name, known, given);
  BananasOptions options;
  options.initial = reader.Count("initial", 2, 1000000);
  options.batch = reader.Count("batch", 1, 1000);
  options.ensemble = reader.Count("ensemble", 2, 100);
  options.network.layers = reader.Count("layers", 1, 20);
  options.network.width = reader.Count("width", 1, 1000);
  options.network.epochs = reader.Count("epochs", 1, 10000);
  options.network.learning_rate = reader.Real("learning_rate", 1e-6, 1);
  options.candidates = reader.Count("candidates", 1, 1000);
  options.parents = reader.Count("parents", 1, 1000);
  options.max_mutations = reader.Count("max_mutations", 1, 1000);
  options.move_share = reader.Real("move_share", 0, 1);
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
      "White, Neiswanger, Savani, AAAI 2021; initial 10, k 10, 5 networks, 100 "
      "candidates from the two best as in NASLib. Smaller networks (2 layers "
      "of 20 for 10) trained on squared error, so that tables finish; half of "
      "the candidates are samples; one-hot decisions, not paths. Parents rank "
      "by violation, then the first objective; refits on what is told when a "
      "batch is used up, without waiting";
  info.options = Options();
  info.exact = false;
  info.make = Make;
  return info;
}

StrategyInfo BananasMoInfo() {
  StrategyInfo info;
  info.name = "bananas-mo";
  info.summary = "BANANAS with one ensemble an objective";
  info.source =
      "Archai's MoBananasSearch (Microsoft), after White, Neiswanger, Savani, "
      "AAAI 2021: draws of all objectives are ranked by fronts and crowding, "
      "candidates are moves from the front of what was told. Other deviations "
      "as bananas";
  info.options = Options();
  info.exact = false;
  info.multi_objective = true;
  info.make = MakeSeveral;
  return info;
}

}  // namespace hwnas
