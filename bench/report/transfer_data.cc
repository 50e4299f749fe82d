#include "bench/report/transfer_data.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "bench/report/csv.h"
#include "bench/report/transfer_section.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

Json Number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <typename Transfer>
Json PairJson(const std::string& from, const std::string& to, double rho,
              const Transfer& t) {
  return {{"from", from},
          {"to", to},
          {"spearman", rho},
          {"hypervolume_lost", t.hypervolume_lost},
          {"recall", t.recall},
          {"broken", t.broken},
          {"accuracy_lost", Number(t.accuracy_lost)},
          {"rank", Number(t.rank)}};
}

void AddJson(const PlatformStudy& study, Json* json) {
  (*json)["accuracy"] = study.accuracy;
  (*json)["unit"] = study.unit;
  (*json)["quantity"] = study.quantity;
  (*json)["architectures"] = study.architectures;
  (*json)["devices"] = study.devices;
  Json& settings = (*json)["settings"] = Json::array();
  for (size_t i = 0; i < study.settings.size(); ++i) {
    const StudySetting& setting = study.settings[i];
    settings.push_back({{"id", setting.id},
                        {"device", study.devices[setting.device]},
                        {"batch", setting.batch},
                        {"front", study.front[i]}});
  }
  Json& pairs = (*json)["transfers"] = Json::array();
  for (const PlatformTransfer& t : study.transfers) {
    pairs.push_back(PairJson(study.settings[t.from].id, study.settings[t.to].id,
                             study.rho[t.from * study.settings.size() + t.to],
                             t));
  }
  Json& devices = (*json)["device_transfers"] = Json::array();
  for (const DeviceTransfer& t : study.device_transfers) {
    devices.push_back(
        PairJson(study.devices[t.from], study.devices[t.to], t.rho, t));
  }
  Json& clusters = (*json)["clusters"] = Json::array();
  for (const std::vector<size_t>& cluster : study.clusters) {
    Json names = Json::array();
    for (const size_t d : cluster) names.push_back(study.devices[d]);
    clusters.push_back(std::move(names));
  }
  Json& remedies = (*json)["remedies"] = Json::array();
  for (const Remedy& remedy : study.remedies) {
    Json lost = Json::object();
    for (size_t d = 0; d < remedy.lost.size(); ++d) {
      lost[study.devices[d]] = remedy.lost[d];
    }
    remedies.push_back({{"name", remedy.name},
                        {"measurements", remedy.measurements},
                        {"hypervolume_lost", std::move(lost)}});
  }
}

void AddJson(const SignalStudy& study, Json* json) {
  Json& targets = (*json)["targets"] = Json::array();
  for (size_t t = 0; t < study.targets.size(); ++t) {
    targets.push_back({{"name", study.targets[t]},
                       {"unit", study.units[t]},
                       {"optimum", study.optimum[t]}});
  }
  Json& signals = (*json)["signals"] = Json::array();
  for (size_t s = 0; s < study.signals.size(); ++s) {
    signals.push_back(
        {{"name", study.signals[s]}, {"seconds", Number(study.seconds[s])}});
  }
  (*json)["left_out"] = study.left_out;
  (*json)["elite"] = study.elite;
  Json& pairs = (*json)["transfers"] = Json::array();
  for (const SignalTransfer& t : study.transfers) {
    Json choices = Json::array();
    for (const SignalChoice& choice : t.choices) {
      choices.push_back({{"top", choice.k},
                         {"best", choice.best},
                         {"regret", choice.regret},
                         {"rank", choice.rank}});
    }
    pairs.push_back({{"signal", study.signals[t.signal]},
                     {"target", study.targets[t.target]},
                     {"architectures", t.architectures},
                     {"spearman", Number(t.spearman)},
                     {"kendall", Number(t.kendall)},
                     {"elite_kendall", Number(t.elite_kendall)},
                     {"elite_recall", t.elite_recall},
                     {"choices", std::move(choices)}});
  }
  Json& gains = (*json)["gains"] = Json::array();
  for (const Gain& gain : study.gains) {
    gains.push_back({{"name", gain.name},
                     {"unit", gain.unit},
                     {"architectures", gain.architectures},
                     {"mean", gain.mean},
                     {"over", gain.over},
                     {"difference", gain.difference.mean},
                     {"low", gain.difference.low},
                     {"high", gain.difference.high},
                     {"higher", gain.higher}});
  }
}

Json IntervalJson(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return {{"mean", interval->mean},
          {"low", interval->low},
          {"high", interval->high}};
}

