#include <fmt/format.h>

#include <algorithm>

#include "predictors/predictor.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

class Average : public Predictor {
 public:
  explicit Average(std::vector<std::unique_ptr<Predictor>> members)
      : members_(std::move(members)) {}

  std::string Id() const override {
    std::string id = "average@1(";
    for (size_t i = 0; i < members_.size(); ++i) {
      id += (i == 0 ? "" : "+") + members_[i]->Id();
    }
    return id + ")";
  }

  size_t MinRows() const override {
    size_t rows = 0;
    for (const auto& member : members_) {
      rows = std::max(rows, member->MinRows());
    }
    return rows;
  }

  bool ReadsGraphs() const override {
    return std::ranges::any_of(
        members_, [](const auto& member) { return member->ReadsGraphs(); });
  }

 protected:
  void DoFit(const Features& features, std::span<const double> values,
             uint64_t seed) override {
    for (size_t i = 0; i < members_.size(); ++i) {
      members_[i]->Fit(features, values,
                       Rng::SeedFromLabel(seed, fmt::format("member/{}", i)));
    }
  }

  Predictions DoPredict(const Features& features) const override {
    const size_t n = features.Rows();
    Predictions out{std::vector<double>(n), std::vector<double>(n)};
    const auto count = static_cast<double>(members_.size());
    // Each member's error bars hold for its own error. The average's is no
    // larger than theirs on average, by how much is not known.
    for (const auto& member : members_) {
      const Predictions one = member->Predict(features);
      for (size_t i = 0; i < n; ++i) {
        out.mean[i] += one.mean[i] / count;
        out.sd[i] += one.sd[i] / count;
      }
    }
    return out;
  }

  void DoWrite(ModelWriter& writer) const override {
    for (const auto& member : members_) member->Write(writer);
  }

  void DoRead(ModelReader& reader, size_t) override {
    for (const auto& member : members_) member->Read(reader);
  }

 private:
  std::vector<std::unique_ptr<Predictor>> members_;
};

}  // namespace

std::unique_ptr<Predictor> MakeAverage(
    std::vector<std::unique_ptr<Predictor>> members) {
  return std::make_unique<Average>(std::move(members));
}

}  // namespace hwnas
