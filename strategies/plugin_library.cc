#include "strategies/plugin_library.h"

#include <dlfcn.h>

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>
#include <vector>

#include "strategies/plugin.h"
#include "strategies/protocol.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr size_t kMostOptions = 1000;

[[noreturn]] void Fail(const std::string& what) {
  throw Error(ErrorCode::kPlugin, what);
}

std::string TextOf(const char* text) { return text == nullptr ? "" : text; }

/// Room for the reason of a failure.
class Reason {
 public:
  hwnas_error Get() {
    text_[0] = '\0';
    return {text_.data(), text_.size()};
  }
  /// Throws what `function` left.
  [[noreturn]] void Throw(const char* function) {
    text_.back() = '\0';
    Fail("'" + std::string(function) + "' failed: " +
         (text_[0] == '\0' ? std::string("without saying why")
                           : Quoted(text_.data(), text_.size())));
  }

 private:
  std::array<char, 512> text_{};
};

/// The problem in C, and all that its pointers point to.
class ProblemInC {
 public:
  ProblemInC(const Problem& problem, const Rng& rng) {
    const SearchSpace& space = *problem.space;
    c_.size = sizeof(c_);
    c_.space_id = Keep(space.Id());
    c_.space_spec = Keep(space.Spec());
    c_.space_size = space.Size().value_or(0);
    c_.space_log10_size = space.Log10Size();
    for (const Decision& decision : space.Decisions()) {
      decisions_.push_back({Keep(decision.name), decision.choices.size(),
                            Keep(decision.choices)});
    }
    c_.decision_count = decisions_.size();
    c_.decisions = decisions_.data();
    const auto moves = space.Moves();
    c_.move_count = moves.size();
    c_.moves = Keep(std::vector<std::string>(moves.begin(), moves.end()));
    for (const Factor& factor : space.Factors()) {
      factors_.push_back({Keep(factor.name), factor.begin, factor.size,
                          static_cast<int32_t>(factor.binding),
                          factor.bound.size(), Keep(factor.bound)});
    }
    c_.factor_count = factors_.size();
    c_.factors = factors_.data();
    SetGoals(problem);
    SetCosts(problem);
    c_.evaluations = problem.budget.evaluations;
    c_.simulated_seconds = problem.budget.simulated_seconds;
    c_.max_trials = problem.budget.max_trials;
    c_.workers = problem.budget.workers;
    const RngState state = rng.State();
    std::copy(state.begin(), state.end(), c_.rng);
  }
  ProblemInC(const ProblemInC&) = delete;
  ProblemInC& operator=(const ProblemInC&) = delete;

  const hwnas_problem* Get() const { return &c_; }

 private:
  void SetGoals(const Problem& problem) {
    for (const Objective& objective : problem.objectives) {
      objectives_.push_back({Keep(objective.metric.Text()),
                             objective.direction == Direction::kMaximize});
    }
    c_.objective_count = objectives_.size();
    c_.objectives = objectives_.data();
    for (const Constraint& constraint : problem.constraints) {
      constraints_.push_back(
          {Keep(constraint.metric.Text()), constraint.upper, constraint.bound});
    }
    c_.constraint_count = constraints_.size();
    c_.constraints = constraints_.data();
    for (const Rung& rung : problem.ladder) {
      rungs_.push_back(
          {Keep(rung.fidelity.empty() ? "" : rung.fidelity.Text()),
           Keep(rung.cost.quantity.empty() ? "" : rung.cost.Text()),
           rung.cost_scale});
    }
    c_.rung_count = rungs_.size();
    c_.rungs = rungs_.data();
  }

  void SetCosts(const Problem& problem) {
    std::vector<std::string> features;
    for (const Feature& feature : problem.features) {
      features.push_back(feature.metric.Text());
    }
    c_.feature_count = features.size();
    c_.features = Keep(features);
    for (const LinearCost& cost : problem.linear_costs) {
      auto& counts =
          *counts_.emplace_back(std::make_unique<std::vector<size_t>>());
      auto& rows =
          *rows_.emplace_back(std::make_unique<std::vector<const double*>>());
      for (const std::vector<double>& choices : cost.per_choice) {
        counts.push_back(choices.size());
        rows.push_back(choices.data());  // of the problem, which lives on
      }
      linear_costs_.push_back({Keep(cost.metric.Text()), cost.intercept,
                               counts.size(), counts.data(), rows.data()});
    }
    c_.linear_cost_count = linear_costs_.size();
    c_.linear_costs = linear_costs_.data();
  }

