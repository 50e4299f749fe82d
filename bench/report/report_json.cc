#include "bench/report/report_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bench/report/transfer_data.h"
#include "bench/report/wording.h"
#include "tabular/metric.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json Optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json NamedJson(const ResultsProblem::Named& named) {
  return {{"metric", named.metric},
          {"unit", named.unit},
          {"direction", DirectionText(named.direction)},
          {"origin", named.origin},
          {"source", named.source}};
}

Json NamedListJson(const std::vector<ResultsProblem::Named>& list) {
  Json json = Json::array();
  for (const auto& named : list) json.push_back(NamedJson(named));
  return json;
}

Json SummaryJson(const SampleSummary& summary) {
  if (summary.count == 0) return {{"count", 0}};
  return {{"count", summary.count},     {"mean", summary.mean},
          {"sd", Optional(summary.sd)}, {"low", summary.low},
          {"high", summary.high},       {"min", summary.minimum},
          {"median", summary.median},   {"max", summary.maximum}};
}

const char* ChargeText(Charge charge) {
  return charge == Charge::kFull ? "full" : "free";
}

Json ProtocolJson(const ReportProblem& problem) {
  const Protocol& p = problem.protocol;
  Json rungs = Json::array();
  for (const RungSpec& rung : problem.ladder) {
    rungs.push_back({{"fidelity", rung.fidelity},
                     {"cost", rung.cost},
                     {"cost_scale", rung.cost_scale}});
  }
  return {{"evaluations", p.evaluations},
          {"simulated_seconds", p.simulated_seconds},
          {"max_trials", p.max_trials},
          {"workers", p.workers},
          {"charge_repeated", ChargeText(p.repeated)},
          {"charge_invalid", ChargeText(p.invalid)},
          {"charge_missing", ChargeText(p.missing)},
          {"crossing_counts", p.crossing_counts},
          {"replicates", p.replicates},
          {"allow_test_observed", p.allow_test_observed},
          {"allow_scored_features", p.allow_scored_features},
          {"rungs", std::move(rungs)},
          {"features", problem.features},
          {"connected_only", problem.connected_only},
          {"searched",
           {{"architectures", problem.searched.architectures},
            {"all_architectures", problem.searched.all_architectures},
            {"networks", problem.searched.networks},
            {"all_networks", problem.searched.all_networks},
            {"space_architectures",
             problem.space_size ? Json(*problem.space_size) : Json(nullptr)}}}};
}

Json MeasuresJson(const ReportProblem& problem) {
  Json json = Json::array();
  for (size_t m = 0; m < problem.measures.size(); ++m) {
    const ReportMeasure& measure = problem.measures[m];
    json.push_back({{"name", measure.name},
                    {"unit", measure.unit},
                    {"direction", DirectionText(measure.direction)},
                    {"optimum", Optional(measure.optimum)},
                    {"margin", measure.margin},
                    {"decimals", Decimals(problem, m)}});
  }
  return json;
}

Json ScoresJson(const ReportProblem& problem, const ReportStrategy& strategy) {
  Json json = Json::array();
  for (size_t m = 0; m < strategy.scores.size(); ++m) {
    const ReportScore& score = strategy.scores[m];
    Json values = Json::array();
    for (const auto& value : score.values) values.push_back(Optional(value));
    json.push_back(
        {{"measure", problem.measures[m].name},
         {"value", SummaryJson(score.value)},
         {"regret", score.regret ? SummaryJson(*score.regret) : Json(nullptr)},
         {"unscored", score.unscored},
         {"values", std::move(values)}});
  }
  return json;
}

// Of one axis.
Json CurvesJson(const ReportProblem& problem, const ReportStrategy& strategy,
                size_t axis) {
  Json json = Json::array();
  if (axis >= strategy.curves.size()) return json;
  for (size_t m = 0; m < strategy.curves[axis].size(); ++m) {
    const ReportCurve& curve = strategy.curves[axis][m];
    json.push_back({{"measure", problem.measures[m].name},
                    {"runs", curve.runs},
                    {"mean", curve.mean},
                    {"quartile1", curve.quartile1},
                    {"median", curve.median},
                    {"quartile3", curve.quartile3}});
  }
  return json;
}

Json HitsJson(const ReportProblem& problem, const ReportStrategy& strategy) {
  Json json = Json::array();
  for (size_t m = 0; m < strategy.hits.size(); ++m) {
    const ReportHits& hits = strategy.hits[m];
    Json expected = Json::array();
    for (const auto& value : hits.expected) expected.push_back(Optional(value));
    json.push_back({{"measure", problem.measures[m].name},
                    {"reached", hits.reached},
                    {"expected_evaluations", std::move(expected)},
                    {"ecdf", hits.ecdf}});
  }
  return json;
}

