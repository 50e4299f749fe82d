#include "tabular/spaces/generic.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

/// At most this many valid architectures are listed.
constexpr uint64_t kMaxListed = 1 << 20;
/// Spaces of at most this many combinations are listed at once.
constexpr double kListAtOnce = 1 << 17;
/// Partial architectures visited before listing is given up.
constexpr uint64_t kMaxVisited = 1 << 23;
/// One draw in this many must be valid.
constexpr int kRarest = 10000;
constexpr size_t kMaxDecisions = 4096;

[[noreturn]] void Fail(const GenericDescription& description,
                       const std::string& what) {
  throw Error(ErrorCode::kUsage,
              fmt::format("space '{}': {}", Quoted(description.name), what));
}

/// A condition or a part of a rule: the decision and the choices, as a mask.
struct Test {
  size_t decision = 0;
  std::vector<bool> values;
  bool Holds(const Architecture& a) const { return values[a[decision]]; }
};

class GenericSpace : public SearchSpace {
 public:
  explicit GenericSpace(GenericDescription description)
      : description_(std::move(description)), moves_({"decision"}) {
    CheckNames();
    ReadConditions();
    ReadRules();
    Weigh();
    if (combinations_ <= kListAtOnce) {
      HWNAS_CHECK(List());
    } else {
      MeasureAcceptance();
    }
    if (listed_) {
      if (ranks_.empty()) Fail(description_, "no architecture is valid");
      log10_size_ = std::log10(static_cast<double>(ranks_.size()));
    } else {
      log10_size_ = std::log10(combinations_) + std::log10(acceptance_);
    }
  }

  std::string Id() const override {
    return fmt::format("{}@{}", description_.name, description_.version);
  }

  std::string Spec() const override;

  std::span<const Decision> Decisions() const override {
    return description_.decisions;
  }

  bool IsActive(const Architecture& a, size_t i) const override {
    CheckShape(a);
    HWNAS_CHECK(i < a.size());
    return Active(a, i);
  }