  const char* Keep(std::string text) {
    return texts_.emplace_back(std::make_unique<std::string>(std::move(text)))
        ->c_str();
  }
  const char* const* Keep(const std::vector<std::string>& texts) {
    auto& list =
        *lists_.emplace_back(std::make_unique<std::vector<const char*>>());
    for (const std::string& text : texts) list.push_back(Keep(text));
    return list.data();
  }

  hwnas_problem c_{};
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<std::unique_ptr<std::vector<const char*>>> lists_;
  std::vector<std::unique_ptr<std::vector<size_t>>> counts_;
  std::vector<std::unique_ptr<std::vector<const double*>>> rows_;
  std::vector<hwnas_decision> decisions_;
  std::vector<hwnas_factor> factors_;
  std::vector<hwnas_objective> objectives_;
  std::vector<hwnas_constraint> constraints_;
  std::vector<hwnas_rung> rungs_;
  std::vector<hwnas_linear_cost> linear_costs_;
};

/// What the host does for the plug-in; nothing that is thrown here crosses.
class HostInC {
 public:
  explicit HostInC(RunContext context) : context_(std::move(context)) {
    c_.size = sizeof(c_);
    c_.self = this;
    c_.error = [](void* self) { return Of(self).error_.c_str(); };
    c_.random = [](void* self) { return Of(self).context_.rng.Next(); };
    SetRandom();
    SetFixed();
    SetTexts();
  }
  HostInC(const HostInC&) = delete;
  HostInC& operator=(const HostInC&) = delete;

  const hwnas_host* Get() const { return &c_; }
  const RunContext& Context() const { return context_; }

 private:
  static HostInC& Of(void* self) { return *static_cast<HostInC*>(self); }
  const SearchSpace& Space() const { return *context_.problem->space; }

  /// Runs `work`, which returns a code; what it throws is HWNAS_FAILED.
  template <typename Work>
  static int Guard(void* self, const Work& work) {
    HostInC& host = Of(self);
    try {
      return work(host);
    } catch (const std::exception& error) {
      host.error_ = error.what();
    } catch (...) {
      host.error_ = "unknown";
    }
    return HWNAS_FAILED;
  }

  /// Runs `draw` with the stream meant, and moves a given state on.
  template <typename Draw>
  int WithRng(uint64_t* state, const Draw& draw) {
    if (state == nullptr) return draw(context_.rng);
    RngState words;
    std::copy(state, state + words.size(), words.begin());
    if (words == RngState{}) Fail("a state of the generator is all zero");
    Rng rng = RngFromState(words);
    const int code = draw(rng);
    words = rng.State();
    std::copy(words.begin(), words.end(), state);
    return code;
  }

  Architecture Raw(const uint16_t* decisions) const {
    if (decisions == nullptr)
      Fail("a null pointer in place of an architecture");
    return Architecture(std::span(decisions, Space().Decisions().size()));
  }
  Architecture In(const uint16_t* decisions) const {
    Architecture architecture = Raw(decisions);
    if (!Space().IsValid(architecture))
      Fail("not an architecture of the space");
    return architecture;
  }
  static int Out(const Architecture& architecture, uint16_t* out) {
    const auto decisions = architecture.Decisions();
    std::copy(decisions.begin(), decisions.end(), out);
    return HWNAS_OK;
  }
  static int Out(const std::string& text, char* out, size_t capacity) {
    if (capacity == 0) return HWNAS_OK;
    const size_t size = std::min(text.size(), capacity - 1);
    std::memcpy(out, text.data(), size);
    out[size] = '\0';
    return HWNAS_OK;
  }