void AddJson(const DataSetStudy& study, Json* json) {
  (*json)["predictor"] = study.predictor;
  (*json)["encoding"] = study.encodings;
  (*json)["networks"] = study.networks;
  (*json)["learnt"] = study.draws[0].learnt.size();
  (*json)["judged"] = study.draws[0].judged.size();
  (*json)["draws"] = study.draws.size();
  (*json)["top"] = study.top;
  Json& data_sets = (*json)["data_sets"] = Json::array();
  for (size_t t = 0; t < study.data_sets.size(); ++t) {
    data_sets.push_back(
        {{"name", study.data_sets[t]}, {"unit", study.units[t]}});
  }
  Json& methods = (*json)["methods"] = Json::array();
  for (const DataSetMethod& method : study.methods) {
    methods.push_back({{"name", method.name},
                       {"learns", method.learns},
                       {"elsewhere", method.elsewhere},
                       {"descriptors", method.descriptors},
                       {"order", method.order}});
  }
  Json& figures = (*json)["figures"] = Json::array();
  for (const DataSetFigure& figure : study.figures) {
    figures.push_back({{"data_set", study.data_sets[figure.data_set]},
                       {"method", study.methods[figure.method].name},
                       {"samples", figure.samples},
                       {"kendall", figure.kendall},
                       {"tau", IntervalJson(figure.tau)},
                       {"regret", IntervalJson(figure.regret)},
                       {"to_order", IntervalJson(figure.to_order)},
                       {"to_blind", IntervalJson(figure.to_blind)}});
  }
}

std::string CsvNumber(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string CsvOf(const PlatformStudy& study) {
  std::string out = CsvLine({"from", "to", "from_device", "to_device",
                             "spearman", "hypervolume_lost", "recall", "broken",
                             "accuracy_lost", "rank"});
  const size_t n = study.settings.size();
  for (const PlatformTransfer& t : study.transfers) {
    const StudySetting& from = study.settings[t.from];
    const StudySetting& to = study.settings[t.to];
    out += CsvLine(
        {from.id, to.id, study.devices[from.device], study.devices[to.device],
         CsvNumber(study.rho[t.from * n + t.to]), CsvNumber(t.hypervolume_lost),
         CsvNumber(t.recall), CsvNumber(t.broken), CsvNumber(t.accuracy_lost),
         CsvNumber(t.rank)});
  }
  return out;
}

std::string CsvOf(const SignalStudy& study) {
  std::string out = CsvLine({"signal", "target", "seconds", "architectures",
                             "spearman", "kendall", "elite_kendall",
                             "elite_recall", "top", "best", "regret", "rank"});
  for (const SignalTransfer& t : study.transfers) {
    for (const SignalChoice& choice : t.choices) {
      out += CsvLine({study.signals[t.signal], study.targets[t.target],
                      CsvNumber(study.seconds[t.signal]),
                      std::to_string(t.architectures), CsvNumber(t.spearman),
                      CsvNumber(t.kendall), CsvNumber(t.elite_kendall),
                      CsvNumber(t.elite_recall), std::to_string(choice.k),
                      CsvNumber(choice.best), CsvNumber(choice.regret),
                      std::to_string(choice.rank)});
    }
  }
  return out;
}

std::string CsvOf(const DataSetStudy& study) {
  std::vector<std::string> header = {"data_set", "method", "samples"};
  for (const char* name : {"tau", "regret", "to_order", "to_blind"}) {
    for (const char* end : {"", "_low", "_high"}) {
      header.push_back(std::string(name) + end);
    }
  }
  std::string out = CsvLine(header);
  for (const DataSetFigure& figure : study.figures) {
    std::vector<std::string> fields = {study.data_sets[figure.data_set],
                                       study.methods[figure.method].name,
                                       std::to_string(figure.samples)};
    for (const std::optional<Interval>& of :
         {std::optional(figure.tau), std::optional(figure.regret),
          figure.to_order, figure.to_blind}) {
      fields.push_back(of ? CsvNumber(of->mean) : "");
      fields.push_back(of ? CsvNumber(of->low) : "");
      fields.push_back(of ? CsvNumber(of->high) : "");
    }
    out += CsvLine(fields);
  }
  return out;
}

}  // namespace

std::string TransferToJson(const TransferAnswer& answer) {
  Json json = {
      {"name", answer.file.name},
      {"title", answer.file.title},
      {"kind", TransferKindName(answer.file.kind)},
      {"synthetic", answer.synthetic},
      {"table",
       {{"title", answer.table_title}, {"digest", answer.table_digest}}},
      {"findings", TransferFindings(answer)}};
  std::visit([&json](const auto& study) { AddJson(study, &json); },
             answer.study);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string TransferToCsv(const TransferAnswer& answer) {
  return std::visit([](const auto& study) { return CsvOf(study); },
                    answer.study);
}

}  // namespace hwnas
