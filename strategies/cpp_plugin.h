#ifndef HWNAS_STRATEGIES_CPP_PLUGIN_H_
#define HWNAS_STRATEGIES_CPP_PLUGIN_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "strategies/plugin.h"
#include "strategies/registry.h"
#include "tabular/error.h"

/// Exports an ordinary strategy from a shared library: in one .cc file, outside
/// of all namespaces,
///
///   HWNAS_EXPORT_STRATEGY(MySearchInfo)
///
/// with `hwnas::StrategyInfo MySearchInfo()`, as a built-in strategy has it.
/// The strategy gets the space, the features and the stream that it would get
/// if it were built in, and gives the same trace. Only the network of an
/// architecture (SearchSpace::Layers) is not behind the border: build the
/// space by MakeSpace(space.Spec()) where that is needed.
///
/// Header-only; the library is linked with hwnas (its Rng, Error and
/// SearchSpace), of the version that will load it.
#define HWNAS_EXPORT_STRATEGY(info_function)                                 \
  namespace {                                                                \
  /* Of internal linkage: two libraries in one process share nothing. */     \
  const ::hwnas::StrategyInfo& HwnasExportedInfo() {                         \
    static const ::hwnas::StrategyInfo info = info_function();               \
    return info;                                                             \
  }                                                                          \
  int HwnasExportedCreate(const hwnas_host* host,                            \
                          const hwnas_problem* problem,                      \
                          const hwnas_setting* settings, size_t count,       \
                          hwnas_strategy** out, hwnas_error error) {         \
    return ::hwnas::cpp_plugin::Create(HwnasExportedInfo(), host, problem,   \
                                       settings, count, out, error);         \
  }                                                                          \
  }                                                                          \
  extern "C" HWNAS_PLUGIN_EXPORT const hwnas_plugin* hwnas_plugin_v1(void) { \
    try {                                                                    \
      static const ::hwnas::cpp_plugin::Plugin plugin(HwnasExportedInfo(),   \
                                                      HwnasExportedCreate);  \
      return plugin.Get();                                                   \
    } catch (...) {                                                          \
      return nullptr;                                                        \
    }                                                                        \
  }

namespace hwnas::cpp_plugin {

/// A text that an author may find in an error.
[[noreturn]] inline void FailHost(const hwnas_host& host) {
  throw Error(ErrorCode::kPlugin, host.error(host.self));
}

/// The space of the problem, behind the border.
class HostSpace : public SearchSpace {
 public:
  HostSpace(const hwnas_host& host, const hwnas_problem& problem)
      : host_(host), problem_(problem) {
    for (size_t i = 0; i < problem.decision_count; ++i) {
      const hwnas_decision& decision = problem.decisions[i];
      decisions_.push_back(
          {decision.name,
           {decision.choices, decision.choices + decision.choice_count}});
    }
    moves_.assign(problem.moves, problem.moves + problem.move_count);
    for (size_t i = 0; i < problem.factor_count; ++i) {
      const hwnas_factor& factor = problem.factors[i];
      factors_.push_back({factor.name,
                          factor.begin,
                          factor.size,
                          static_cast<FactorBinding>(factor.binding),
                          {factor.bound, factor.bound + factor.bound_count}});
    }
  }

  std::string Id() const override { return problem_.space_id; }
  std::string Spec() const override { return problem_.space_spec; }
  std::span<const Decision> Decisions() const override { return decisions_; }
  std::vector<Factor> Factors() const override { return factors_; }
  std::span<const std::string> Moves() const override { return moves_; }

  bool IsActive(const Architecture& architecture, size_t i) const override {
    std::vector<uint8_t> active(decisions_.size());
    Check(host_.is_active(host_.self, In(architecture), active.data()));
    return active.at(i) != 0;
  }
  bool IsValid(const Architecture& architecture) const override {
    if (architecture.size() != decisions_.size()) return false;
    int32_t valid = 0;
    Check(host_.is_valid(host_.self, In(architecture), &valid));
    return valid != 0;
  }
  bool IsConnected(const Architecture& architecture) const override {
    int32_t connected = 0;
    Check(host_.is_connected(host_.self, In(architecture), &connected));
    return connected != 0;
  }

  Architecture Parse(std::string_view text) const override {
    Architecture out(decisions_.size());
    Check(host_.parse(host_.self, std::string(text).c_str(), &Front(&out)));
    return out;
  }
  std::string Format(const Architecture& architecture) const override {
    return TextOf(host_.format, architecture);
  }
  std::string EffectiveKey(const Architecture& architecture) const override {
    return TextOf(host_.effective_key, architecture);
  }

