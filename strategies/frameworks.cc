#include "strategies/frameworks.h"

#include "tabular/error.h"

namespace hwnas {
namespace {

Framework Archai() {
  return {
      "archai",
      "Archai, Microsoft",
      true,
      "",
      "its space natsbench_tss is NATS-Bench's topology space, which "
      "'hwnas import nats-bench' reads from where it was published",
      "github.com/microsoft/archai, archai/discrete_search/algos and "
      "search_spaces/benchmark",
      {{"EvolutionParetoSearch",
        "evolution-pareto",
        {{"initial", "10"},
         {"random_mix", "5"},
         {"most_unseen", "100"},
         {"mutations_per_parent", "1"},
         {"crossovers", "5"}},
        "the defaults of both"},
       {"LocalSearch",
        "pareto-local-search",
        {},
        "theirs mutates every member of the front once an iteration, from 10 "
        "random models on; ours evaluates neighbours of the front"},
       {"MoBananasSearch",
        "bananas-mo",
        {{"initial", "10"},
         {"batch", "10"},
         {"parents", "10"},
         {"candidates", "50"}},
        "5 mutations of each of 10 parents; theirs evaluates cheap objectives "
        "where ours has a model of each"},
       {"RandomSearch", "random", {}, ""},
       {"RegularizedEvolutionSearch",
        "regularized-evolution",
        {{"population_size", "100"},
         {"sample_size", "40"},
         {"tournament_replacement", "false"}},
        "theirs mutates the whole front of 40 models out of the last 100, from "
        "10 random ones on; ours the best by the first objective"},
       {"SuccessiveHalvingSearch",
        "successive-halving",
        {{"eta", "2"}, {"initial", "10"}},
        "theirs keeps the first half of the fronts, ours of the models"}}};
}

Framework AutoKeras() {
  return {
      "auto-keras",
      "Auto-Keras, Keras team",
      true,
      "",
      "none: it trains pipelines of Keras blocks on the data it is given, and "
      "publishes no table of them",
      "github.com/keras-team/autokeras, autokeras/tuners; KerasTuner's pages "
      "at keras.io for what those stand on",
      {{"bayesian",
        "gp-bo",
        {},
        "KerasTuner's takes the upper confidence bound (beta 2.6, alpha "
        "0.0001), ours expected improvement"},
       {"greedy",
        "",
        {},
        "the default: draws one group of settings (block types, preprocessing, "
        "optimiser, architecture) anew and takes the best trial's for the "
        "others; the spaces here have no such groups"},
       {"hyperband",
        "hyperband",
        {{"eta", "3"}},
        "theirs counts epochs up to 100, ours takes a problem's rungs"},
       {"random", "random", {}, ""}}};
}

Framework AutoNac() {
  return {"autonac",
          "AutoNAC, Deci",
          false,
          "proprietary; neither the program nor the algorithm is public. Deci "
          "was acquired by Nvidia in May 2024; what there is are networks that "
          "it found",
          "none: those networks come without the space they were found in",
          "huggingface.co/Deci",
          {}};
}

Framework Darwin() {
  return {"darwin",
          "Darwin, SparkCognition",
          false,
          "a product; its patented neuroevolution is described in general "
          "terms only",
          "none",
          "SparkCognition's posts of 2019 at opendatascience.com and "
          "insidebigdata.com",
          {{"neuroevolution",
            "",
            {},
            "generations of dozens of models, the best of which spawn the "
            "next; genetic-algorithm is of that kind, its operators are not "
            "known to be the same"}}};
}

Framework Distiller() {
  return {
      "distiller",
      "Neural Network Distiller, Intel Labs",
      true,
      "",
      "none of its own; accuracies after pruning and quantisation come from "
      "'hwnas derive --compress', and are searched over nb201+compression@1",
      "github.com/IntelLabs/distiller, examples/auto_compression/amc",
      {{"AMC, Clipped PPO",
        "ppo",
        {},
        "theirs acts on a network layer by layer, ours draws the compression "
        "of the whole with the network"},
       {"AMC, DDPG and TD3",
        "",
        {},
        "a share to prune of each layer, any real number; the tables here hold "
        "a few shares"},
       {"AMC, random", "random", {}, ""}}};
}

Framework GoogleAutoMl() {
  return {
      "google-automl",
      "Google AutoML, as Vertex AI Neural Architecture Search",
      false,
      "a service on Google Cloud: client and trainers are public "
      "(Apache-2.0), the search is not",
      "none from the service; of its two search spaces MnasNet's is here "
      "(mnasnet), with measurements that 'hwnas import accel-nasbench' "
      "reads, SpineNet's is not",
      "cloud.google.com/vertex-ai/docs/training/neural-architecture-search; "
      "MultiTrialAlgorithm in the reference of the Vertex AI client",
      {{"GRID_SEARCH", "exhaustive", {}, ""},
       {"REINFORCEMENT_LEARNING",
        "ppo",
        {},
        "the default; which policy and update is not said. MnasNet's "
        "reward is 'constrained' with its two exponents around ppo"}}};
}

Framework NeuNetS() {
  return {"neunets",
          "NeuNetS, IBM",
          false,
          "part of IBM's product AI OpenScale; the program is not public",
          "none",
          "Sood et al., arXiv 1901.06261",
          {}};
}

Framework Nni() {
  return {
      "nni",
      "NNI, Microsoft",
      true,
      "",
      "its databases nasbench101, nasbench201, nds and nlp are not read; the "
      "first two are imported from where they were published (nas-bench-101, "
      "nats-bench, csv)",
      "github.com/microsoft/nni, nni/nas/strategy, nni/nas/benchmark and "
      "nni/algorithms/hpo; its list of built-in tuners",
      {{"BOHB", "bohb", {}, "a tuner"},
       {"DARTS",
        "differentiable",
        {{"way", "expected"}},
        "one-shot: trains shared weights, which no table stores; ours descends "
        "on a surrogate"},
       {"ENAS", "", {}, "one-shot, as DARTS; its controller alone: reinforce"},
       {"GPTuner",
        "gp-bo",
        {},
        "a tuner; Matern kernel, ours squared exponential"},
       {"GridSearch", "exhaustive", {}, ""},
       {"GumbelDARTS",
        "differentiable",
        {{"way", "gumbel"}},
        "one-shot, as DARTS"},
       {"Hyperband", "hyperband", {}, "a tuner"},
       {"Medianstop",
        "",
        {},
        "an assessor; here an experiment's early_stopping with quantile 0.5, "
        "around any strategy"},
       {"PBT", "", {}, "a tuner; changes settings during a training"},
       {"PolicyBasedRL",
        "ppo",
        {{"batch", "20"}, {"epochs", "5"}},
        "20 trials a collection (trial_per_collect), 5 passes over them; "
        "theirs learns a network at 0.0001, ours logits"},
       {"Proxyless", "", {}, "one-shot, as DARTS"},
       {"Random", "random", {}, ""},
       {"RandomOneShot", "", {}, "one-shot, as DARTS"},
       {"RegularizedEvolution",
        "regularized-evolution",
        {{"population_size", "100"},
         {"sample_size", "25"},
         {"tournament_replacement", "false"}},
        "theirs draws each decision anew with probability 0.05, ours makes one "
        "move"},
       {"SMAC", "", {}, "a tuner; random forests"},
       {"TPE", "tpe", {}, ""}}};
}

Framework Tpot() {
  return {"tpot",
          "TPOT, EpistasisLab",
          true,
          "",
          "none: it fits pipelines of scikit-learn on the data it is given, "
          "and publishes no table of them",
          "github.com/EpistasisLab/tpot, tpot/base.py",
          {{"genetic programming",
            "nsga2",
            {{"population_size", "100"}, {"crossover_probability", "0.1"}},
            "the same selection (NSGA-II, by score and size of the pipeline) "
            "and as many children as parents; theirs changes trees, by "
            "mutation in 0.9 of cases"}}};
}

std::string OptionsText(const OptionMap& options) {
  std::string text;
  for (const auto& [name, value] : options) {
    text += (text.empty() ? "`" : ", `") + name + "=" + value + "`";
  }
  return text;
}

void AppendStrategies(const Framework& framework, std::string* text) {
  if (framework.strategies.empty()) {
    *text += "Its strategies are not published.\n";
    return;
  }
  *text +=
      "| theirs | here | options for their defaults | what to know |\n"
      "|---|---|---|---|\n";
  for (const FrameworkStrategy& strategy : framework.strategies) {
    *text += "| " + strategy.name + " | " +
             (strategy.counterpart.empty() ? "none"
                                           : "`" + strategy.counterpart + "`") +
             " | " + OptionsText(strategy.options) + " | " + strategy.note +
             " |\n";
  }
}

}  // namespace

const std::vector<Framework>& Frameworks() {
  static const std::vector<Framework> frameworks = {
      Archai(),       AutoKeras(), AutoNac(), Darwin(), Distiller(),
      GoogleAutoMl(), NeuNetS(),   Nni(),     Tpot(),
  };
  return frameworks;
}

const Framework& FindFramework(std::string_view name) {
  std::vector<std::string> known;
  for (const Framework& framework : Frameworks()) {
    if (framework.name == name) return framework;
    known.push_back(framework.name);
  }
  FailUnknown("framework", name, known);
}

std::string FrameworksMarkdown() {
  std::string text =
      "# Frameworks\n\n"
      "What of other frameworks has a counterpart here. `hwnas strategies "
      "--like nni` prints\none of these sections; both are made of "
      "`frameworks.cc`. A counterpart is the same kind\nof algorithm, not the "
      "same program: where it differs is said. An optimiser that asks and\n"
      "tells can run itself, as a plug-in: `examples/python/ask_tell.py`, "
      "tried with one in\nscikit-optimize's form.\n";
  for (const Framework& framework : Frameworks()) {
    text += "\n## " + framework.title + "\n\n";
    text += "`--like " + framework.name + "`. " +
            (framework.open
                 ? "Open source."
                 : "Closed, so it cannot run here: " + framework.note + ".") +
            " Data: " + framework.data + ". Looked up in: " + framework.source +
            ".\n\n";
    AppendStrategies(framework, &text);
  }
  return text;
}

}  // namespace hwnas
