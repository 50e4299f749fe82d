#include "bench/transfer/transfer_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/report/csv.h"
#include "bench/report/wording.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

std::string Percent(double share, int decimals = 1) {
  return Fixed(100 * share, decimals) + " %";
}

std::string Optional(const std::optional<double>& value, int decimals) {
  return value ? Fixed(*value, decimals) : "-";
}

// Of pairs of different devices, of pairs of settings of one device.
struct PairValues {
  std::vector<const DeviceTransfer*> between;
  std::vector<const DeviceTransfer*> within;
};

PairValues Pairs(const PlatformStudy& study) {
  PairValues pairs;
  for (const DeviceTransfer& transfer : study.device_transfers) {
    (transfer.from == transfer.to ? pairs.within : pairs.between)
        .push_back(&transfer);
  }
  return pairs;
}

template <typename Get>
std::vector<double> Collect(const std::vector<const DeviceTransfer*>& pairs,
                            Get get) {
  std::vector<double> values;
  for (const DeviceTransfer* pair : pairs) values.push_back(get(*pair));
  return values;
}

std::string ClusterText(const PlatformStudy& study,
                        const std::vector<size_t>& cluster) {
  std::vector<std::string> names;
  for (const size_t d : cluster) names.push_back(study.devices[d]);
  return fmt::format("{}", fmt::join(names, ", "));
}

void FindCorrelation(const PlatformStudy& study, const PairValues& pairs,
                     std::vector<std::string>* out) {
  const auto rho = [](const DeviceTransfer& t) { return t.rho; };
  const std::vector<double> between = Collect(pairs.between, rho);
  const auto lowest = std::min_element(between.begin(), between.end());
  const DeviceTransfer& apart =
      *pairs.between[size_t(lowest - between.begin())];
  std::string text = fmt::format(
      "Of {} devices, two order the {} architectures by {} with a rank "
      "correlation of {} in the median (lowest: {} between {} and {}).",
      study.devices.size(), study.architectures, study.quantity,
      Fixed(Median(between), 3), Fixed(*lowest, 3), study.devices[apart.from],
      study.devices[apart.to]);
  if (!pairs.within.empty()) {
    text += fmt::format(
        " Settings of one device: {} in the median of {} devices that have "
        "several.",
        Fixed(Median(Collect(pairs.within, rho)), 3), pairs.within.size());
  }
  out->push_back(text);
  std::vector<std::string> clusters;
  for (const auto& cluster : study.clusters) {
    clusters.push_back("{" + ClusterText(study, cluster) + "}");
  }
  out->push_back(fmt::format("{} cluster{} at a mean correlation of {}: {}.",
                             clusters.size(), clusters.size() == 1 ? "" : "s",
                             Fixed(study.cluster_at, 2),
                             fmt::join(clusters, ", ")));
}

void FindLoss(const PlatformStudy& study, const PairValues& pairs,
              std::vector<std::string>* out) {
  const auto loss = [](const DeviceTransfer& t) { return t.hypervolume_lost; };
  const std::vector<double> lost = Collect(pairs.between, loss);
  const auto most = std::max_element(lost.begin(), lost.end());
  const DeviceTransfer& worst = *pairs.between[size_t(most - lost.begin())];
  std::string text = fmt::format(
      "The front of one device, taken to another, loses {} of the hypervolume "
      "in the median of {} ordered pairs, {} in the worst ({} taken to {}).",
      Percent(Median(lost)), lost.size(), Percent(*most),
      study.devices[worst.from], study.devices[worst.to]);
  if (!pairs.within.empty()) {
    text += fmt::format(" Between settings of one device: {} in the median.",
                        Percent(Median(Collect(pairs.within, loss))));
  }
  out->push_back(text);
  const auto rho = [](const DeviceTransfer& t) { return t.rho; };
  if (const auto told = SpearmanRho(Collect(pairs.between, rho), lost)) {
    out->push_back(fmt::format(
        "Correlation and loss go together with a rank correlation of {}: {}.",
        Fixed(*told, 2),
        *told < -0.8   ? "how alike two devices order architectures says "
                         "nearly all of what a front is worth"
        : *told < -0.5 ? "how alike two devices order architectures says much "
                         "of what a front is worth"
                       : "how alike two devices order architectures says "
                         "little of what a front is worth"));
  }
}