  Architecture Sample(Rng& rng) const override {
    Architecture out(decisions_.size());
    WithState(rng, [&](uint64_t* state) {
      return host_.sample(host_.self, state, &Front(&out));
    });
    return out;
  }
  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override {
    Architecture child(decisions_.size());
    const int code = WithState(rng, [&](uint64_t* state) {
      return host_.mutate(host_.self, In(from), move, state, &Front(&child));
    });
    *out = std::move(child);
    return code == HWNAS_OK;
  }
  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override {
    Architecture out(decisions_.size());
    WithState(rng, [&](uint64_t* state) {
      return host_.crossover(host_.self, In(a), In(b), state, &Front(&out));
    });
    return out;
  }
  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override {
    out->clear();
    Taken taken{decisions_.size(), out, nullptr};
    const int code = host_.neighbors(host_.self, In(of), Take, &taken);
    if (taken.failure) std::rethrow_exception(taken.failure);
    Check(code);
  }
  Architecture Canonical(const Architecture& architecture) const override {
    Architecture out(decisions_.size());
    Check(host_.canonical(host_.self, In(architecture), &Front(&out)));
    return out;
  }

  std::optional<uint64_t> Size() const override {
    if (problem_.space_size == 0) return std::nullopt;
    return problem_.space_size;
  }
  double Log10Size() const override { return problem_.space_log10_size; }
  std::optional<uint64_t> Rank(const Architecture& of) const override {
    uint64_t rank = 0;
    const int code = host_.rank(host_.self, In(of), &rank);
    if (code == HWNAS_NONE) return std::nullopt;
    Check(code);
    return rank;
  }
  Architecture Unrank(uint64_t rank) const override {
    Architecture out(decisions_.size());
    Check(host_.unrank(host_.self, rank, &Front(&out)));
    return out;
  }
  bool HasLayers() const override { return false; }

 private:
  struct Taken {
    size_t decisions;
    std::vector<Architecture>* out;
    std::exception_ptr failure;
  };
  /// Called by the host: nothing may be thrown through it.
  static void Take(void* list, const uint16_t* architecture) {
    auto& taken = *static_cast<Taken*>(list);
    try {
      taken.out->emplace_back(std::span(architecture, taken.decisions));
    } catch (...) {
      taken.failure = std::current_exception();
    }
  }

  void Check(int code) const {
    if (code != HWNAS_OK && code != HWNAS_NONE) FailHost(host_);
  }
  const uint16_t* In(const Architecture& architecture) const {
    HWNAS_CHECK(architecture.size() == decisions_.size());
    return architecture.Decisions().data();
  }
  static uint16_t& Front(Architecture* architecture) {
    return (*architecture)[0];
  }

  /// Lends the generator's state to the host.
  template <typename Draw>
  int WithState(Rng& rng, const Draw& draw) const {
    auto state = rng.State();
    const int code = draw(state.data());
    Check(code);
    static_assert(sizeof(Rng) == sizeof(state));
    rng = std::bit_cast<Rng>(state);
    return code;
  }

  std::string TextOf(int (*function)(void*, const uint16_t*, char*, size_t),
                     const Architecture& architecture) const {
    std::string text(256, '\0');
    while (true) {
      Check(function(host_.self, In(architecture), text.data(), text.size()));
      const size_t size = std::strlen(text.c_str());
      if (size + 1 < text.size()) {
        text.resize(size);
        return text;
      }
      text.assign(2 * text.size(), '\0');  // perhaps it was cut
    }
  }

  const hwnas_host& host_;
  const hwnas_problem& problem_;
  std::vector<Decision> decisions_;
  std::vector<std::string> moves_;
  std::vector<Factor> factors_;
};

class HostFeatures : public FeatureSource {
 public:
  HostFeatures(const hwnas_host& host, size_t count)
      : host_(host), count_(count) {}
  Value Read(size_t i, const Architecture& architecture) const override {
    std::vector<double> values(count_);
    if (host_.features(host_.self, architecture.Decisions().data(),
                       values.data()) != HWNAS_OK) {
      FailHost(host_);
    }
    if (std::isnan(values.at(i))) return {0, Missing::kNotMeasured};
    return {values.at(i)};
  }

