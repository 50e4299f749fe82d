#include "tabular/search_space.h"

#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "fmt/format.h"
#include "tabular/error.h"
#include "tabular/spaces/darts.h"
#include "tabular/spaces/fbnet.h"
#include "tabular/spaces/generic.h"
#include "tabular/spaces/mnasnet.h"
#include "tabular/spaces/nats_sss.h"
#include "tabular/spaces/nb101.h"
#include "tabular/spaces/nb201.h"
#include "tabular/spaces/nb_macro.h"

namespace hwnas {
namespace {

struct KnownInput {
  const char* dataset;
  NetworkInput input;
};

constexpr KnownInput kInputs[] = {
    {"cifar10", {{3, 32, 32}, 10}},
    {"cifar100", {{3, 32, 32}, 100}},
    {"imagenet16-120", {{3, 16, 16}, 120}},
    {"imagenet", {{3, 224, 224}, 1000}},
    {"fashion-mnist", {{1, 28, 28}, 10}},
    {"fashion-mnist-14", {{1, 14, 14}, 10}},
};

/// `name[@version][{parameters}]`, taken apart.
struct SpaceSpec {
  std::string text;
  std::string name;
  int version = 0;  // 0: not stated
  bool has_parameters = false;
  std::string parameters;
};

int ParseNumber(std::string_view digits, std::string_view what,
                std::string_view spec) {
  int value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("space '{}': {} must be a whole number, not '{}'",
                            Quoted(spec), what, Quoted(digits)));
  }
  return value;
}

SpaceSpec ParseSpec(std::string_view text) {
  SpaceSpec spec;
  spec.text = std::string(text);
  std::string_view head = text;
  if (const size_t brace = text.find('{'); brace != std::string_view::npos) {
    if (text.back() != '}') {
      throw Error(ErrorCode::kUsage,
                  fmt::format("space '{}': the parameters lack a closing '}}'",
                              Quoted(text)));
    }
    spec.has_parameters = true;
    spec.parameters = text.substr(brace + 1, text.size() - brace - 2);
    head = text.substr(0, brace);
  }
  if (const size_t at = head.find('@'); at != std::string_view::npos) {
    spec.version = ParseNumber(head.substr(at + 1), "the version", text);
    if (spec.version < 1) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("space '{}': versions start at 1", Quoted(text)));
    }
    head = head.substr(0, at);
  }
  spec.name = std::string(head);
  return spec;
}

/// Parameters `a=1,b=2`, each of a known name and from 1 to its limit.
std::map<std::string, int> ParseParameters(
    const SpaceSpec& spec, const std::map<std::string, int>& limits) {
  std::map<std::string, int> values;
  std::string_view rest = spec.parameters;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    const size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("space '{}': expected name=value, not '{}'",
                              Quoted(spec.text), Quoted(item)));
    }
    const std::string name(item.substr(0, equals));
    const auto limit = limits.find(name);
    if (limit == limits.end()) {
      std::vector<std::string> known;
      for (const auto& [key, _] : limits) known.push_back(key);
      FailUnknown(fmt::format("parameter of space '{}'", spec.name), name,
                  known);
    }
    const int value = ParseNumber(item.substr(equals + 1), name, spec.text);
    if (value < 1 || value > limit->second) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("space '{}': {} must be from 1 to {}",
                              Quoted(spec.text), name, limit->second));
    }
    if (!values.emplace(name, value).second) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("space '{}': {} is given twice",
                              Quoted(spec.text), name));
    }
  }
  return values;
}

std::shared_ptr<const SearchSpace> MakeNb201(const SpaceSpec& spec) {
  Nb201Skeleton skeleton;
  const auto values = ParseParameters(
      spec,
      {{"cells", 100}, {"channels", 1024}, {"stages", 8}, {"stem_stride", 8}});
  const auto take = [&values](const char* name, int* field) {
    if (const auto it = values.find(name); it != values.end()) {
      *field = it->second;
    }
  };
  take("cells", &skeleton.cells);
  take("channels", &skeleton.channels);
  take("stages", &skeleton.stages);
  take("stem_stride", &skeleton.stem_stride);
  return std::make_shared<Nb201Space>(skeleton);
}

/// A space that has no parameters.
template <typename Space>
std::shared_ptr<const SearchSpace> MakePlain(const SpaceSpec& spec) {
  ParseParameters(spec, {});
  return std::make_shared<Space>();
}