  bool IsValid(const Architecture& a) const override {
    if (a.size() != description_.decisions.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i] >= Choices(i)) return false;
    }
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i] != 0 && !Active(a, i)) return false;
    }
    for (size_t rule = 0; rule < rules_.size(); ++rule) {
      if (Forbids(rule, a)) return false;
    }
    return true;
  }

  Architecture Parse(std::string_view text) const override {
    Architecture a(description_.decisions.size());
    std::string_view rest = text;
    const auto fail = [&](const std::string& why) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("'{}' is not an architecture of {}: {}",
                              Quoted(text, 160), Id(), why));
    };
    std::vector<bool> dashes(a.size());
    for (size_t i = 0; i < a.size(); ++i) {
      const size_t end = rest.find(description_.separator);
      if ((end == std::string_view::npos) != (i + 1 == a.size())) {
        fail(fmt::format("expected {} choices separated by '{}'", a.size(),
                         description_.separator));
      }
      const std::string_view word = rest.substr(0, end);
      if (end != std::string_view::npos) rest.remove_prefix(end + 1);
      if (word == "-") {
        dashes[i] = true;
        continue;
      }
      const auto& choices = description_.decisions[i].choices;
      const auto it = std::find(choices.begin(), choices.end(), word);
      if (it == choices.end()) {
        FailUnknown(fmt::format("choice of '{}' in space {}",
                                description_.decisions[i].name, Id()),
                    word, choices);
      }
      a[i] = static_cast<uint16_t>(it - choices.begin());
    }
    for (size_t i = 0; i < a.size(); ++i) {
      if (Active(a, i) == dashes[i]) {
        fail(fmt::format("'{}' {}", description_.decisions[i].name,
                         dashes[i] ? "matters here and needs a choice"
                                   : "does not matter here and must be '-'"));
      }
    }
    if (!IsValid(a)) fail("a rule forbids this combination");
    return a;
  }

  std::string Format(const Architecture& a) const override {
    CheckShape(a);
    std::string text;
    for (size_t i = 0; i < a.size(); ++i) {
      if (i > 0) text += description_.separator;
      text += Active(a, i) ? description_.decisions[i].choices[a[i]] : "-";
    }
    return text;
  }

  Architecture Sample(Rng& rng) const override {
    if (listed_) return Unrank(rng.Below(ranks_.size()));
    for (;;) {
      Architecture a = Draw(rng);
      if (IsValid(a)) return a;
    }
  }

  std::span<const std::string> Moves() const override { return moves_; }

  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override {
    HWNAS_CHECK(move == 0 && IsValid(from));
    std::vector<size_t> open;
    for (size_t i = 0; i < from.size(); ++i) {
      if (Choices(i) > 1 && Active(from, i)) open.push_back(i);
    }
    if (open.empty()) return false;
    constexpr int kAttempts = 100;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      *out = from;
      const size_t changed = open[rng.Below(open.size())];
      auto choice = static_cast<uint16_t>(rng.Below(Choices(changed) - 1));
      if (choice >= from[changed]) ++choice;
      (*out)[changed] = choice;
      for (size_t i = changed + 1; i < from.size(); ++i) {
        if (!Active(*out, i)) {
          (*out)[i] = 0;
        } else if (!Active(from, i)) {
          (*out)[i] = static_cast<uint16_t>(rng.Below(Choices(i)));
        }
      }
      if (IsValid(*out)) return true;
    }
    return false;
  }

  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override {
    HWNAS_CHECK(IsValid(of));
    out->clear();
    for (size_t i = 0; i < of.size(); ++i) {
      if (!Active(of, i)) continue;
      for (size_t choice = 0; choice < Choices(i); ++choice) {
        if (choice == of[i]) continue;
        Architecture changed = of;
        changed[i] = static_cast<uint16_t>(choice);
        Complete(of, i + 1, &changed, out);
      }
    }
  }

  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override {
    HWNAS_CHECK(IsValid(a) && IsValid(b));
    constexpr int kAttempts = 16;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      Architecture child(a.size());
      for (size_t i = 0; i < a.size(); ++i) {
        if (!Active(child, i)) continue;
        const bool from_a = Active(a, i);
        const bool from_b = Active(b, i);
        if (from_a && from_b) {
          child[i] = rng.Below(2) == 0 ? a[i] : b[i];
        } else if (from_a || from_b) {
          child[i] = from_a ? a[i] : b[i];
        } else {
          child[i] = static_cast<uint16_t>(rng.Below(Choices(i)));
        }
      }
      if (IsValid(child)) return child;
    }
    return a;
  }

  std::optional<uint64_t> Size() const override {
    if (!listed_) return std::nullopt;
    return ranks_.size();
  }
  double Log10Size() const override { return log10_size_; }

  std::optional<uint64_t> Rank(const Architecture& a) const override {
    HWNAS_CHECK(IsValid(a));
    if (!listed_) return std::nullopt;
    const auto it = std::lower_bound(ranks_.begin(), ranks_.end(), Code(a));
    return static_cast<uint64_t>(it - ranks_.begin());
  }

  Architecture Unrank(uint64_t rank) const override {
    if (!listed_) return SearchSpace::Unrank(rank);
    HWNAS_CHECK(rank < ranks_.size());
    uint64_t code = ranks_[rank];
    Architecture a(description_.decisions.size());
    for (size_t i = a.size(); i-- > 0;) {
      a[i] = static_cast<uint16_t>(code % Choices(i));
      code /= Choices(i);
    }
    return a;
  }

  bool HasLayers() const override { return false; }

 private:
  size_t Choices(size_t i) const {
    return description_.decisions[i].choices.size();
  }

  size_t Find(const std::string& name, std::string_view where) const {
    const auto it = by_name_.find(name);
    if (it != by_name_.end()) return it->second;
    std::vector<std::string> known;
    for (const Decision& decision : description_.decisions) {
      known.push_back(decision.name);
    }
    FailUnknown(fmt::format("decision in {} of space '{}'", where,
                            Quoted(description_.name)),
                name, known);
  }

  Test MakeTest(const std::string& name, const std::vector<std::string>& values,
                std::string_view where) const {
    Test test;
    test.decision = Find(name, where);
    const auto& choices = description_.decisions[test.decision].choices;
    test.values.resize(choices.size());
    if (values.empty()) {
      Fail(description_,
           fmt::format("{} lists no value of '{}'", where, Quoted(name)));
    }
    for (const std::string& value : values) {
      const auto it = std::find(choices.begin(), choices.end(), value);
      if (it == choices.end()) {
        FailUnknown(fmt::format("choice of '{}' in {} of space '{}'", name,
                                where, Quoted(description_.name)),
                    value, choices);
      }
      test.values[static_cast<size_t>(it - choices.begin())] = true;
    }
    return test;
  }

  void CheckNames() {
    const auto& name = description_.name;
    const bool good_name =
        !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
    if (!good_name) {
      Fail(description_, "its name must be of a-z, 0-9 and '-'");
    }
    if (description_.version < 1) Fail(description_, "versions start at 1");
    const char separator = description_.separator;
    if (separator < ' ' || separator > '~' || separator == '-') {
      Fail(description_, "the separator must be printable and not '-'");
    }
    const auto& decisions = description_.decisions;
    if (decisions.empty() || decisions.size() > kMaxDecisions) {
      Fail(description_,
           fmt::format("it must have from 1 to {} decisions", kMaxDecisions));
    }
    for (size_t i = 0; i < decisions.size(); ++i) {
      const Decision& decision = decisions[i];
      if (decision.name.empty() || !by_name_.emplace(decision.name, i).second) {
        Fail(description_, fmt::format("decision {} needs a name of its own, "
                                       "not '{}'",
                                       i + 1, Quoted(decision.name)));
      }
      if (decision.choices.empty() || decision.choices.size() > 65535) {
        Fail(description_, fmt::format("'{}' must have from 1 to 65535 choices",
                                       Quoted(decision.name)));
      }
      std::set<std::string> seen;
      for (const std::string& choice : decision.choices) {
        const bool printable =
            std::all_of(choice.begin(), choice.end(), [](char c) {
              return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
            });
        if (choice.empty() || choice == "-" || !printable ||
            choice.find(separator) != std::string::npos) {
          Fail(description_,
               fmt::format("'{}' has the choice '{}': choices are printable, "
                           "not '-', and free of the separator '{}'",
                           Quoted(decision.name), Quoted(choice), separator));
        }
        if (!seen.insert(choice).second) {
          Fail(description_,
               fmt::format("'{}' has the choice '{}' twice",
                           Quoted(decision.name), Quoted(choice)));
        }
      }
    }
  }

  void ReadConditions() {
    conditions_.resize(description_.decisions.size());
    for (const GenericCondition& condition : description_.conditions) {
      const size_t decision = Find(condition.decision, "a condition");
      Test test = MakeTest(condition.parent, condition.values, "a condition");
      if (test.decision >= decision) {
        Fail(description_,
             fmt::format("'{}' depends on '{}', which must come before it",
                         Quoted(condition.decision), Quoted(condition.parent)));
      }
      conditions_[decision].push_back(std::move(test));
    }
    for (const auto& tests : conditions_) {
      nested_.push_back(
          std::any_of(tests.begin(), tests.end(), [this](const Test& test) {
            return !conditions_[test.decision].empty();
          }));
    }
  }

  void ReadRules() {
    for (const GenericRule& rule : description_.rules) {
      if (rule.forbid.empty()) Fail(description_, "a rule forbids nothing");
      std::vector<Test> tests;
      size_t last = 0;
      for (const auto& [name, values] : rule.forbid) {
        tests.push_back(MakeTest(name, values, "a rule"));
        last = std::max(last, tests.back().decision);
      }
      rules_.push_back(std::move(tests));
      rule_ends_.push_back(last);
    }
  }

  /// `a` must hold the decisions before `i`. In order rather than by recursion
  /// to the parents, which shared ancestors would make exponential.
  bool Active(const Architecture& a, size_t i) const {
    if (!nested_[i]) return Meets(a, i);
    std::vector<bool> active(i + 1);
    for (size_t j = 0; j <= i; ++j) {
      active[j] = Meets(a, j);
      for (const Test& test : conditions_[j]) {
        if (!active[test.decision]) active[j] = false;
      }
    }
    return active[i];
  }

  /// Whether the parents, active or not, have values that decision `i` needs.
  bool Meets(const Architecture& a, size_t i) const {
    return std::all_of(conditions_[i].begin(), conditions_[i].end(),
                       [&a](const Test& test) { return test.Holds(a); });
  }

  bool Forbids(size_t rule, const Architecture& a) const {
    for (const Test& test : rules_[rule]) {
      if (!test.Holds(a) || !Active(a, test.decision)) return false;
    }
    return true;
  }

  /// How many combinations there are where rules, and decisions with several
  /// conditions, are left out of account: decisions with one condition form a
  /// forest below their parents, counted from the leaves.
  void Weigh() {
    const size_t n = description_.decisions.size();
    weights_.resize(n);
    for (size_t i = 0; i < n; ++i) weights_[i].assign(Choices(i), 1.0);
    combinations_ = 1;
    for (size_t i = n; i-- > 0;) {
      double sum = 0;
      for (const double weight : weights_[i]) sum += weight;
      if (conditions_[i].size() == 1) {
        const Test& test = conditions_[i][0];
        auto& parent = weights_[test.decision];
        for (size_t v = 0; v < parent.size(); ++v) {
          if (test.values[v]) parent[v] *= sum;
        }
      } else {
        combinations_ *= sum;
      }
    }
  }

  /// One of those combinations, uniformly.
  Architecture Draw(Rng& rng) const {
    Architecture a(description_.decisions.size());
    std::vector<bool> drawn(a.size(), true);
    for (size_t i = 0; i < a.size(); ++i) {
      if (conditions_[i].size() == 1) {
        const Test& test = conditions_[i][0];
        drawn[i] = drawn[test.decision] && test.Holds(a);
        if (!drawn[i]) continue;
      }
      double sum = 0;
      for (const double weight : weights_[i]) sum += weight;
      double at = rng.Uniform() * sum;
      size_t v = 0;
      while (v + 1 < Choices(i) && at >= weights_[i][v]) at -= weights_[i][v++];
      a[i] = static_cast<uint16_t>(v);
    }
    return a;
  }

  /// Lists the valid architectures; false when there are too many.
  bool List() {
    uint64_t all = 1;
    for (size_t i = 0; i < description_.decisions.size(); ++i) {
      if (__builtin_mul_overflow(all, Choices(i), &all)) return false;
    }
    Architecture a(description_.decisions.size());
    uint64_t visited = 0;
    listed_ = Visit(0, &a, &visited);
    if (!listed_) ranks_.clear();
    return listed_;
  }

  bool Visit(size_t i, Architecture* a, uint64_t* visited) {
    if (++*visited > kMaxVisited || ranks_.size() > kMaxListed) return false;
    if (i == a->size()) {
      ranks_.push_back(Code(*a));
      return true;
    }
    const size_t choices = Active(*a, i) ? Choices(i) : 1;
    for (size_t choice = 0; choice < choices; ++choice) {
      (*a)[i] = static_cast<uint16_t>(choice);
      bool forbidden = false;
      for (size_t rule = 0; rule < rules_.size() && !forbidden; ++rule) {
        forbidden = rule_ends_[rule] == i && Forbids(rule, *a);
      }
      if (!forbidden && !Visit(i + 1, a, visited)) return false;
    }
    (*a)[i] = 0;
    return true;
  }

  void MeasureAcceptance() {
    const bool all_valid =
        rules_.empty() &&
        std::all_of(conditions_.begin(), conditions_.end(),
                    [](const auto& tests) { return tests.size() <= 1; });
    if (all_valid) return;
    // Enough draws that a rate of one in kRarest shows up.
    Rng rng = Rng::FromLabel(0, "generic space acceptance");
    const int draws = 5 * kRarest;
    int valid = 0;
    for (int i = 0; i < draws; ++i) valid += IsValid(Draw(rng)) ? 1 : 0;
    acceptance_ = valid / static_cast<double>(draws);
    if (valid * kRarest >= draws || List()) return;
    Fail(description_,
         fmt::format("fewer than one combination in {} is valid, and there are "
                     "too many to list: write conditions instead of rules",
                     kRarest));
  }

  uint64_t Code(const Architecture& a) const {
    uint64_t code = 0;
    for (size_t i = 0; i < a.size(); ++i) code = code * Choices(i) + a[i];
    return code;
  }

  /// Adds all valid completions of `*changed`, whose decisions before `i`
  /// stand: what becomes inactive is 0, what becomes active any choice.
  void Complete(const Architecture& of, size_t i, Architecture* changed,
                std::vector<Architecture>* out) const {
    if (i == of.size()) {
      if (IsValid(*changed)) out->push_back(*changed);
      return;
    }
    const uint16_t before = (*changed)[i];
    if (!Active(*changed, i)) {
      (*changed)[i] = 0;
      Complete(of, i + 1, changed, out);
    } else if (Active(of, i)) {
      Complete(of, i + 1, changed, out);
    } else {
      for (size_t choice = 0; choice < Choices(i); ++choice) {
        (*changed)[i] = static_cast<uint16_t>(choice);
        Complete(of, i + 1, changed, out);
      }
    }
    (*changed)[i] = before;
  }

  GenericDescription description_;
  std::vector<std::string> moves_;
  std::map<std::string, size_t> by_name_;
  std::vector<std::vector<Test>> conditions_;  // of each decision
  std::vector<bool> nested_;                   // a parent has conditions itself
  std::vector<std::vector<Test>> rules_;
  std::vector<size_t> rule_ends_;  // last decision of each rule
  std::vector<std::vector<double>> weights_;
  double combinations_ = 0;
  double acceptance_ = 1;
  bool listed_ = false;
  std::vector<uint64_t> ranks_;  // codes of the valid, ascending
  double log10_size_ = 0;
};