  void SetRandom() {
    c_.sample = [](void* self, uint64_t* state, uint16_t* out) {
      return Guard(self, [&](HostInC& host) {
        return host.WithRng(state, [&](Rng& rng) {
          return Out(host.Space().Sample(rng), out);
        });
      });
    };
    c_.mutate = [](void* self, const uint16_t* from, size_t move,
                   uint64_t* state, uint16_t* out) {
      return Guard(self, [&](HostInC& host) {
        const Architecture parent = host.In(from);
        if (move >= host.Space().Moves().size()) Fail("there is no such move");
        return host.WithRng(state, [&](Rng& rng) -> int {
          Architecture child;
          if (!host.Space().Mutate(parent, move, rng, &child)) {
            return HWNAS_NONE;
          }
          return Out(child, out);
        });
      });
    };
    c_.crossover = [](void* self, const uint16_t* a, const uint16_t* b,
                      uint64_t* state, uint16_t* out) {
      return Guard(self, [&](HostInC& host) {
        const Architecture first = host.In(a);
        const Architecture second = host.In(b);
        return host.WithRng(state, [&](Rng& rng) {
          return Out(host.Space().Crossover(first, second, rng), out);
        });
      });
    };
  }

  void SetFixed() {
    c_.neighbors = [](void* self, const uint16_t* of, hwnas_take take,
                      void* list) {
      return Guard(self, [&](HostInC& host) {
        std::vector<Architecture> neighbors;
        host.Space().Neighbors(host.In(of), &neighbors);
        for (const Architecture& one : neighbors) {
          take(list, one.Decisions().data());
        }
        return HWNAS_OK;
      });
    };
    c_.canonical = [](void* self, const uint16_t* of, uint16_t* out) {
      return Guard(self, [&](HostInC& host) {
        return Out(host.Space().Canonical(host.In(of)), out);
      });
    };
    c_.features = [](void* self, const uint16_t* of, double* out) {
      return Guard(self, [&](HostInC& host) {
        const Architecture architecture = host.In(of);
        const Problem& problem = *host.context_.problem;
        for (size_t i = 0; i < problem.features.size(); ++i) {
          const Value value = problem.feature_source->Read(i, architecture);
          out[i] = value.Ok() ? value.value
                              : std::numeric_limits<double>::quiet_NaN();
        }
        return HWNAS_OK;
      });
    };
    c_.is_valid = [](void* self, const uint16_t* of, int32_t* out) {
      return Guard(self, [&](HostInC& host) {
        *out = host.Space().IsValid(host.Raw(of));
        return HWNAS_OK;
      });
    };
    c_.is_active = [](void* self, const uint16_t* of, uint8_t* out) {
      return Guard(self, [&](HostInC& host) {
        const Architecture architecture = host.Raw(of);
        if (!HasShape(host.Space(), architecture)) {
          Fail("not a choice for each decision");
        }
        for (size_t i = 0; i < architecture.size(); ++i) {
          out[i] = host.Space().IsActive(architecture, i);
        }
        return HWNAS_OK;
      });
    };
    c_.is_connected = [](void* self, const uint16_t* of, int32_t* out) {
      return Guard(self, [&](HostInC& host) {
        *out = host.Space().IsConnected(host.In(of));
        return HWNAS_OK;
      });
    };
    c_.rank = [](void* self, const uint16_t* of, uint64_t* out) {
      return Guard(self, [&](HostInC& host) -> int {
        const auto rank = host.Space().Rank(host.In(of));
        if (!rank) return HWNAS_NONE;
        *out = *rank;
        return HWNAS_OK;
      });
    };
    c_.unrank = [](void* self, uint64_t rank, uint16_t* out) {
      return Guard(self, [&](HostInC& host) {
        const auto size = host.Space().Size();
        if (!size || rank >= *size) Fail("no such rank");
        return Out(host.Space().Unrank(rank), out);
      });
    };
    c_.charge = [](void* self, double seconds) {
      return Guard(self, [&](HostInC& host) {
        if (!(seconds >= 0) || !std::isfinite(seconds)) {
          Fail("a time that is none");
        }
        if (host.context_.charge) host.context_.charge(seconds);
        return HWNAS_OK;
      });
    };
  }

  void SetTexts() {
    c_.format = [](void* self, const uint16_t* of, char* out, size_t capacity) {
      return Guard(self, [&](HostInC& host) {
        return Out(host.Space().Format(host.In(of)), out, capacity);
      });
    };
    c_.parse = [](void* self, const char* text, uint16_t* out) {
      return Guard(self, [&](HostInC& host) {
        return Out(host.Space().Parse(TextOf(text)), out);
      });
    };
    c_.effective_key = [](void* self, const uint16_t* of, char* out,
                          size_t capacity) {
      return Guard(self, [&](HostInC& host) {
        return Out(host.Space().EffectiveKey(host.In(of)), out, capacity);
      });
    };
  }