std::shared_ptr<const SearchSpace> MakeDarts(const SpaceSpec& spec) {
  DartsSkeleton skeleton;
  const auto values =
      ParseParameters(spec, {{"cells", 100}, {"channels", 1024}});
  if (const auto it = values.find("cells"); it != values.end()) {
    skeleton.cells = it->second;
  }
  if (const auto it = values.find("channels"); it != values.end()) {
    skeleton.channels = it->second;
    if (skeleton.channels < 2) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("space '{}': channels must be at least 2",
                              Quoted(spec.text)));
    }
  }
  return std::make_shared<DartsSpace>(skeleton);
}

struct BuiltIn {
  SpaceInfo info;
  int version;
  std::shared_ptr<const SearchSpace> (*make)(const SpaceSpec&);
};

/// In the order of their names.
std::vector<BuiltIn> BuiltIns() {
  return {
      {{"darts",
        "a normal and a reduction cell, two of seven operations on each of "
        "four nodes (1.08e18)",
        "Liu et al., \"DARTS: Differentiable Architecture Search\", ICLR "
        "2019; Zela et al., \"Surrogate NAS Benchmarks\", ICLR 2022"},
       1,
       MakeDarts},
      {{"fbnet", "22 layers, one of nine operations each (9.8e20)",
        "Wu et al., \"FBNet: Hardware-Aware Efficient ConvNet Design via "
        "Differentiable Neural Architecture Search\", CVPR 2019"},
       1,
       MakePlain<FbnetSpace>},
      {{"mnasnet",
        "seven blocks of expansion, kernel, layers and squeeze-excite "
        "(1.04e11)",
        "Ahmad et al., \"Accel-NASBench: Sustainable Benchmarking for "
        "Accelerator-Aware NAS\", DAC 2024"},
       1,
       MakePlain<MnasnetSpace>},
      {{"nats-sss",
        "widths of five layers of a fixed network, eight choices each (32,768)",
        "Dong et al., \"NATS-Bench: Benchmarking NAS Algorithms for "
        "Architecture Topology and Size\", TPAMI 2021"},
       1,
       MakePlain<NatsSssSpace>},
      {{"nb-macro", "eight layers, one of three operations each (6,561)",
        "Su et al., \"Prioritized Architecture Sampling with Monte-Carlo Tree "
        "Search\", CVPR 2021"},
       1,
       MakePlain<NbMacroSpace>},
      {{"nb101", "graphs of at most seven vertices and nine edges",
        "Ying et al., \"NAS-Bench-101: Towards Reproducible Neural "
        "Architecture Search\", ICML 2019"},
       1,
       MakePlain<Nb101Space>},
      {{"nb201",
        "cells of four nodes and six edges, five operations each (15,625)",
        "Dong and Yang, \"NAS-Bench-201: Extending the Scope of Reproducible "
        "Neural Architecture Search\", ICLR 2020"},
       1,
       MakeNb201},
  };
}

}  // namespace

std::vector<Factor> SearchSpace::Factors() const {
  Factor factor;
  factor.name = "network";
  factor.size = Decisions().size();
  return {factor};
}

bool SearchSpace::IsActive(const Architecture& architecture, size_t i) const {
  CheckShape(architecture);
  HWNAS_CHECK(i < architecture.size());
  return true;
}

bool SearchSpace::IsValid(const Architecture& architecture) const {
  const auto decisions = Decisions();
  if (architecture.size() != decisions.size()) return false;
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (architecture[i] >= decisions[i].choices.size()) return false;
  }
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (architecture[i] != 0 && !IsActive(architecture, i)) return false;
  }
  return true;
}

void SearchSpace::CheckShape(const Architecture& architecture) const {
  const auto decisions = Decisions();
  HWNAS_CHECK(architecture.size() == decisions.size());
  for (size_t i = 0; i < decisions.size(); ++i) {
    HWNAS_CHECK(architecture[i] < decisions[i].choices.size());
  }
}

Architecture SearchSpace::Unrank(uint64_t) const {
  throw Error(ErrorCode::kUsage,
              fmt::format("space {} does not number its architectures", Id()));
}

LayerGraph SearchSpace::Layers(const Architecture&, const NetworkInput&) const {
  throw Error(
      ErrorCode::kUsage,
      fmt::format("space {} has no layers: it describes no network", Id()));
}

bool FindNetworkInput(std::string_view dataset, NetworkInput* input) {
  for (const KnownInput& known : kInputs) {
    if (dataset == known.dataset) {
      *input = known.input;
      return true;
    }
  }
  return false;
}