void FindChoice(const PlatformStudy& study, const PairValues& pairs,
                std::vector<std::string>* out) {
  double broken = 0;
  double recall = 0;
  std::vector<double> lost;
  std::vector<double> rank;
  for (const DeviceTransfer* pair : pairs.between) {
    broken += pair->broken;
    recall += pair->recall;
    if (!pair->accuracy_lost) continue;
    lost.push_back(*pair->accuracy_lost);
    rank.push_back(*pair->rank);
  }
  const auto count = double(pairs.between.size());
  std::string text = fmt::format(
      "The most accurate network within a limit on one device breaks the same "
      "limit on another in {} of the cases; the limit lets through {} of what "
      "is within the other's.",
      Percent(broken / count), Percent(recall / count));
  if (!lost.empty()) {
    text += fmt::format(
        " Where it keeps it, it is {} {} less accurate than the best there, "
        "at rank {}, in the median.",
        Fixed(Median(lost), 2), study.unit == "%" ? "points" : study.unit,
        Fixed(Median(rank), 0));
  }
  out->push_back(text);
}

void FindRemedy(const PlatformStudy& study, std::vector<std::string>* out) {
  if (study.remedies.empty()) return;
  const auto best =
      std::min_element(study.remedies.begin(), study.remedies.end(),
                       [](const Remedy& a, const Remedy& b) {
                         return Mean(a.lost) < Mean(b.lost);
                       });
  const auto free =
      std::find_if(study.remedies.begin(), study.remedies.end(),
                   [](const Remedy& r) { return r.measurements == 0; });
  std::string text = fmt::format(
      "The least is lost by '{}': {} in the mean over devices, with {} "
      "measurements on the new one",
      best->name, Percent(Mean(best->lost)), best->measurements);
  if (best != free) {
    text += fmt::format("; '{}': {}", free->name, Percent(Mean(free->lost)));
  }
  out->push_back(text + ".");
}

std::vector<std::string> FindingsOf(const PlatformStudy& study) {
  std::vector<std::string> out;
  const PairValues pairs = Pairs(study);
  if (pairs.between.empty()) {
    out.push_back("All settings are of one device.");
    return out;
  }
  FindCorrelation(study, pairs, &out);
  FindLoss(study, pairs, &out);
  FindChoice(study, pairs, &out);
  FindRemedy(study, &out);
  return out;
}

std::vector<std::string> FindingsOf(const SignalStudy& study) {
  std::vector<std::string> out;
  for (size_t t = 0; t < study.targets.size(); ++t) {
    const SignalTransfer* best = nullptr;
    const SignalTransfer* worst = nullptr;
    for (const SignalTransfer& transfer : study.transfers) {
      if (transfer.target != t || !transfer.kendall) continue;
      if (best == nullptr || *transfer.kendall > *best->kendall) {
        best = &transfer;
      }
      if (worst == nullptr || *transfer.kendall < *worst->kendall) {
        worst = &transfer;
      }
    }
    if (best == nullptr) continue;
    const auto say = [&](const SignalTransfer& transfer) {
      const SignalChoice& last = transfer.choices.back();
      return fmt::format(
          "'{}' (tau {}, among the best {} {}; its best {} hold one {} {} "
          "short of the best)",
          study.signals[transfer.signal], Fixed(*transfer.kendall, 3),
          Percent(study.elite, 0), Optional(transfer.elite_kendall, 3), last.k,
          Fixed(last.regret, 2),
          study.units[t] == "%" ? "points" : study.units[t]);
    };
    std::string text =
        fmt::format("{}: orders best: {}", study.targets[t], say(*best));
    if (worst != best) text += fmt::format("; worst: {}", say(*worst));
    out.push_back(text + ".");
  }
  for (const Gain& gain : study.gains) {
    const bool points = gain.unit == "%";
    out.push_back(fmt::format(
        "{}: {}{} {} in the mean [{}, {}], higher in {} of {} architectures.",
        gain.name, gain.difference.mean > 0 ? "+" : "",
        Fixed(gain.difference.mean, 2), points ? "points" : gain.unit,
        Fixed(gain.difference.low, 2), Fixed(gain.difference.high, 2),
        Percent(gain.higher), gain.architectures));
  }
  if (!study.left_out.empty()) {
    out.push_back(
        fmt::format("Not in this table: {}.", fmt::join(study.left_out, ", ")));
  }
  return out;
}

