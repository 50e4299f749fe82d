#include "bench/report/transfer_section.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/report/wording.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/summary.h"

namespace hwnas {
namespace {

// Of no more than these it is said that they are few.
constexpr size_t kFewDataSets = 5;

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
  if (!study.constant.empty()) {
    std::vector<std::string> names;
    for (const size_t i : study.constant) names.push_back(study.settings[i].id);
    out.push_back(fmt::format(
        "Of one {} for all architectures, so that they order nothing: {}.",
        study.quantity, fmt::join(names, ", ")));
  }
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
    if (best == nullptr) {
      if (!study.signals.empty()) {
        out.push_back(fmt::format(
            "{}: nothing is ordered: it, or every signal, is the same for all "
            "architectures.",
            study.targets[t]));
      }
      continue;
    }
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

std::string IntervalText(const Interval& interval, int decimals) {
  return fmt::format("{} [{}, {}]", Fixed(interval.mean, decimals),
                     Fixed(interval.low, decimals),
                     Fixed(interval.high, decimals));
}

// The best that learns, of so many samples; nullptr where there is none.
const DataSetFigure* BestLearner(const DataSetStudy& study, size_t data_set,
                                 uint64_t samples) {
  const DataSetFigure* best = nullptr;
  for (const DataSetFigure& figure : study.figures) {
    if (figure.data_set != data_set || figure.samples != samples) continue;
    if (!study.methods[figure.method].learns) continue;
    if (best == nullptr || figure.tau.mean > best->tau.mean) best = &figure;
  }
  return best;
}

// How often differences are clearly above and below 0, and their ends.
struct Clear {
  size_t better = 0;
  size_t worse = 0;
  size_t all = 0;
  double least = 0;
  double most = 0;

