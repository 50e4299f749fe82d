// NSGA-II of ours beside pagmo2's: the same problem, population, generations
// and probabilities; evaluations a second on one core, and the hypervolume of
// all that was evaluated. Prints one line for each, and the comparison.
//
//   hwnas_pagmo [SEEDS]

#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <pagmo/types.hpp>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/harness/run.h"
#include "bench/harness/tabular_benchmark.h"
#include "datasets/synthetic.h"
#include "strategies/registry.h"
#include "tabular/analysis/bootstrap.h"
#include "tabular/analysis/hypervolume.h"
#include "tabular/analysis/pareto.h"
#include "tabular/analysis/summary.h"
#include "tabular/table.h"

namespace hwnas {
namespace {

constexpr unsigned kPopulation = 100;
constexpr unsigned kGenerations = 50;
constexpr uint64_t kEvaluations = kPopulation * (kGenerations + 1);
constexpr size_t kDecisions = 6;
constexpr uint64_t kChoices = 5;
constexpr double kCrossover = 0.9;

/// Both objectives of every architecture, minimised, by rank; scaled so that
/// the front spans 0 to 1.
struct Landscape {
  std::shared_ptr<const TabularBenchmark> benchmark;
  std::vector<double> values;  // two an architecture

  double Volume(std::vector<bool> evaluated) const {
    std::vector<double> points;
    for (size_t rank = 0; rank < evaluated.size(); ++rank) {
      if (!evaluated[rank]) continue;
      points.push_back(values[2 * rank]);
      points.push_back(values[2 * rank + 1]);
    }
    const double reference[] = {1.1, 1.1};
    return Hypervolume(points, reference);
  }
};

Landscape MakeLandscape() {
  std::string folder =
      (std::filesystem::temp_directory_path() / "hwnas-pagmo-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  WriteSyntheticTable(folder + "/table.db", {});
  ProblemSpec spec;
  spec.name = "pagmo";
  spec.objectives = {{"accuracy:val/e200", "", ""},
                     {"macs;graph=effective", "", ""}};
  spec.protocol.evaluations = kEvaluations;
  spec.protocol.replicates = false;
  Landscape landscape;
  landscape.benchmark =
      TabularBenchmark::Make(Table::Open(folder + "/table.db"), spec);
  std::filesystem::remove_all(folder);
  const SearchSpace& space = *landscape.benchmark->GetProblem().space;
  const uint64_t size = space.Size().value();
  for (uint64_t rank = 0; rank < size; ++rank) {
    Value scores[2];
    landscape.benchmark->Score(space.Unrank(rank), scores);
    landscape.values.push_back(-scores[0].value);
    landscape.values.push_back(scores[1].value);
  }
  const std::vector<uint32_t> front = NonDominated(landscape.values, 2);
  for (size_t k = 0; k < 2; ++k) {
    double low = landscape.values[2 * front[0] + k];
    double high = low;
    for (const uint32_t i : front) {
      low = std::min(low, landscape.values[2 * i + k]);
      high = std::max(high, landscape.values[2 * i + k]);
    }
    for (size_t i = k; i < landscape.values.size(); i += 2) {
      landscape.values[i] = (landscape.values[i] - low) / (high - low);
    }
  }
  return landscape;
}

/// The same for pagmo: whole numbers, an array read. nb201's decisions are
/// independent, so that a rank is their number to the base 5.
struct PagmoProblem {
  const Landscape* landscape = nullptr;
  std::vector<bool>* evaluated = nullptr;

  pagmo::vector_double fitness(const pagmo::vector_double& x) const {
    size_t rank = 0;
    for (const double choice : x) {
      rank = rank * kChoices + static_cast<size_t>(choice);
    }
    (*evaluated)[rank] = true;
    return {landscape->values[2 * rank], landscape->values[2 * rank + 1]};
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(kDecisions, 0.0),
            pagmo::vector_double(kDecisions, kChoices - 1.0)};
  }
  pagmo::vector_double::size_type get_nobj() const { return 2; }
  pagmo::vector_double::size_type get_nix() const { return kDecisions; }
};

struct Measured {
  std::vector<double> volumes;
  double seconds = 0;
};

/// Adds the processor time of its life: both work on one thread.
class Stopwatch {
 public:
  explicit Stopwatch(double* seconds) : seconds_(seconds) {}
  ~Stopwatch() {
    *seconds_ += static_cast<double>(std::clock() - begin_) / CLOCKS_PER_SEC;
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double* seconds_;
  std::clock_t begin_ = std::clock();
};

void RunPagmo(const Landscape& landscape, unsigned seed, Measured* measured) {
  std::vector<bool> evaluated(landscape.values.size() / 2, false);
  {
    const Stopwatch stopwatch(&measured->seconds);
    const pagmo::problem problem{PagmoProblem{&landscape, &evaluated}};
    pagmo::population population{problem, kPopulation, seed};
    const pagmo::algorithm algorithm{pagmo::nsga2(
        kGenerations, kCrossover, 10.0, 1.0 / kDecisions, 50.0, seed)};
    population = algorithm.evolve(population);
    if (population.get_problem().get_fevals() != kEvaluations) std::abort();
  }
  measured->volumes.push_back(landscape.Volume(std::move(evaluated)));
}

/// The strategy and the evaluator alone, as pagmo's: asked and told, nothing
/// kept.
void RunAlone(const Landscape& landscape, unsigned seed,
              const OptionMap& options, Measured* measured) {
  const TabularBenchmark& benchmark = *landscape.benchmark;
  const Problem& problem = benchmark.GetProblem();
  std::vector<bool> evaluated(landscape.values.size() / 2, false);
  {
    const Stopwatch stopwatch(&measured->seconds);
    RunContext context;
    context.problem = &problem;
    context.rng = Rng(seed);
    const auto strategy = MakeStrategy("nsga2", options, std::move(context));
    const auto evaluator = benchmark.MakeEvaluator(seed);
    std::vector<Proposal> proposals;
    std::vector<Trial> trials;
    for (uint64_t done = 0; done < kEvaluations; done += trials.size()) {
      proposals.clear();
      strategy->Ask(kPopulation, &proposals);
      trials.resize(proposals.size());
      evaluator->Evaluate(proposals, trials);
      strategy->Tell(trials);
      for (const Trial& trial : trials) {
        evaluated[*problem.space->Rank(trial.architecture)] = true;
      }
    }
  }
  measured->volumes.push_back(landscape.Volume(std::move(evaluated)));
}

/// As the suite runs it: trials logged, scored, the digest taken.
void RunLogged(const Landscape& landscape, unsigned seed,
               const OptionMap& options, Measured* measured) {
  const TabularBenchmark& benchmark = *landscape.benchmark;
  RunOutcome outcome;
  {
    const Stopwatch stopwatch(&measured->seconds);
    RunContext context;
    context.problem = &benchmark.GetProblem();
    context.rng = Rng(seed);
    const auto strategy = MakeStrategy("nsga2", options, std::move(context));
    const auto evaluator = benchmark.MakeEvaluator(seed);
    outcome = RunStrategy(benchmark.GetProblem(), benchmark.Spec().protocol,
                          *evaluator, benchmark, *strategy, nullptr);
    if (outcome.Digest().empty()) std::abort();
  }
  if (outcome.trials.size() != kEvaluations) std::abort();
  std::vector<bool> evaluated(landscape.values.size() / 2, false);
  for (const DictionaryEntry& entry : outcome.entries) {
    evaluated[*benchmark.GetProblem().space->Rank(entry.architecture)] = true;
  }
  measured->volumes.push_back(landscape.Volume(std::move(evaluated)));
}

double Speed(const Measured& measured) {
  return static_cast<double>(kEvaluations * measured.volumes.size()) /
         measured.seconds;
}

void Print(const char* name, const Measured& measured, const Measured& pagmo) {
  Rng rng = Rng::FromLabel(1, "pagmo");
  const Interval interval = BootstrapMean(measured.volumes, rng);
  std::printf(
      "%-22s %9.0f evaluations/s (%.1f x)  hypervolume %.5f [%.5f, %.5f] "
      "(%+.3f %%)\n",
      name, Speed(measured), Speed(measured) / Speed(pagmo),
      Mean(measured.volumes), interval.low, interval.high,
      100 * (Mean(measured.volumes) / Mean(pagmo.volumes) - 1));
}

int Main(int argc, char** argv) {
  const unsigned seeds =
      argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 50;
  if (seeds < 2) {
    std::fprintf(stderr, "hwnas_pagmo: take two seeds at least\n");
    return 2;
  }
  const Landscape landscape = MakeLandscape();
  const OptionMap same = {{"population_size", std::to_string(kPopulation)},
                          {"crossover_probability", "0.9"},
                          {"mutation_rate", "1"},
                          {"duplicates", "allow"}};
  OptionMap defaults = same;
  defaults["duplicates"] = "refuse";
  Measured pagmo;
  Measured alone;
  Measured logged;
  Measured refusing;
  // In turn, so that what else the machine does meets all alike.
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    RunPagmo(landscape, seed, &pagmo);
    RunAlone(landscape, seed, same, &alone);
    RunLogged(landscape, seed, same, &logged);
    RunLogged(landscape, seed, defaults, &refusing);
  }
  std::printf(
      "nb201, synthetic accuracy and macs; population %u, %u generations, %u "
      "seeds\n",
      kPopulation, kGenerations, seeds);
  Print("pagmo2", pagmo, pagmo);
  Print("hwnas, as pagmo2", alone, pagmo);
  Print("the same, logged", logged, pagmo);
  Print("its defaults, logged", refusing, pagmo);
  return 0;
}

}  // namespace
}  // namespace hwnas

int main(int argc, char** argv) { return hwnas::Main(argc, argv); }