// Devices by devices; `value` gives a cell's text.
template <typename Text>
void AddMatrix(const PlatformStudy& study, const std::string& caption,
               Text value, Document* document) {
  std::vector<std::string> header = {"", "device"};
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < study.devices.size(); ++i) {
    header.push_back(std::to_string(i + 1));
    std::vector<std::string> row = {std::to_string(i + 1), study.devices[i]};
    for (size_t j = 0; j < study.devices.size(); ++j) {
      const DeviceTransfer* transfer = study.Device(i, j);
      row.push_back(transfer == nullptr ? "-" : value(*transfer));
    }
    rows.push_back(std::move(row));
  }
  document->Table(caption, std::move(header), std::move(rows));
}

void AddDevices(const PlatformStudy& study, Document* document) {
  std::vector<std::vector<std::string>> rows;
  for (size_t d = 0; d < study.devices.size(); ++d) {
    std::vector<double> as_source;
    std::vector<double> as_target;
    std::vector<double> broken;
    const DeviceTransfer* best = nullptr;
    for (const DeviceTransfer& t : study.device_transfers) {
      if (t.from == t.to) continue;
      if (t.from == d) as_source.push_back(t.hypervolume_lost);
      if (t.to != d) continue;
      as_target.push_back(t.hypervolume_lost);
      broken.push_back(t.broken);
      if (best == nullptr || t.hypervolume_lost < best->hypervolume_lost) {
        best = &t;
      }
    }
    if (best == nullptr) continue;
    const auto settings =
        std::count_if(study.settings.begin(), study.settings.end(),
                      [d](const StudySetting& s) { return s.device == d; });
    rows.push_back({study.devices[d], std::to_string(settings),
                    Percent(Mean(as_target)), Percent(Mean(as_source)),
                    study.devices[best->from], Percent(best->hypervolume_lost),
                    Fixed(best->rho, 3), Percent(Mean(broken))});
  }
  if (rows.empty()) return;
  document->Table("A device as target and as source of fronts",
                  {"device", "settings", "lost on it", "lost by its own",
                   "best source", "lost then", "correlation", "limit broken"},
                  std::move(rows));
}

void AddRemedies(const PlatformStudy& study, Document* document) {
  if (study.remedies.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const Remedy& remedy : study.remedies) {
    const auto worst = std::max_element(remedy.lost.begin(), remedy.lost.end());
    rows.push_back({remedy.name, std::to_string(remedy.measurements),
                    Percent(Mean(remedy.lost), 2),
                    Percent(Median(remedy.lost), 2), Percent(*worst, 2),
                    study.devices[size_t(worst - remedy.lost.begin())]});
  }
  rows.push_back({"measuring every architecture",
                  std::to_string(study.architectures), Percent(0, 2),
                  Percent(0, 2), Percent(0, 2), "-"});
  document->Table("Ways to a front for a new device: hypervolume lost",
                  {"front", "measurements", "mean", "median", "worst", "on"},
                  std::move(rows));
}

void AddStudy(const PlatformStudy& study, Document* document) {
  document->Paragraph(fmt::format(
      "Fronts of {} and {} over {} connected architectures; {} settings of {} "
      "devices. Device figures are means over pairs of settings; of a device "
      "with itself, over its different settings.",
      study.accuracy, study.quantity, study.architectures,
      study.settings.size(), study.devices.size()));
  AddMatrix(
      study, "Rank correlation (Spearman)",
      [](const DeviceTransfer& t) { return Fixed(t.rho, 2); }, document);
  AddMatrix(
      study, "Hypervolume lost (%): the row's front on the column",
      [](const DeviceTransfer& t) {
        return Fixed(100 * t.hypervolume_lost, 1);
      },
      document);
  AddDevices(study, document);
  AddRemedies(study, document);
}