Json AttainmentJson(const ReportStrategy& strategy) {
  Json json = Json::array();
  for (const ReportAttainment& attainment : strategy.attainment) {
    json.push_back({{"share", attainment.share},
                    {"first", attainment.first},
                    {"second", attainment.second}});
  }
  return json;
}

Json TargetsJson(const ReportProblem& problem) {
  Json json = Json::array();
  for (size_t m = 0; m < problem.targets.size(); ++m) {
    json.push_back({{"measure", problem.measures[m].name},
                    {"values", problem.targets[m]}});
  }
  return json;
}

// Evaluations are counts, whatever they are computed with.
Json EvaluationsJson(const ReportProblem& problem) {
  Json json = Json::array();
  for (const double count : problem.axes[0].grid) {
    json.push_back(static_cast<uint64_t>(count));
  }
  return json;
}

Json GridJson(const ReportProblem& problem, size_t axis) {
  if (axis >= problem.axes.size()) return Json::array();
  return problem.axes[axis].grid;
}

Json StrategyJson(const ReportProblem& problem,
                  const ReportStrategy& strategy) {
  Json failures = Json::array();
  for (const ReportFailure& failure : strategy.failures) {
    failures.push_back(
        {{"repetition", failure.repetition}, {"reason", failure.reason}});
  }
  return {{"label", strategy.label},
          {"strategy", strategy.id},
          {"options", strategy.options},
          {"runs", strategy.runs},
          {"ends", strategy.ends},
          {"failures", std::move(failures)},
          {"trials", strategy.trials},
          {"repeated", strategy.repeated},
          {"invalid", strategy.invalid},
          {"missing", strategy.missing},
          {"infeasible", strategy.infeasible},
          {"mean_evaluations", strategy.mean_evaluations},
          {"mean_simulated_seconds", strategy.mean_simulated_seconds},
          {"mean_strategy_seconds", strategy.mean_strategy_seconds},
          {"infeasible_answers", strategy.infeasible_answers},
          {"answers", strategy.answers},
          {"unscored_answers", strategy.unscored_answers},
          {"best_architecture", strategy.best_architecture},
          {"scores", ScoresJson(problem, strategy)},
          {"curves", CurvesJson(problem, strategy, 0)},
          {"curves_by_seconds", CurvesJson(problem, strategy, 1)},
          {"curves_by_cost", CurvesJson(problem, strategy, 2)},
          {"targets", HitsJson(problem, strategy)},
          {"attainment", AttainmentJson(strategy)}};
}

Json DifferencesJson(const ReportProblem& problem) {
  Json json = Json::array();
  for (const ReportDifference& d : problem.differences) {
    json.push_back(
        {{"measure", problem.measures[d.measure].name},
         {"a", problem.strategies[d.a].label},
         {"b", problem.strategies[d.b].label},
         {"pairs", d.pairs},
         {"mean", d.mean},
         {"low", d.low},
         {"high", d.high},
         {"a_wins", d.a_wins},
         {"ties", d.ties},
         {"b_wins", d.b_wins},
         {"holm_p", d.holm_p},
         {"effect", d.effect},
         {"equivalence_p", Optional(d.equivalence_p)},
         {"relevance",
          RelevanceName(RelevanceOf(d, problem.measures[d.measure].margin))},
         {"better", d.better ? Json(problem.strategies[*d.better].label)
                             : Json(nullptr)}});
  }
  return json;
}

Json FrontJson(const ReportProblem& problem) {
  Json json = Json::array();
  for (const ReportFrontPoint& point : problem.front) {
    Json strategies = Json::array();
    for (const size_t s : point.strategies) {
      strategies.push_back(problem.strategies[s].label);
    }
    json.push_back({{"architecture", point.architecture},
                    {"architectures", point.architectures},
                    {"scores", point.scores},
                    {"strategies", std::move(strategies)}});
  }
  return json;
}

Json AcrossJson(const std::optional<ReportAcross>& across) {
  if (!across) return nullptr;
  return {{"problems", across->problems},
          {"strategies", across->labels},
          {"mean_ranks", across->mean_ranks},
          {"statistic", across->statistic},
          {"p", across->p},
          {"critical_difference", across->critical_difference}};
}