  RunContext context_;
  std::string error_;
  hwnas_host c_{};
};

struct Taken {
  size_t decisions = 0;
  std::vector<Architecture> list;
  bool failed = false;
};

/// Called from within the plug-in: nothing may be thrown through it.
void Take(void* list, const uint16_t* architecture) {
  auto& taken = *static_cast<Taken*>(list);
  try {
    if (architecture == nullptr) {
      taken.failed = true;
    } else {
      taken.list.emplace_back(std::span(architecture, taken.decisions));
    }
  } catch (...) {
    taken.failed = true;
  }
}

class LibraryStrategy : public Strategy {
 public:
  LibraryStrategy(const hwnas_plugin& plugin, const OptionMap& options,
                  RunContext context)
      : plugin_(plugin),
        problem_(*context.problem, context.rng),
        host_(std::move(context)) {
    std::vector<hwnas_setting> settings;
    for (const auto& [name, value] : options) {
      settings.push_back({name.c_str(), value.c_str()});
    }
    const int code =
        plugin_.create(host_.Get(), problem_.Get(), settings.data(),
                       settings.size(), &strategy_, reason_.Get());
    if (code != HWNAS_OK) reason_.Throw("create");
    if (strategy_ == nullptr) Fail("'create' made nothing");
  }

  ~LibraryStrategy() override { plugin_.destroy(strategy_); }

  AskState Ask(size_t limit, std::vector<Proposal>* out) override {
    const size_t decisions = Space().Decisions().size();
    room_.assign(limit * decisions, 0);
    proposals_.clear();
    for (size_t i = 0; i < limit; ++i) {
      proposals_.push_back(
          {0, room_.data() + i * decisions, TopRung(), HWNAS_NO_PROPOSAL});
    }
    size_t count = 0;
    const int code =
        plugin_.ask(strategy_, limit, proposals_.data(), &count, reason_.Get());
    if (code == HWNAS_WAIT) return AskState::kWait;
    if (code == HWNAS_DONE) return AskState::kDone;
    if (code != HWNAS_OK) reason_.Throw("ask");
    if (count == 0 || count > limit) {
      Fail("'ask' gave " + std::to_string(count) +
           " proposals, asked for 1 to " + std::to_string(limit));
    }
    for (size_t i = 0; i < count; ++i) {
      if (proposals_[i].rung < 0) Fail("'ask' gave a negative rung");
      Proposal& proposal = out->emplace_back();
      proposal.id = proposals_[i].id;
      proposal.architecture = Architecture(
          std::span(std::as_const(room_)).subspan(i * decisions, decisions));
      proposal.rung = proposals_[i].rung;
      proposal.resumed_from = proposals_[i].resumed_from;
    }
    return AskState::kReady;
  }

  void Tell(std::span<const Trial> trials) override {
    std::vector<hwnas_trial> told;
    for (const Trial& trial : trials) {
      told.push_back(
          {trial.id, trial.architecture.Decisions().data(), trial.rung,
           static_cast<int32_t>(trial.status), trial.replicate,
           trial.HasValues() ? trial.values.data() : nullptr,
           trial.cost_seconds,
           trial.missing == Missing::kNone ? nullptr
                                           : MissingName(trial.missing)});
    }
    const int code =
        plugin_.tell(strategy_, told.data(), told.size(), reason_.Get());
    if (code != HWNAS_OK) reason_.Throw("tell");
  }

  std::optional<std::vector<Architecture>> Recommend() override {
    if (plugin_.recommend == nullptr) return std::nullopt;
    Taken taken{Space().Decisions().size(), {}, false};
    const int code = plugin_.recommend(strategy_, Take, &taken, reason_.Get());
    if (code == HWNAS_NONE) return std::nullopt;
    if (code != HWNAS_OK) reason_.Throw("recommend");
    if (taken.failed) Fail("'recommend' gave what is no architecture");
    return std::move(taken.list);
  }

 private:
  const SearchSpace& Space() const { return *host_.Context().problem->space; }
  int TopRung() const {
    return static_cast<int>(host_.Context().problem->ladder.size()) - 1;
  }

  const hwnas_plugin& plugin_;
  ProblemInC problem_;
  HostInC host_;
  Reason reason_;
  hwnas_strategy* strategy_ = nullptr;
  std::vector<uint16_t> room_;
  std::vector<hwnas_proposal> proposals_;
};