 private:
  const hwnas_host& host_;
  size_t count_;
};

inline Problem MakeProblem(const hwnas_host& host, const hwnas_problem& c) {
  Problem problem;
  problem.name = "plugin";
  problem.space = std::make_shared<HostSpace>(host, c);
  for (size_t i = 0; i < c.objective_count; ++i) {
    problem.objectives.push_back(
        {Metric::Parse(c.objectives[i].metric), c.objectives[i].maximize != 0
                                                    ? Direction::kMaximize
                                                    : Direction::kMinimize});
  }
  for (size_t i = 0; i < c.constraint_count; ++i) {
    problem.constraints.push_back({Metric::Parse(c.constraints[i].metric),
                                   c.constraints[i].upper != 0,
                                   c.constraints[i].bound});
  }
  for (size_t i = 0; i < c.rung_count; ++i) {
    Rung rung;
    if (*c.rungs[i].fidelity != '\0') {
      rung.fidelity = Fidelity::Parse(c.rungs[i].fidelity);
    }
    if (*c.rungs[i].cost != '\0') rung.cost = Metric::Parse(c.rungs[i].cost);
    rung.cost_scale = c.rungs[i].cost_scale;
    problem.ladder.push_back(rung);
  }
  problem.budget = {c.evaluations, c.simulated_seconds, c.max_trials,
                    c.workers};
  for (size_t i = 0; i < c.feature_count; ++i) {
    problem.features.push_back({c.features[i], Metric::Parse(c.features[i])});
  }
  if (c.feature_count != 0) {
    problem.feature_source =
        std::make_shared<HostFeatures>(host, c.feature_count);
  }
  for (size_t i = 0; i < c.linear_cost_count; ++i) {
    const hwnas_linear_cost& cost = c.linear_costs[i];
    LinearCost& out = problem.linear_costs.emplace_back();
    out.metric = Metric::Parse(cost.metric);
    out.intercept = cost.intercept;
    for (size_t k = 0; k < cost.decision_count; ++k) {
      out.per_choice.emplace_back(cost.per_choice[k],
                                  cost.per_choice[k] + cost.choice_counts[k]);
    }
  }
  return problem;
}

/// A strategy and what it was told that it searches.
class Running {
 public:
  Running(const StrategyInfo& info, const hwnas_host& host,
          const hwnas_problem& problem, const OptionMap& options)
      : problem_(MakeProblem(host, problem)),
        values_(problem_.Values()),
        decisions_(problem.decision_count) {
    RunContext context;
    context.problem = &problem_;
    std::array<uint64_t, 4> state;
    std::copy_n(problem.rng, state.size(), state.begin());
    context.rng = std::bit_cast<Rng>(state);
    context.charge = [&host](double seconds) {
      if (host.charge(host.self, seconds) != HWNAS_OK) FailHost(host);
    };
    strategy_ = info.make(options, std::move(context));
  }

  int Ask(size_t limit, hwnas_proposal* out, size_t* count) {
    proposals_.clear();
    const AskState state = strategy_->Ask(limit, &proposals_);
    if (state == AskState::kWait) return HWNAS_WAIT;
    if (state == AskState::kDone) return HWNAS_DONE;
    if (proposals_.empty() || proposals_.size() > limit) {
      throw Error(ErrorCode::kPlugin,
                  "it gave " + std::to_string(proposals_.size()) +
                      " proposals, asked for 1 to " + std::to_string(limit));
    }
    *count = proposals_.size();
    for (size_t i = 0; i < proposals_.size(); ++i) {
      const Proposal& proposal = proposals_[i];
      if (proposal.architecture.size() != decisions_) {
        throw Error(ErrorCode::kPlugin,
                    "an architecture of " +
                        std::to_string(proposal.architecture.size()) +
                        " decisions in a space of " +
                        std::to_string(decisions_));
      }
      out[i].id = proposal.id;
      out[i].rung = proposal.rung;
      out[i].resumed_from = proposal.resumed_from;
      std::ranges::copy(proposal.architecture.Decisions(), out[i].architecture);
    }
    return HWNAS_OK;
  }

  int Tell(const hwnas_trial* told, size_t count) {
    trials_.resize(count);
    for (size_t i = 0; i < count; ++i) {
      Trial& trial = trials_[i] = Trial();
      trial.id = told[i].id;
      trial.architecture =
          Architecture(std::span(told[i].architecture, decisions_));
      trial.rung = told[i].rung;
      trial.status = static_cast<TrialStatus>(told[i].status);
      if (told[i].missing != nullptr) {
        trial.missing = ParseMissing(told[i].missing);
      }
      trial.replicate = told[i].replicate;
      trial.cost_seconds = told[i].cost_seconds;
      if (told[i].values != nullptr) {
        std::copy_n(told[i].values, values_, trial.values.begin());
      }
    }
    strategy_->Tell(trials_);
    return HWNAS_OK;
  }