Json WinsJson(const std::optional<ReportWins>& wins) {
  if (!wins) return nullptr;
  return {{"strategies", wins->labels},
          {"wins", wins->wins},
          {"compared", wins->compared}};
}

Json PredictedJson(const ReportProblem& problem) {
  Json json = Json::array();
  for (const ReportPredicted& p : problem.predicted) {
    json.push_back({{"metric", p.metric},
                    {"judged", p.judged},
                    {"predicted", p.predicted},
                    {"values", p.values}});
  }
  return json;
}

Json SurrogatesJson(const ReportProblem& problem) {
  Json json = Json::array();
  for (const ResultsProblem::Predicted& s : problem.surrogates) {
    json.push_back({{"metric", s.metric},
                    {"predictor", s.predictor},
                    {"encoding", s.encoding},
                    {"fitted_on", s.fitted_on},
                    {"source_values", s.source_values},
                    {"draws", s.draws},
                    {"noise", s.noise},
                    {"kendall", Optional(s.kendall)},
                    {"mae", Optional(s.mae)},
                    {"query_seconds", s.query_seconds},
                    {"fit_seconds", s.fit_seconds}});
  }
  return json;
}

Json ConstraintsJson(const ReportProblem& problem) {
  Json json = Json::array();
  for (size_t i = 0; i < problem.constraints.size(); ++i) {
    Json constraint = NamedJson(problem.constraints[i]);
    constraint.erase("direction");
    constraint["relation"] = problem.upper[i] ? "<=" : ">=";
    constraint["bound"] = problem.bounds[i];
    json.push_back(std::move(constraint));
  }
  return json;
}

Json ProblemJsonObject(const ReportProblem& problem) {
  Json strategies = Json::array();
  for (const ReportStrategy& strategy : problem.strategies) {
    strategies.push_back(StrategyJson(problem, strategy));
  }
  Json ranking = Json::array();
  for (const size_t s : problem.ranking) {
    ranking.push_back(problem.strategies[s].label);
  }
  return {{"experiment", problem.experiment},
          {"name", problem.name},
          {"table",
           {{"title", problem.table_title},
            {"digest", problem.table_digest},
            {"synthetic", problem.synthetic}}},
          {"space", problem.space},
          {"protocol", ProtocolJson(problem)},
          {"objectives", NamedListJson(problem.objectives)},
          {"constraints", ConstraintsJson(problem)},
          {"scores", NamedListJson(problem.scores)},
          {"architectures_met", problem.architectures_met},
          {"repetitions", problem.repetitions},
          {"evaluations", EvaluationsJson(problem)},
          {"seconds", GridJson(problem, 1)},
          {"cost_seconds", GridJson(problem, 2)},
          {"set_up_seconds", problem.set_up_seconds},
          {"surrogates", SurrogatesJson(problem)},
          {"predicted", PredictedJson(problem)},
          {"measures", MeasuresJson(problem)},
          {"targets", TargetsJson(problem)},
          {"strategies", std::move(strategies)},
          {"ranking", std::move(ranking)},
          {"differences", DifferencesJson(problem)},
          {"reference_front",
           problem.objectives.size() < 2
               ? Json(nullptr)
               : Json(problem.true_front.empty() ? "combined" : "true")},
          {"true_front", problem.true_front},
          {"front", FrontJson(problem)},
          {"warnings", problem.warnings}};
}

}  // namespace

std::string ReportToJson(const ReportModel& model, bool compact) {
  Json experiments = Json::array();
  for (const ReportExperiment& experiment : model.experiments) {
    experiments.push_back(
        {{"name", experiment.name}, {"seed", experiment.seed}});
  }
  Json problems = Json::array();
  for (const ReportProblem& problem : model.problems) {
    problems.push_back(ProblemJsonObject(problem));
  }
  Json studies = Json::array();
  for (const TransferAnswer& study : model.studies) {
    studies.push_back(Json::parse(TransferToJson(study)));
  }
  const Json digest = model.HasResults() ? Json(model.digest) : Json(nullptr);
  const Json json = {{"report",
                      {{"version", 1},
                       {"results_digest", digest},
                       {"synthetic", model.synthetic},
                       {"experiments", std::move(experiments)},
                       {"warnings", model.warnings},
                       {"across", AcrossJson(model.across)},
                       {"wins", WinsJson(model.wins)},
                       {"problems", std::move(problems)},
                       {"studies", std::move(studies)}}}};
  return json.dump(compact ? -1 : 2, ' ', false,
                   Json::error_handler_t::replace) +
         "\n";
}

}  // namespace hwnas