static_assert(static_cast<int>(TrialStatus::kOk) == HWNAS_TRIAL_OK &&
              static_cast<int>(TrialStatus::kInvalid) == HWNAS_TRIAL_INVALID &&
              static_cast<int>(TrialStatus::kMissing) == HWNAS_TRIAL_MISSING &&
              static_cast<int>(TrialStatus::kInfeasible) ==
                  HWNAS_TRIAL_INFEASIBLE);
static_assert(kNoProposal == HWNAS_NO_PROPOSAL);

StrategyInfo ReadInfo(const hwnas_plugin& plugin) {
  StrategyInfo info;
  info.name = TextOf(plugin.name);
  if (!IsPluginName(info.name)) {
    Fail("its name must have 1 to 100 characters");
  }
  if (plugin.version == 0 || plugin.version > INT32_MAX) {
    Fail("its version must be at least 1");
  }
  info.version = static_cast<int>(plugin.version);
  info.summary = TextOf(plugin.summary);
  info.source = TextOf(plugin.source);
  info.exact = (plugin.flags & HWNAS_EXACT) != 0;
  info.stochastic = (plugin.flags & HWNAS_STOCHASTIC) != 0;
  info.multi_objective = (plugin.flags & HWNAS_MULTI_OBJECTIVE) != 0;
  info.beats_random = (plugin.flags & HWNAS_BEATS_RANDOM) != 0;
  if (plugin.option_count > kMostOptions ||
      (plugin.option_count != 0 && plugin.options == nullptr)) {
    Fail("its options are no list");
  }
  for (size_t i = 0; i < plugin.option_count; ++i) {
    info.options.push_back({TextOf(plugin.options[i].name),
                            TextOf(plugin.options[i].default_value),
                            TextOf(plugin.options[i].about)});
  }
  return info;
}

class Library : public StrategySource {
 public:
  explicit Library(const hwnas_plugin& plugin)
      : plugin_(plugin), info_(ReadInfo(plugin)) {}
  const StrategyInfo& Info() const override { return info_; }
  bool AnyOption() const override {
    return (plugin_.flags & HWNAS_ANY_OPTION) != 0;
  }
  std::unique_ptr<Strategy> Make(const OptionMap& options,
                                 RunContext context) const override {
    return std::make_unique<LibraryStrategy>(plugin_, options,
                                             std::move(context));
  }

 private:
  const hwnas_plugin& plugin_;
  StrategyInfo info_;
};

/// Of a library, or an error.
const hwnas_plugin& Load(const std::string& path) {
  // A name without a slash would be looked for in the system's folders.
  const std::string file =
      path.find('/') == std::string::npos ? "./" + path : path;
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) Fail(Quoted(dlerror(), 400));
  void* symbol = dlsym(library, HWNAS_PLUGIN_FUNCTION);
  if (symbol == nullptr) {
    Fail("exports no function " HWNAS_PLUGIN_FUNCTION
         ", see strategies/plugin.h");
  }
  const auto get = reinterpret_cast<const hwnas_plugin* (*)()>(symbol);
  const hwnas_plugin* plugin = get();
  if (plugin == nullptr) Fail(HWNAS_PLUGIN_FUNCTION " gave nothing");
  if (plugin->size < sizeof(hwnas_plugin) || plugin->abi != HWNAS_PLUGIN_ABI) {
    Fail("was built for ABI " + std::to_string(plugin->abi) + " of size " +
         std::to_string(plugin->size) + ", this build has ABI " +
         std::to_string(HWNAS_PLUGIN_ABI) + " of size " +
         std::to_string(sizeof(hwnas_plugin)));
  }
  if (plugin->create == nullptr || plugin->ask == nullptr ||
      plugin->tell == nullptr || plugin->destroy == nullptr) {
    Fail("lacks one of the functions create, ask, tell, destroy");
  }
  return *plugin;
}

}  // namespace

std::shared_ptr<const StrategySource> OpenPluginLibrary(
    const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw Error(ErrorCode::kNotFound,
                "strategy '" + Quoted(path, 300) + "': no such file");
  }
  try {
    return std::make_shared<Library>(Load(path));
  } catch (const Error& error) {
    throw Error(ErrorCode::kPlugin,
                "strategy '" + Quoted(path, 300) + "': " + error.what());
  }
}

}  // namespace hwnas
