#include "tabular/spaces/product.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "fmt/format.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

constexpr std::string_view kGap = " | ";

/// The value of `bits` among qualifiers `key=value;...`, or 0.
int BitsOf(std::string_view qualifiers) {
  constexpr std::string_view kKey = "bits=";
  while (!qualifiers.empty()) {
    const size_t end = qualifiers.find(';');
    const std::string_view item = qualifiers.substr(0, end);
    qualifiers =
        end == std::string_view::npos ? "" : qualifiers.substr(end + 1);
    if (!item.starts_with(kKey)) continue;
    const std::string_view digits = item.substr(kKey.size());
    int bits = 0;
    const auto [rest, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || rest != digits.data() + digits.size() ||
        bits < 1 || bits > 64) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("'{}': bits must be from 1 to 64", Quoted(item)));
    }
    return bits;
  }
  return 0;
}

class Product : public ProductSpace {
 public:
  Product(std::string name, std::shared_ptr<const SearchSpace> network,
          std::vector<ProductFactor> factors)
      : name_(std::move(name)),
        network_(std::move(network)),
        factors_(std::move(factors)) {
    HWNAS_CHECK(network_ != nullptr);
    const auto base = network_->Decisions();
    decisions_.assign(base.begin(), base.end());
    moves_ = {"any", "network"};
    if (name_.empty() || name_.find('@') != std::string::npos) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("'{}' is no name for a product of spaces: it has "
                              "letters and no version",
                              Quoted(name_)));
    }
    for (const ProductFactor& factor : factors_) AddFactor(factor);
    if (auto size = network_->Size()) {
      uint64_t all = *size;
      bool fits = true;
      for (const ProductFactor& factor : factors_) {
        fits = fits && !__builtin_mul_overflow(all, factor.bound.size(), &all);
      }
      if (fits) size_ = all;
    }
    log10_size_ = network_->Log10Size();
    for (const ProductFactor& factor : factors_) {
      log10_size_ += std::log10(static_cast<double>(factor.bound.size()));
    }
  }

  const SearchSpace& Network() const override { return *network_; }

  Architecture NetworkOf(const Architecture& a) const override {
    HWNAS_CHECK(a.size() == decisions_.size());
    return Architecture(a.Decisions().first(NetworkSize()));
  }

  Architecture Join(const Architecture& network,
                    std::span<const uint16_t> choices) const override {
    HWNAS_CHECK(network.size() == NetworkSize() &&
                choices.size() == factors_.size());
    Architecture a(decisions_.size());
    for (size_t i = 0; i < network.size(); ++i) a[i] = network[i];
    for (size_t i = 0; i < choices.size(); ++i) {
      HWNAS_CHECK(choices[i] < factors_[i].bound.size());
      a[NetworkSize() + i] = choices[i];
    }
    return a;
  }

  std::string Id() const override { return name_ + "@1"; }
  std::span<const Decision> Decisions() const override { return decisions_; }

  std::vector<Factor> Factors() const override {
    std::vector<Factor> all;
    all.push_back({"network", 0, NetworkSize(), FactorBinding::kNetwork, {}});
    for (size_t i = 0; i < factors_.size(); ++i) {
      all.push_back({factors_[i].name, NetworkSize() + i, 1,
                     factors_[i].binding, factors_[i].bound});
    }
    return all;
  }

  bool IsActive(const Architecture& a, size_t i) const override {
    HWNAS_CHECK(i < decisions_.size());
    return i >= NetworkSize() || network_->IsActive(NetworkOf(a), i);
  }

  bool IsValid(const Architecture& a) const override {
    if (a.size() != decisions_.size()) return false;
    for (size_t i = 0; i < factors_.size(); ++i) {
      if (a[NetworkSize() + i] >= factors_[i].bound.size()) return false;
    }
    return network_->IsValid(NetworkOf(a));
  }

  Architecture Parse(std::string_view text) const override {
    std::vector<uint16_t> choices(factors_.size());
    std::string_view rest = text;
    for (size_t i = factors_.size(); i-- > 0;) {
      const ProductFactor& factor = factors_[i];
      const size_t gap = rest.rfind(kGap);
      const std::string_view item =
          gap == std::string_view::npos ? "" : rest.substr(gap + kGap.size());
      const std::string prefix = factor.name + "=";
      if (!item.starts_with(prefix)) {
        throw Error(ErrorCode::kUsage,
                    fmt::format("'{}' is not an architecture of {}: expected "
                                "' | {}=...' behind the network",
                                Quoted(text, 160), Id(), factor.name));
      }
      const std::string_view value = item.substr(prefix.size());
      const auto it =
          std::find(factor.bound.begin(), factor.bound.end(), value);
      if (it == factor.bound.end()) {
        FailUnknown(fmt::format("choice of factor '{}'", factor.name), value,
                    factor.bound);
      }
      choices[i] = static_cast<uint16_t>(it - factor.bound.begin());
      rest = rest.substr(0, gap);
    }
    return Join(network_->Parse(rest), choices);
  }

  std::string Format(const Architecture& a) const override {
    CheckShape(a);
    return network_->Format(NetworkOf(a)) + FactorText(a);
  }

  Architecture Sample(Rng& rng) const override {
    const Architecture network = network_->Sample(rng);
    std::vector<uint16_t> choices;
    for (const ProductFactor& factor : factors_) {
      choices.push_back(static_cast<uint16_t>(rng.Below(factor.bound.size())));
    }
    return Join(network, choices);
  }

  std::span<const std::string> Moves() const override { return moves_; }

  bool Mutate(const Architecture& from, size_t move, Rng& rng,
              Architecture* out) const override {
    HWNAS_CHECK(move < moves_.size() && IsValid(from));
    // Moves are `any`, then a group each; group 0 is the network.
    const size_t group =
        move == 0 ? open_groups_[rng.Below(open_groups_.size())] : move - 1;
    if (group == 0) {
      Architecture network;
      if (!network_->Mutate(NetworkOf(from), 0, rng, &network)) return false;
      *out = from;
      for (size_t i = 0; i < network.size(); ++i) (*out)[i] = network[i];
      return true;
    }
    const size_t choices = factors_[group - 1].bound.size();
    if (choices < 2) return false;
    const size_t i = NetworkSize() + group - 1;
    auto choice = static_cast<uint16_t>(rng.Below(choices - 1));
    if (choice >= from[i]) ++choice;
    *out = from;
    (*out)[i] = choice;
    return true;
  }

  void Neighbors(const Architecture& of,
                 std::vector<Architecture>* out) const override {
    HWNAS_CHECK(IsValid(of));
    std::vector<Architecture> networks;
    network_->Neighbors(NetworkOf(of), &networks);
    out->clear();
    const auto choices = of.Decisions().subspan(NetworkSize());
    for (const Architecture& network : networks) {
      out->push_back(Join(network, choices));
    }
    for (size_t f = 0; f < factors_.size(); ++f) {
      for (size_t choice = 0; choice < factors_[f].bound.size(); ++choice) {
        if (choice == choices[f]) continue;
        out->push_back(of);
        out->back()[NetworkSize() + f] = static_cast<uint16_t>(choice);
      }
    }
  }

  Architecture Crossover(const Architecture& a, const Architecture& b,
                         Rng& rng) const override {
    HWNAS_CHECK(IsValid(a) && IsValid(b));
    const Architecture network =
        network_->Crossover(NetworkOf(a), NetworkOf(b), rng);
    std::vector<uint16_t> choices;
    for (size_t i = NetworkSize(); i < decisions_.size(); ++i) {
      choices.push_back(rng.Below(2) == 0 ? a[i] : b[i]);
    }
    return Join(network, choices);
  }

  Architecture Canonical(const Architecture& a) const override {
    return Join(network_->Canonical(NetworkOf(a)),
                a.Decisions().subspan(NetworkSize()));
  }
  std::string EffectiveKey(const Architecture& a) const override {
    CheckShape(a);
    return network_->EffectiveKey(NetworkOf(a)) + FactorText(a);
  }
  bool IsConnected(const Architecture& a) const override {
    return network_->IsConnected(NetworkOf(a));
  }

  std::optional<uint64_t> Size() const override { return size_; }
  double Log10Size() const override { return log10_size_; }
  std::optional<uint64_t> Rank(const Architecture& a) const override {
    if (!size_) return std::nullopt;
    auto rank = network_->Rank(NetworkOf(a));
    if (!rank) return std::nullopt;
    for (size_t i = 0; i < factors_.size(); ++i) {
      rank = *rank * factors_[i].bound.size() + a[NetworkSize() + i];
    }
    return rank;
  }
  Architecture Unrank(uint64_t rank) const override {
    if (!size_) return SearchSpace::Unrank(rank);
    HWNAS_CHECK(rank < *size_);
    std::vector<uint16_t> choices(factors_.size());
    for (size_t i = factors_.size(); i-- > 0;) {
      choices[i] = static_cast<uint16_t>(rank % factors_[i].bound.size());
      rank /= factors_[i].bound.size();
    }
    return Join(network_->Unrank(rank), choices);
  }

  bool HasLayers() const override { return network_->HasLayers(); }
  LayerGraph Layers(const Architecture& a,
                    const NetworkInput& input) const override {
    CheckShape(a);
    LayerGraph graph = network_->Layers(NetworkOf(a), input);
    for (size_t i = 0; i < factors_.size(); ++i) {
      if (factors_[i].binding != FactorBinding::kQualifiers) continue;
      const int bits = BitsOf(factors_[i].bound[a[NetworkSize() + i]]);
      if (bits > 0) graph.SetBits(bits, bits);
    }
    return graph;
  }

 private:
  size_t NetworkSize() const { return decisions_.size() - factors_.size(); }

  void AddFactor(const ProductFactor& factor) {
    const auto fail = [&factor](std::string_view why) {
      throw Error(ErrorCode::kUsage, fmt::format("factor '{}' of a product {}",
                                                 Quoted(factor.name), why));
    };
    if (factor.name.empty() ||
        std::find(moves_.begin(), moves_.end(), factor.name) != moves_.end()) {
      fail("needs a name of its own");
    }
    if (factor.binding == FactorBinding::kNetwork) {
      fail("must bind qualifiers or platforms: there is one network");
    }
    if (factor.bound.empty() || factor.bound.size() > 65535) {
      fail("must have from 1 to 65535 choices");
    }
    std::vector<std::string> sorted = factor.bound;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
      fail("has a choice twice");
    }
    for (const std::string& bound : factor.bound) {
      if (bound.find(kGap) != std::string::npos) fail("has ' | ' in a choice");
      if (factor.binding == FactorBinding::kQualifiers) BitsOf(bound);
    }
    decisions_.push_back({factor.name, factor.bound});
    moves_.push_back(factor.name);
    if (factor.bound.size() > 1) open_groups_.push_back(moves_.size() - 2);
  }

  std::string FactorText(const Architecture& a) const {
    std::string text;
    for (size_t i = 0; i < factors_.size(); ++i) {
      text += fmt::format("{}{}={}", kGap, factors_[i].name,
                          factors_[i].bound[a[NetworkSize() + i]]);
    }
    return text;
  }

  std::string name_;
  std::shared_ptr<const SearchSpace> network_;
  std::vector<ProductFactor> factors_;
  std::vector<Decision> decisions_;
  std::vector<std::string> moves_;
  std::vector<size_t> open_groups_{0};  // the network and factors with a choice
  std::optional<uint64_t> size_;
  double log10_size_ = 0;
};

}  // namespace

std::shared_ptr<const ProductSpace> MakeProductSpace(
    std::string name, std::shared_ptr<const SearchSpace> network,
    std::vector<ProductFactor> factors) {
  return std::make_shared<Product>(std::move(name), std::move(network),
                                   std::move(factors));
}

}  // namespace hwnas