CategoricalSpace::CategoricalSpace(std::vector<Decision> decisions)
    : decisions_(std::move(decisions)), moves_({"decision"}) {
  HWNAS_CHECK(!decisions_.empty());
  uint64_t size = 1;
  bool fits = true;
  for (size_t i = 0; i < decisions_.size(); ++i) {
    const size_t choices = decisions_[i].choices.size();
    HWNAS_CHECK(choices >= 1 && choices <= 65535);
    choices_.push_back(static_cast<uint32_t>(choices));
    if (choices > 1) open_.push_back(static_cast<uint32_t>(i));
    fits = fits && !__builtin_mul_overflow(size, choices, &size);
    log10_size_ += std::log10(static_cast<double>(choices));
  }
  if (fits) size_ = size;
}

bool CategoricalSpace::IsActive(const Architecture&, size_t) const {
  return true;
}

bool CategoricalSpace::IsValid(const Architecture& architecture) const {
  if (architecture.size() != choices_.size()) return false;
  for (size_t i = 0; i < choices_.size(); ++i) {
    if (architecture[i] >= choices_[i]) return false;
  }
  return true;
}

Architecture CategoricalSpace::Sample(Rng& rng) const {
  Architecture architecture(choices_.size());
  for (size_t i = 0; i < choices_.size(); ++i) {
    architecture[i] = static_cast<uint16_t>(rng.Below(choices_[i]));
  }
  return architecture;
}

bool CategoricalSpace::Mutate(const Architecture& from, size_t move, Rng& rng,
                              Architecture* out) const {
  HWNAS_CHECK(move < moves_.size() && IsValid(from));
  if (open_.empty()) return false;
  const size_t i = open_[rng.Below(open_.size())];
  *out = from;
  ChangeChoice(i, rng, out);
  return true;
}

void CategoricalSpace::ChangeChoice(size_t i, Rng& rng,
                                    Architecture* architecture) const {
  const uint16_t old = (*architecture)[i];
  auto choice = static_cast<uint16_t>(rng.Below(choices_[i] - 1));
  if (choice >= old) ++choice;
  (*architecture)[i] = choice;
}

void CategoricalSpace::Neighbors(const Architecture& of,
                                 std::vector<Architecture>* out) const {
  HWNAS_CHECK(IsValid(of));
  out->clear();
  for (const uint32_t i : open_) {
    for (uint32_t choice = 0; choice < choices_[i]; ++choice) {
      if (choice == of[i]) continue;
      out->push_back(of);
      out->back()[i] = static_cast<uint16_t>(choice);
    }
  }
}

Architecture CategoricalSpace::Crossover(const Architecture& a,
                                         const Architecture& b,
                                         Rng& rng) const {
  HWNAS_CHECK(IsValid(a) && IsValid(b));
  Architecture child = a;
  uint64_t coins = 0;
  for (size_t i = 0; i < choices_.size(); ++i) {
    if (i % 64 == 0) coins = rng.Next();
    if (coins & 1) child[i] = b[i];
    coins >>= 1;
  }
  return child;
}

std::optional<uint64_t> CategoricalSpace::Rank(const Architecture& a) const {
  HWNAS_CHECK(IsValid(a));
  if (!size_) return std::nullopt;
  uint64_t rank = 0;
  for (size_t i = 0; i < choices_.size(); ++i) rank = rank * choices_[i] + a[i];
  return rank;
}

Architecture CategoricalSpace::Unrank(uint64_t rank) const {
  if (!size_) return SearchSpace::Unrank(rank);
  HWNAS_CHECK(rank < *size_);
  Architecture architecture(choices_.size());
  for (size_t i = choices_.size(); i-- > 0;) {
    architecture[i] = static_cast<uint16_t>(rank % choices_[i]);
    rank /= choices_[i];
  }
  return architecture;
}

std::vector<SpaceInfo> BuiltInSpaces() {
  std::vector<SpaceInfo> infos;
  for (const BuiltIn& space : BuiltIns()) infos.push_back(space.info);
  return infos;
}

std::shared_ptr<const SearchSpace> MakeSpace(std::string_view text) {
  constexpr std::string_view kGeneric = "generic{";
  if (text.starts_with(kGeneric)) {
    return MakeGenericSpaceFromJson(text.substr(kGeneric.size() - 1));
  }
  const SpaceSpec spec = ParseSpec(text);
  std::vector<std::string> known;
  for (const BuiltIn& space : BuiltIns()) {
    if (space.info.name != spec.name) {
      known.push_back(space.info.name);
      continue;
    }
    if (spec.version != 0 && spec.version != space.version) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("space '{}': this build has version {} of {}",
                              Quoted(text), space.version, spec.name));
    }
    return space.make(spec);
  }
  FailUnknown("space", spec.name, known);
}

}  // namespace hwnas