  int Recommend(hwnas_take take, void* list) {
    const auto answer = strategy_->Recommend();
    if (!answer) return HWNAS_NONE;
    for (const Architecture& one : *answer) {
      HWNAS_CHECK(one.size() == decisions_);
      take(list, one.Decisions().data());
    }
    return HWNAS_OK;
  }

 private:
  Problem problem_;
  size_t values_;
  size_t decisions_;
  std::unique_ptr<Strategy> strategy_;
  std::vector<Proposal> proposals_;
  std::vector<Trial> trials_;
};

/// Runs `work`, which returns a code; what it throws becomes HWNAS_FAILED.
template <typename Work>
int Guard(hwnas_error error, const Work& work) {
  std::string text = "unknown exception";
  try {
    return work();
  } catch (const std::exception& exception) {
    text = exception.what();
  } catch (...) {
  }
  if (error.size == 0) return HWNAS_FAILED;
  const size_t size = std::min(text.size(), error.size - 1);
  std::memcpy(error.text, text.data(), size);
  error.text[size] = '\0';
  return HWNAS_FAILED;
}

inline Running& Of(hwnas_strategy* strategy) {
  return *reinterpret_cast<Running*>(strategy);
}

inline int Create(const StrategyInfo& info, const hwnas_host* host,
                  const hwnas_problem* problem, const hwnas_setting* settings,
                  size_t setting_count, hwnas_strategy** out,
                  hwnas_error error) {
  return Guard(error, [&] {
    if (host->size < sizeof(*host) || problem->size < sizeof(*problem)) {
      throw Error(ErrorCode::kPlugin,
                  "the suite is older than the plug-in; build it anew");
    }
    OptionMap options;
    for (size_t i = 0; i < setting_count; ++i) {
      options[settings[i].name] = settings[i].value;
    }
    *out = reinterpret_cast<hwnas_strategy*>(
        std::make_unique<Running>(info, *host, *problem, options).release());
    return HWNAS_OK;
  });
}

/// What the library exports; `info` lives as long as it does.
class Plugin {
 public:
  using CreateFunction = decltype(hwnas_plugin::create);

  Plugin(const StrategyInfo& info, CreateFunction create) {
    for (const OptionInfo& option : info.options) {
      options_.push_back({option.name.c_str(), option.default_value.c_str(),
                          option.about.c_str()});
    }
    c_.size = sizeof(c_);
    c_.abi = HWNAS_PLUGIN_ABI;
    c_.version = static_cast<uint32_t>(info.version);
    c_.name = info.name.c_str();
    c_.summary = info.summary.c_str();
    c_.source = info.source.c_str();
    const auto flag = [](bool set, int bit) {
      return set ? static_cast<uint32_t>(bit) : 0;
    };
    c_.flags = flag(info.exact, HWNAS_EXACT) |
               flag(info.stochastic, HWNAS_STOCHASTIC) |
               flag(info.multi_objective, HWNAS_MULTI_OBJECTIVE) |
               flag(info.beats_random, HWNAS_BEATS_RANDOM);
    c_.option_count = options_.size();
    c_.options = options_.data();
    c_.create = create;
    c_.ask = [](hwnas_strategy* strategy, size_t limit, hwnas_proposal* out,
                size_t* count, hwnas_error error) {
      return Guard(error, [&] { return Of(strategy).Ask(limit, out, count); });
    };
    c_.tell = [](hwnas_strategy* strategy, const hwnas_trial* trials,
                 size_t count, hwnas_error error) {
      return Guard(error, [&] { return Of(strategy).Tell(trials, count); });
    };
    c_.recommend = [](hwnas_strategy* strategy, hwnas_take take, void* list,
                      hwnas_error error) {
      return Guard(error, [&] { return Of(strategy).Recommend(take, list); });
    };
    c_.destroy = [](hwnas_strategy* strategy) {
      std::unique_ptr<Running>(&Of(strategy)).reset();
    };
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  const hwnas_plugin* Get() const { return &c_; }

 private:
  hwnas_plugin c_{};
  std::vector<hwnas_option> options_;
};

}  // namespace hwnas::cpp_plugin

#endif  // HWNAS_STRATEGIES_CPP_PLUGIN_H_
