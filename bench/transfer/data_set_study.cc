#include "bench/transfer/data_set_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "bench/harness/objective_text.h"
#include "bench/predict/evaluation.h"
#include "predictors/encoding.h"
#include "predictors/predictor.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/ranks.h"
#include "tabular/analysis/splits.h"
#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

constexpr size_t kFewestJudged = 100;

// The methods, the order on other data sets first; a method without
// descriptors stands before the same with them.
const std::vector<DataSetMethod>& Methods() {
  static const std::vector<DataSetMethod> methods = {
      {"order on the other data sets", false, true, false, true},
      {"samples alone", true, false, false, false},
      {"architecture", true, true, false, false},
      {"architecture and descriptors", true, true, true, false},
      {"architecture and order elsewhere", true, true, false, true},
      {"architecture, order elsewhere and descriptors", true, true, true,
       true}};
  return methods;
}
constexpr size_t kOrder = 0;

// Ranks from 0 to 1, the largest value 1; of one value 0.5.
std::vector<double> UnitRanks(std::span<const double> values) {
  std::vector<double> ranks = AverageRanks(values);
  const auto count = static_cast<double>(values.size());
  for (double& rank : ranks) rank = (rank - 0.5) / count;
  return ranks;
}

// One metric of every network; larger is better.
std::vector<double> Load(const Table& table, const ObjectiveSpec& spec,
                         std::vector<uint8_t>* complete) {
  const Metric metric = Metric::Parse(spec.metric);
  const auto column = table.LoadOrCompute(metric, spec.source);
  const bool up = LargerIsBetter(spec);
  std::vector<double> values(table.Rows());
  for (size_t row = 0; row < table.Rows(); ++row) {
    const Value value = column->Mean(row);
    if (!value.Ok()) (*complete)[row] = 0;
    values[row] = up ? value.value : -value.value;
  }
  return values;
}

std::vector<double> At(const std::vector<double>& values,
                       std::span<const uint32_t> rows) {
  std::vector<double> out;
  out.reserve(rows.size());
  for (const uint32_t row : rows) out.push_back(values[row]);
  return out;
}

class Builder {
 public:
  Builder(const Table& table, const DataSetStudySpec& spec,
          const std::function<bool()>& stop)
      : table_(table), spec_(spec), stop_(stop) {}

  DataSetStudy Run() {
    LoadValues();
    Describe();
    for (size_t d = 0; d < spec_.draws; ++d) {
      study_.draws.push_back(MakeDraw(d));
      const DataSetDraw& draw = study_.draws.back();
      RankElsewhere(draw);
      for (DataSetFigure& figure : study_.figures) Judge(draw, d, &figure);
    }
    Summarise();
    return std::move(study_);
  }