  void Add(const Interval& difference) {
    better += difference.low > 0;
    worse += difference.high < 0;
    least = all == 0 ? difference.mean : std::min(least, difference.mean);
    most = all == 0 ? difference.mean : std::max(most, difference.mean);
    ++all;
  }
};

std::string SignedText(double value) { return Signed(value, 3); }

std::vector<std::string> FindingsOf(const DataSetStudy& study) {
  std::vector<std::string> out;
  std::vector<uint64_t> samples;
  Clear order;
  Clear blind;
  for (const DataSetFigure& figure : study.figures) {
    if (std::find(samples.begin(), samples.end(), figure.samples) ==
        samples.end()) {
      samples.push_back(figure.samples);
    }
    if (figure.to_order) order.Add(*figure.to_order);
    if (figure.to_blind) blind.Add(*figure.to_blind);
  }
  for (size_t t = 0; t < study.data_sets.size(); ++t) {
    std::string text = fmt::format(
        "{}, left out: networks in the order of the other data sets, tau {}",
        study.data_sets[t], IntervalText(study.Find(t, 0, 0)->tau, 3));
    for (const uint64_t count : samples) {
      const DataSetFigure* best = BestLearner(study, t, count);
      if (best == nullptr) continue;
      text += fmt::format("; best with {} of its networks: '{}', {}", count,
                          study.methods[best->method].name,
                          IntervalText(best->tau, 3));
    }
    out.push_back(text + ".");
  }
  out.push_back(fmt::format(
      "Descriptors change tau by {} to {}: clearly for the better in {} of {} "
      "comparisons, clearly for the worse in {}.",
      SignedText(blind.least), SignedText(blind.most), blind.better, blind.all,
      blind.worse));
  out.push_back(fmt::format(
      "Against the order of the other data sets what is learnt is clearly "
      "better in {} of {} comparisons and clearly worse in {} ({} to {}).",
      order.better, order.all, order.worse, SignedText(order.least),
      SignedText(order.most)));
  if (study.data_sets.size() <= kFewDataSets) {
    out.push_back(fmt::format(
        "A predictor learns from the descriptors of {} data sets: too few to "
        "tell by them more than which is which.",
        study.data_sets.size() - 1));
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

void AddFigures(const PlatformStudy& study, size_t index, Document* document) {
  document->Figure(
      fmt::format("matrix {} spearman", index),
      fmt::format("Rank correlation (Spearman) of {} on every two settings, "
                  "grouped by device",
                  study.quantity));
  document->Figure(fmt::format("matrix {} hypervolume_lost", index),
                   "What the row's front is worth on the column: share of the "
                   "hypervolume of the column's own front that is lost");
  if (study.devices.size() < 2) return;
  document->Figure(fmt::format("told {}", index),
                   "Rank correlation of two devices, and what the front of one "
                   "loses on the other");
  if (study.remedies.empty()) return;
  document->Figure(fmt::format("remedies {}", index),
                   "Ways to a front for a new device, with the measurements "
                   "they need there: hypervolume lost, a mark for each device, "
                   "the dot their mean");
}

void AddStudy(const PlatformStudy& study, size_t index, Document* document) {
  document->Paragraph(fmt::format(
      "Fronts of {} and {} over {} connected architectures; {} settings of {} "
      "devices. Device figures are means over pairs of settings; of a device "
      "with itself, over its different settings.",
      study.accuracy, study.quantity, study.architectures,
      study.settings.size(), study.devices.size()));
  AddFigures(study, index, document);
  document->BeginDetails("Every two devices, in numbers");
  AddMatrix(
      study, "Rank correlation (Spearman)",
      [](const DeviceTransfer& t) { return Fixed(t.rho, 2); }, document);
  AddMatrix(
      study, "Hypervolume lost (%): the row's front on the column",
      [](const DeviceTransfer& t) {
        return Fixed(100 * t.hypervolume_lost, 1);
      },
      document);
  document->EndDetails();
  AddDevices(study, document);
  AddRemedies(study, document);
}

void AddGains(const SignalStudy& study, size_t index, Document* document) {
  if (study.gains.empty()) return;
  document->Figure(fmt::format("gains {}", index),
                   "Gains, of the same architectures: mean of the paired "
                   "differences and 95 % interval");
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

void AddFigures(const SignalStudy& study, size_t index, Document* document) {
  if (study.transfers.empty()) return;  // every signal is left out
  const bool orders = std::any_of(
      study.transfers.begin(), study.transfers.end(),
      [](const SignalTransfer& t) { return t.kendall.has_value(); });
  if (orders) {
    document->Figure(fmt::format("order {}", index),
                     fmt::format("How each signal orders the architectures by "
                                 "each target (Kendall's tau): all, and the "
                                 "target's best {}",
                                 Percent(study.elite, 0)));
  }
  document->Figure(fmt::format("regret {}", index),
                   "The best of those that each signal puts first: how far it "
                   "is from the target's best");
  size_t known = 0;  // points of what signals cost
  for (const SignalTransfer& t : study.transfers) {
    const std::optional<double>& seconds = study.seconds[t.signal];
    known += t.target == 0 && t.kendall && seconds && *seconds > 0;
  }
  if (known < 2) return;
  document->Figure(fmt::format("spent {}", index),
                   "What a signal costs, and how it orders (Kendall's tau)");
}

void AddStudy(const SignalStudy& study, size_t index, Document* document) {
  AddFigures(study, index, document);
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
  AddGains(study, index, document);
}

void AddStudy(const DataSetStudy& study, size_t index, Document* document) {
  document->Paragraph(fmt::format(
      "{} connected networks have values on all data sets. In each of {} draws "
      "{} of them are learnt from and {} others, none of one class with these, "
      "are ordered ({} on {}). Tau is Kendall's, its mean over draws with a "
      "95 % interval; regret is that of the best of the first {}. Differences "
      "are paired by draw.",
      study.networks, study.draws.size(), study.draws[0].learnt.size(),
      study.draws[0].judged.size(), study.predictor, study.encodings,
      study.top));
  for (size_t t = 0; t < study.data_sets.size(); ++t) {
    document->Figure(
        fmt::format("unseen {} {}", index, t),
        fmt::format("{}, left out: how networks are ordered (Kendall's tau), "
                    "mean and 95 % interval",
                    study.data_sets[t]));
  }
  for (size_t t = 0; t < study.data_sets.size(); ++t) {
    std::vector<std::vector<std::string>> rows;
    for (const DataSetFigure& figure : study.figures) {
      if (figure.data_set != t) continue;
      const auto difference = [](const std::optional<Interval>& interval) {
        return interval ? fmt::format("{} [{}, {}]", Signed(interval->mean, 3),
                                      Signed(interval->low, 3),
                                      Signed(interval->high, 3))
                        : "-";
      };
      rows.push_back(
          {study.methods[figure.method].name, std::to_string(figure.samples),
           IntervalText(figure.tau, 3), difference(figure.to_order),
           difference(figure.to_blind), IntervalText(figure.regret, 2)});
    }
    document->Table(
        fmt::format("{} left out", study.data_sets[t]),
        {"ordered by", "samples of it", "tau", "to the order elsewhere",
         "by descriptors",
         study.units[t].empty() ? "regret"
                                : fmt::format("regret ({})", study.units[t])},
        std::move(rows));
  }
}

}  // namespace

std::vector<std::string> TransferFindings(const TransferAnswer& answer) {
  return std::visit([](const auto& study) { return FindingsOf(study); },
                    answer.study);
}

void AddTransfer(const TransferAnswer& answer, size_t index,
                 Document* document) {
  document->Heading(2, fmt::format("Study: {}{}", answer.file.name,
                                   answer.synthetic ? " (SYNTHETIC)" : ""));
  document->Paragraph(answer.file.title);
  if (!answer.file.note.empty()) document->Paragraph(answer.file.note);
  document->List(TransferFindings(answer));
  std::visit([&](const auto& study) { AddStudy(study, index, document); },
             answer.study);
}

std::string TransferProvenance(const TransferAnswer& answer) {
  return fmt::format("study {}: table '{}', digest {}", answer.file.name,
                     answer.table_title, answer.table_digest);
}

}  // namespace hwnas