void AddGains(const SignalStudy& study, Document* document) {
  if (study.gains.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const Gain& gain : study.gains) {
    rows.push_back({gain.name, std::to_string(gain.architectures),
                    Fixed(gain.mean, 2), Fixed(gain.over, 2),
                    Fixed(gain.difference.mean, 2),
                    fmt::format("[{}, {}]", Fixed(gain.difference.low, 2),
                                Fixed(gain.difference.high, 2)),
                    Percent(gain.higher)});
  }
  document->Table(
      "Gains, of the same architectures",
      {"gain", "architectures", "mean", "over", "difference", "95 %", "higher"},
      std::move(rows));
}

void AddStudy(const SignalStudy& study, Document* document) {
  for (size_t t = 0; t < study.targets.size(); ++t) {
    std::vector<std::string> header = {"signal",     "seconds", "architectures",
                                       "tau",        "rho",     "tau of elite",
                                       "elite found"};
    std::vector<std::vector<std::string>> rows;
    for (const SignalTransfer& transfer : study.transfers) {
      if (transfer.target != t) continue;
      std::vector<std::string> row = {
          study.signals[transfer.signal],
          Optional(study.seconds[transfer.signal], 1),
          std::to_string(transfer.architectures),
          Optional(transfer.kendall, 3),
          Optional(transfer.spearman, 3),
          Optional(transfer.elite_kendall, 3),
          Percent(transfer.elite_recall)};
      for (const SignalChoice& choice : transfer.choices) {
        if (rows.empty()) {
          header.push_back(fmt::format("regret of top {}", choice.k));
          header.emplace_back("rank");
        }
        row.push_back(Fixed(choice.regret, 3));
        row.push_back(std::to_string(choice.rank));
      }
      rows.push_back(std::move(row));
    }
    document->Table(
        fmt::format("{} (optimum {}{})", study.targets[t],
                    Fixed(study.optimum[t], 3),
                    study.units[t].empty() ? "" : " " + study.units[t]),
        std::move(header), std::move(rows));
  }
  AddGains(study, document);
}

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

}  // namespace

TransferAnswer RunTransfer(const TransferFile& file, const Table& table,
                           const std::function<bool()>& stop) {
  TransferAnswer answer;
  answer.file = file;
  answer.synthetic = table.Synthetic();
  if (file.of_platforms) {
    answer.platforms = RunPlatformStudy(table, file.platforms, stop);
  } else {
    answer.signals = RunSignalStudy(table, file.signals);
  }
  return answer;
}

std::vector<std::string> TransferFindings(const TransferAnswer& answer) {
  return answer.platforms ? FindingsOf(*answer.platforms)
                          : FindingsOf(*answer.signals);
}

void AddTransfer(const TransferAnswer& answer, Document* document) {
  document->Heading(
      2, answer.file.name + (answer.synthetic ? " (SYNTHETIC)" : ""));
  document->Paragraph(answer.file.title);
  if (!answer.file.note.empty()) document->Paragraph(answer.file.note);
  document->List(TransferFindings(answer));
  if (answer.platforms) AddStudy(*answer.platforms, document);
  if (answer.signals) AddStudy(*answer.signals, document);
}

std::string TransferToJson(const TransferAnswer& answer) {
  Json json = {{"name", answer.file.name},
               {"title", answer.file.title},
               {"kind", answer.platforms ? "platforms" : "signals"},
               {"synthetic", answer.synthetic},
               {"findings", TransferFindings(answer)}};
  if (answer.platforms) AddJson(*answer.platforms, &json);
  if (answer.signals) AddJson(*answer.signals, &json);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string TransferToCsv(const TransferAnswer& answer) {
  return answer.platforms ? CsvOf(*answer.platforms) : CsvOf(*answer.signals);
}

}  // namespace hwnas