 private:
  void LoadValues() {
    complete_.assign(table_.Rows(), 1);
    for (const DataSetSpec& data_set : spec_.data_sets) {
      learn_.push_back(Load(table_, data_set.learn, &complete_));
      judge_.push_back(Load(table_, data_set.judge, &complete_));
      const std::string id =
          table_.Complete(Metric::Parse(data_set.learn.metric)).dataset;
      if (!FindNetworkInput(id, &inputs_.emplace_back())) {
        throw Error(ErrorCode::kUsage,
                    fmt::format("transfer: images and classes of data set "
                                "'{}' are not known, so it has no descriptors",
                                Quoted(id)));
      }
    }
    const std::vector<uint32_t> groups = TableLeakGroups(table_);
    for (uint32_t row = 0; row < table_.Rows(); ++row) {
      if (complete_[row] == 0 || !table_.Connected(row)) continue;
      rows_.push_back(row);
      groups_.push_back(groups[row]);
    }
    if (rows_.size() < spec_.networks + kFewestJudged) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("transfer: {} connected networks have values on all "
                      "data sets; {} to learn from and {} to judge are needed",
                      rows_.size(), spec_.networks, kFewestJudged));
    }
    for (size_t d = 0; d < learn_.size(); ++d) {
      const DataSetSpec& of = spec_.data_sets[d];
      CheckVaries(learn_[d], of.name, of.learn);
      CheckVaries(judge_[d], of.name, of.judge);
    }
  }

  // Where all values are the same there is no order to speak of.
  void CheckVaries(const std::vector<double>& values, const std::string& name,
                   const ObjectiveSpec& spec) const {
    for (const uint32_t row : rows_) {
      if (values[row] != values[rows_[0]]) return;
    }
    throw Error(ErrorCode::kUsage,
                fmt::format("transfer: data set '{}': all values of '{}' are "
                            "the same; leave it out",
                            Quoted(name), Quoted(spec.metric)));
  }

  void Describe() {
    study_.predictor = spec_.predictor;
    study_.encodings = spec_.encodings;
    study_.networks = rows_.size();
    study_.top = spec_.top;
    study_.methods = Methods();
    for (const DataSetSpec& data_set : spec_.data_sets) {
      study_.data_sets.push_back(data_set.name);
      study_.units.push_back(
          FindQuantity(Metric::Parse(data_set.judge.metric).quantity).unit);
    }
    for (size_t t = 0; t < spec_.data_sets.size(); ++t) {
      for (size_t m = 0; m < study_.methods.size(); ++m) AddFigures(t, m);
    }
  }

  void AddFigures(size_t data_set, size_t method) {
    const DataSetMethod& of = study_.methods[method];
    DataSetFigure figure;
    figure.data_set = data_set;
    figure.method = method;
    if (!of.learns) {
      study_.figures.push_back(figure);
      return;
    }
    const size_t least =
        MakePredictor(spec_.predictor, spec_.options)->MinRows();
    for (const uint64_t samples : spec_.samples) {
      if (!of.elsewhere && samples < least) continue;
      figure.samples = samples;
      study_.figures.push_back(figure);
    }
  }

  DataSetDraw MakeDraw(size_t number) const {
    Split split = DrawSplit(groups_, spec_.networks, spec_.seed, number);
    Rng rng = Rng::FromLabel(spec_.seed,
                             fmt::format("transfer/data-sets/{}", number));
    DataSetDraw draw;
    for (const uint32_t i : split.train) draw.learnt.push_back(rows_[i]);
    rng.Shuffle(std::span<uint32_t>(draw.learnt));
    rng.Shuffle(std::span<uint32_t>(split.test));
    split.test.resize(std::min<size_t>(split.test.size(), spec_.judged));
    for (const uint32_t i : split.test) draw.judged.push_back(rows_[i]);
    return draw;
  }

  // Ranks of all networks of a draw, on each data set, by row.
  void RankElsewhere(const DataSetDraw& draw) {
    std::vector<uint32_t> all = draw.learnt;
    all.insert(all.end(), draw.judged.begin(), draw.judged.end());
    rank_.assign(learn_.size(), std::vector<double>(table_.Rows()));
    for (size_t s = 0; s < learn_.size(); ++s) {
      const std::vector<double> ranks = UnitRanks(At(learn_[s], all));
      for (size_t i = 0; i < all.size(); ++i) rank_[s][all[i]] = ranks[i];
    }
  }

  // The mean rank on all data sets but two.
  double Elsewhere(uint32_t row, size_t left_out, size_t own) const {
    double sum = 0;
    size_t count = 0;
    for (size_t s = 0; s < rank_.size(); ++s) {
      if (s == left_out || s == own) continue;
      sum += rank_[s][row];
      ++count;
    }
    return sum / static_cast<double>(count);
  }

  void Judge(const DataSetDraw& draw, size_t number, DataSetFigure* figure) {
    if (stop_ && stop_()) throw Error(ErrorCode::kInterrupted, "interrupted");
    const size_t t = figure->data_set;
    const DataSetMethod& method = study_.methods[figure->method];
    std::vector<double> score;
    if (method.learns) {
      score = Predict(draw, number, *figure);
    } else {
      for (const uint32_t row : draw.judged) {
        score.push_back(Elsewhere(row, t, t));
      }
    }
    const std::vector<double> truth = At(judge_[t], draw.judged);
    figure->kendall.push_back(KendallTau(score, truth).value_or(0));
    regrets_[{figure->data_set, figure->method, figure->samples}].push_back(
        Regret(score, truth));
  }

  double Regret(const std::vector<double>& score,
                const std::vector<double>& truth) const {
    std::vector<size_t> order = LargestFirst(score);
    order.resize(std::min<size_t>(order.size(), spec_.top));
    double best = truth[order[0]];
    for (const size_t i : order) best = std::max(best, truth[i]);
    return *std::max_element(truth.begin(), truth.end()) - best;
  }

  // What a method that learns makes of those judged.
  std::vector<double> Predict(const DataSetDraw& draw, size_t number,
                              const DataSetFigure& figure) const {
    const DataSetMethod& method = study_.methods[figure.method];
    const size_t t = figure.data_set;
    std::vector<Architecture> architectures;
    std::vector<double> order;
    std::vector<double> values;
    EncodingContext context;
    context.space = table_.BaseSpace().get();
    const auto add = [&](std::span<const uint32_t> rows, size_t own) {
      for (const uint32_t row : rows) {
        architectures.push_back(table_.ArchitectureAt(row));
        context.inputs.push_back(inputs_[own]);
        order.push_back(method.order ? Elsewhere(row, t, own) : 0);
      }
    };
    const auto learn = [&](std::span<const uint32_t> rows, size_t own) {
      add(rows, own);
      const std::vector<double> ranks = UnitRanks(At(learn_[own], rows));
      values.insert(values.end(), ranks.begin(), ranks.end());
    };
    for (size_t s = 0; method.elsewhere && s < learn_.size(); ++s) {
      if (s != t) learn(draw.learnt, s);
    }
    const size_t samples = std::min<size_t>(figure.samples, draw.learnt.size());
    learn(std::span(draw.learnt).first(samples), t);
    // Samples that are all alike say nothing of any order.
    if (std::all_of(values.begin(), values.end(),
                    [&](double value) { return value == values[0]; })) {
      return std::vector<double>(draw.judged.size());
    }
    add(draw.judged, t);
    std::string encodings = spec_.encodings;
    if (method.descriptors) encodings += "+dataset";
    if (method.order) {
      encodings += "+stored";
      context.stored.push_back({"order elsewhere", order});
    }
    const Features all = Encode(encodings, context, architectures);
    std::vector<uint32_t> known(values.size());
    std::vector<uint32_t> asked(draw.judged.size());
    std::iota(known.begin(), known.end(), 0u);
    std::iota(asked.begin(), asked.end(), static_cast<uint32_t>(known.size()));
    const auto predictor = MakePredictor(spec_.predictor, spec_.options);
    predictor->Fit(
        all.Select(known), values,
        Rng::SeedFromLabel(spec_.seed,
                           fmt::format("transfer/data-sets/fit/{}", number)));
    return predictor->Predict(all.Select(asked)).mean;
  }

  Rng Stream(const DataSetFigure& figure, const char* what) const {
    return Rng::FromLabel(
        spec_.seed,
        fmt::format("transfer/data-sets/{}/{}/{}/{}", what,
                    study_.data_sets[figure.data_set],
                    study_.methods[figure.method].name, figure.samples));
  }

  void Summarise() {
    for (DataSetFigure& figure : study_.figures) {
      Rng tau = Stream(figure, "tau");
      figure.tau = BootstrapMean(figure.kendall, tau);
      Rng regret = Stream(figure, "regret");
      figure.regret = BootstrapMean(
          regrets_.at({figure.data_set, figure.method, figure.samples}),
          regret);
      if (figure.method == kOrder) continue;
      Rng to_order = Stream(figure, "to-order");
      figure.to_order = BootstrapPairedDifference(
          figure.kendall, study_.Find(figure.data_set, kOrder, 0)->kendall,
          to_order);
      if (!study_.methods[figure.method].descriptors) continue;
      const DataSetFigure* blind =
          study_.Find(figure.data_set, figure.method - 1, figure.samples);
      Rng to_blind = Stream(figure, "to-blind");
      figure.to_blind =
          BootstrapPairedDifference(figure.kendall, blind->kendall, to_blind);
    }
  }

  const Table& table_;
  const DataSetStudySpec& spec_;
  const std::function<bool()>& stop_;
  std::vector<uint8_t> complete_;
  std::vector<std::vector<double>> learn_;  // by data set, row of the table
  std::vector<std::vector<double>> judge_;
  std::vector<NetworkInput> inputs_;
  std::vector<uint32_t> rows_;  // that take part
  std::vector<uint32_t> groups_;
  std::vector<std::vector<double>> rank_;  // of a draw, as learn_
  std::map<std::tuple<size_t, size_t, uint64_t>, std::vector<double>> regrets_;
  DataSetStudy study_;
};

}  // namespace

const DataSetFigure* DataSetStudy::Find(size_t data_set, size_t method,
                                        uint64_t samples) const {
  for (const DataSetFigure& figure : figures) {
    if (figure.data_set == data_set && figure.method == method &&
        figure.samples == samples) {
      return &figure;
    }
  }
  return nullptr;
}

DataSetStudy RunDataSetStudy(const Table& table, const DataSetStudySpec& spec,
                             const std::function<bool()>& stop) {
  return Builder(table, spec, stop).Run();
}

}  // namespace hwnas