std::string GenericSpace::Spec() const {
  using Json = nlohmann::ordered_json;
  Json json;
  json["name"] = description_.name;
  json["version"] = description_.version;
  json["separator"] = std::string(1, description_.separator);
  json["decisions"] = Json::array();
  for (const Decision& decision : description_.decisions) {
    json["decisions"].push_back(
        Json{{"name", decision.name}, {"choices", decision.choices}});
  }
  json["conditions"] = Json::array();
  for (const GenericCondition& condition : description_.conditions) {
    json["conditions"].push_back(Json{{"decision", condition.decision},
                                      {"parent", condition.parent},
                                      {"values", condition.values}});
  }
  json["rules"] = Json::array();
  for (const GenericRule& rule : description_.rules) {
    Json forbid = Json::array();
    for (const auto& [name, values] : rule.forbid) {
      forbid.push_back(Json{{"decision", name}, {"values", values}});
    }
    json["rules"].push_back(std::move(forbid));
  }
  try {
    return "generic" + json.dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::kUsage,
                fmt::format("space '{}' has names that are not UTF-8",
                            description_.name));
  }
}

/// Refuses members of an object that are not listed.
void CheckKeys(const nlohmann::json& json,
               const std::vector<std::string>& known) {
  for (const auto& item : json.items()) {
    if (std::find(known.begin(), known.end(), item.key()) == known.end()) {
      FailUnknown("member of a generic space", item.key(), known);
    }
  }
}

}  // namespace

std::shared_ptr<const SearchSpace> MakeGenericSpace(
    GenericDescription description) {
  return std::make_shared<GenericSpace>(std::move(description));
}

std::shared_ptr<const SearchSpace> MakeGenericSpaceFromJson(
    std::string_view text) {
  using nlohmann::json;
  GenericDescription description;
  try {
    const json root = json::parse(text);
    CheckKeys(root, {"name", "version", "separator", "decisions", "conditions",
                     "rules"});
    description.name = root.at("name").get<std::string>();
    description.version = root.at("version").get<int>();
    const auto separator = root.at("separator").get<std::string>();
    if (separator.size() != 1) {
      throw Error(ErrorCode::kUsage,
                  "generic space: the separator must be one character");
    }
    description.separator = separator[0];
    for (const json& item : root.at("decisions")) {
      CheckKeys(item, {"name", "choices"});
      description.decisions.push_back(
          {item.at("name").get<std::string>(),
           item.at("choices").get<std::vector<std::string>>()});
    }
    for (const json& item : root.at("conditions")) {
      CheckKeys(item, {"decision", "parent", "values"});
      description.conditions.push_back(
          {item.at("decision").get<std::string>(),
           item.at("parent").get<std::string>(),
           item.at("values").get<std::vector<std::string>>()});
    }
    for (const json& item : root.at("rules")) {
      GenericRule rule;
      for (const json& part : item) {
        CheckKeys(part, {"decision", "values"});
        rule.forbid.emplace_back(
            part.at("decision").get<std::string>(),
            part.at("values").get<std::vector<std::string>>());
      }
      description.rules.push_back(std::move(rule));
    }
  } catch (const json::exception& error) {
    throw Error(ErrorCode::kUsage,
                fmt::format("the description of a generic space is damaged: {}",
                            Quoted(error.what(), 200)));
  }
  return MakeGenericSpace(std::move(description));
}

}  // namespace hwnas
