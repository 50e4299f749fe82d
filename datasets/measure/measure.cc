#include "datasets/measure/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "datasets/file_reader.h"
#include "datasets/file_writer.h"
#include "datasets/measure/quiet.h"
#include "datasets/text_fields.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/number.h"
#include "tabular/rng.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = size_t{256} << 20;
constexpr int kReferenceEvery = 100;
constexpr double kOutlierRanges = 3;
constexpr std::chrono::milliseconds kWait(2);  // for neighbours to leave
// Of a normal distribution's quartile range.
constexpr double kDeviationOfRange = 0.7413;

NetworkInput InputOf(const Table& table) {
  NetworkInput input;
  if (!FindNetworkInput(table.Defaults().dataset, &input)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("measure: the images of the table's data set '{}' "
                            "are not known",
                            Quoted(table.Defaults().dataset)));
  }
  return input;
}

void CheckMachineName(const std::string& name) {
  if (name.empty() || name.size() > 40 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") !=
          std::string::npos) {
    throw Error(ErrorCode::kUsage,
                fmt::format("measure: '{}' cannot name a machine: lower-case "
                            "letters, digits and dashes, at most 40",
                            Quoted(name)));
  }
}

// A row of each connected effective network, in a fixed random order.
std::vector<size_t> NetworkRows(const Table& table, int limit) {
  std::vector<size_t> rows;
  std::set<size_t> seen;
  for (size_t row = 0; row < table.Rows(); ++row) {
    if (table.Connected(row) &&
        seen.insert(table.EffectiveNetwork(row)).second) {
      rows.push_back(row);
    }
  }
  Rng rng = Rng::FromLabel(0, "measure/networks");
  rng.Shuffle(std::span<size_t>(rows));
  if (limit > 0 && rows.size() > static_cast<size_t>(limit)) {
    rows.resize(static_cast<size_t>(limit));
  }
  return rows;
}

LatencyHeader MakeHeader(const Table& table, const MeasureOptions& options,
                         const std::string& library) {
  LatencyHeader header;
  header.space = table.BaseSpace()->Spec();
  header.dataset = table.Defaults().dataset;
  header.machine = options.machine;
  header.processor = ProcessorName();
  header.library = library;
  header.build = BuildInfo();
  header.pass = options.pass;
  header.rounds = options.rounds;
  header.repeats = options.repeats;
  header.warm_up = options.warm_up;
  for (const RuntimeConfiguration configuration : kRuntimeConfigurations) {
    for (const int batch : options.batches) {
      header.settings.push_back({configuration, batch});
    }
  }
  return header;
}

// What one visit of a network brought: microseconds by setting and repeat,
// the bytes by setting, and of how many runs Quiet said what.
struct Visit {
  std::vector<std::vector<double>> us;
  std::vector<int64_t> bytes;
  int64_t repeated = 0;
  int64_t busy = 0;
};

double RunMicroseconds(NetworkRunner& runner) {
  const auto begin = std::chrono::steady_clock::now();
  runner.Run();
  const auto end = std::chrono::steady_clock::now();
  return std::chrono::duration<double, std::micro>(end - begin).count();
}

/// A pass under way: visits are numbered in the order of time, those of the
/// reference stand for themselves.
class Pass {
 public:
  Pass(const Table& table, const MeasureOptions& options,
       const std::string& path, LatencyHeader header,
       const RunnerMaker& make_runner)
      : table_(table),
        options_(options),
        path_(path),
        header_(std::move(header)),
        make_runner_(make_runner),
        input_(InputOf(table)),
        rows_(NetworkRows(table, options.networks)) {
    if (rows_.empty()) {
      throw Error(ErrorCode::kUsage, "measure: the table has no network");
    }
    visits_.resize(rows_.size());
    Resume();
  }

  bool Run(const std::function<void(const MeasureProgress&)>& progress) {
    const int64_t total = static_cast<int64_t>(rows_.size()) * options_.rounds;
    if (done_ < total) WatchNeighbours();
    for (int64_t visit = done_; visit < total; ++visit) {
      if (options_.stop && options_.stop()) return false;
      if (visit % kReferenceEvery == 0) MeasureReference(visit);
      const size_t network = NetworkAt(visit);
      Visit found = MeasureNetwork(network);
      Journal(fmt::format("visit,{}", visit), found);
      Add(network, std::move(found));
      if (progress) progress({done_, total});
    }
    WriteWholeFile(path_, FormatLatencyFile(Summary()), true);
    file_.reset();
    fs::remove(PartPath());
    return true;
  }

 private:
  std::string PartPath() const { return path_ + ".part"; }

  size_t NetworkAt(int64_t visit) {
    const auto round =
        static_cast<int>(visit / static_cast<int64_t>(rows_.size()));
    if (round != round_) {
      order_.resize(rows_.size());
      for (size_t i = 0; i < order_.size(); ++i) order_[i] = i;
      Rng rng = Rng::FromLabel(
          0, fmt::format("measure/pass{}/round{}", options_.pass, round));
      rng.Shuffle(std::span<size_t>(order_));
      round_ = round;
    }
    return order_[static_cast<size_t>(visit) % rows_.size()];
  }

  // The reference in the first setting is the canary.
  void WatchNeighbours() {
    canary_ = make_runner_(GraphOf(0), header_.settings.front());
    quiet_ =
        std::make_unique<Quiet>([this] { return RunMicroseconds(*canary_); },
                                [this] {
                                  if (options_.stop && options_.stop()) return;
                                  std::this_thread::sleep_for(kWait);
                                });
  }

  LayerGraph GraphOf(size_t network) const {
    return table_.BaseSpace()
        ->Layers(table_.ArchitectureAt(rows_[network]), input_)
        .Effective();
  }

  Visit MeasureNetwork(size_t network) {
    const LayerGraph graph = GraphOf(network);
    Visit visit;
    const int64_t repeated = quiet_->Repeated();
    const int64_t busy = quiet_->Busy();
    for (const LatencySetting& setting : header_.settings) {
      const auto runner = make_runner_(graph, setting);
      for (int i = 0; i < options_.warm_up; ++i) runner->Run();
      std::vector<double> us(static_cast<size_t>(options_.repeats));
      for (double& run : us) {
        quiet_->Measure([&] { run = RunMicroseconds(*runner); });
      }
      visit.us.push_back(std::move(us));
      visit.bytes.push_back(runner->PeakBytes());
    }
    visit.repeated = quiet_->Repeated() - repeated;
    visit.busy = quiet_->Busy() - busy;
    return visit;
  }

  void Add(size_t network, Visit visit) {
    repeated_ += visit.repeated;
    busy_ += visit.busy;
    visits_[network].push_back(std::move(visit));
    ++done_;
  }

  void MeasureReference(int64_t visit) {
    const Visit found = MeasureNetwork(0);
    Journal(fmt::format("reference,{}", visit), found);
    AddReference(visit, found);
  }

  void AddReference(int64_t visit, const Visit& found) {
    ReferenceVisit reference;
    reference.visit = static_cast<int>(visit);
    for (const std::vector<double>& us : found.us) {
      reference.median_ms.push_back(Median(us) / 1000);
    }
    reference_.push_back(std::move(reference));
  }

  void Journal(const std::string& what, const Visit& visit) {
    if (file_ == nullptr) {
      const bool begins = !fs::exists(PartPath());
      file_ = std::make_unique<AppendFile>(PartPath());
      if (begins) file_->Append(FormatLatencyHeader(header_));
    }
    std::string line = what;
    for (size_t i = 0; i < visit.us.size(); ++i) {
      line += fmt::format(",{}", visit.bytes[i]);
      for (const double us : visit.us[i]) line += fmt::format(":{:.1f}", us);
    }
    line += fmt::format(",{}:{}", visit.repeated, visit.busy);
    file_->Append(line + '\n');
  }

  // Takes over what an earlier call journalled.
  void Resume() {
    if (!fs::exists(PartPath())) return;
    const std::string text = ReadWholeFile(PartPath(), kLargestFile);
    const std::string start = FormatLatencyHeader(header_);
    const size_t end = text.rfind('\n') + 1;  // 0 where there is none
    if (end < start.size()) {
      fs::remove(PartPath());  // killed while it began
      return;
    }
    if (text.compare(0, start.size(), start) != 0) {
      throw Error(ErrorCode::kDisagree,
                  fmt::format("{}: is of another pass, machine or build; "
                              "remove it to begin anew",
                              Quoted(PartPath(), 400)));
    }
    for (std::string_view rest(text.data() + start.size(), end - start.size());
         !rest.empty();) {
      const size_t line_end = rest.find('\n');
      ResumeLine(rest.substr(0, line_end));
      rest.remove_prefix(line_end + 1);
    }
    if (end != text.size()) fs::resize_file(PartPath(), end);
  }

  void ResumeLine(std::string_view line) {
    const auto fields = SplitFields(line, ',');
    const auto number = fields.size() == header_.settings.size() + 3
                            ? TryParseInteger(fields[1])
                            : std::nullopt;
    if (!number.has_value()) FailResume();
    Visit visit;
    for (size_t i = 2; i + 1 < fields.size(); ++i) {
      const auto parts = SplitFields(fields[i], ':');
      if (parts.size() != static_cast<size_t>(options_.repeats) + 1) {
        FailResume();
      }
      const auto bytes = TryParseInteger(parts[0]);
      std::vector<double> us;
      for (size_t k = 1; k < parts.size(); ++k) {
        const auto value = TryParseNumber(parts[k]);
        if (!value.has_value() || *value < 0) FailResume();
        us.push_back(*value);
      }
      if (!bytes.has_value()) FailResume();
      visit.bytes.push_back(*bytes);
      visit.us.push_back(std::move(us));
    }
    const auto neighbours = SplitFields(fields.back(), ':');
    if (neighbours.size() != 2) FailResume();
    visit.repeated = Count(neighbours[0]);
    visit.busy = Count(neighbours[1]);
    if (fields[0] == "reference") {
      // One whose network was not visited is measured again.
      if (*number % kReferenceEvery == 0 && *number == done_ &&
          (reference_.empty() || reference_.back().visit != *number)) {
        AddReference(*number, visit);
      }
      return;
    }
    if (fields[0] != "visit" || *number != done_ ||
        done_ >= static_cast<int64_t>(rows_.size()) * options_.rounds) {
      FailResume();
    }
    Add(NetworkAt(done_), std::move(visit));
  }

  int64_t Count(std::string_view text) const {
    const auto count = TryParseInteger(text);
    if (!count.has_value() || *count < 0) FailResume();
    return *count;
  }

  [[noreturn]] void FailResume() const {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: is damaged behind visit {}; remove it to "
                            "begin anew",
                            Quoted(PartPath(), 400), done_));
  }

  LatencyFile Summary() const {
    LatencyFile file;
    file.header = header_;
    file.repeated = repeated_;
    file.busy = busy_;
    file.reference = reference_;
    for (size_t network = 0; network < rows_.size(); ++network) {
      LatencyRow row;
      row.architecture = table_.ArchitectureAt(rows_[network]);
      for (size_t s = 0; s < header_.settings.size(); ++s) {
        row.latencies.push_back(Summarise(visits_[network], s));
      }
      file.rows.push_back(std::move(row));
    }
    std::sort(file.rows.begin(), file.rows.end(),
              [](const LatencyRow& a, const LatencyRow& b) {
                return a.architecture < b.architecture;
              });
    return file;
  }

  static Latency Summarise(const std::vector<Visit>& visits, size_t setting) {
    std::vector<double> us;
    Latency out;
    for (const Visit& visit : visits) {
      us.insert(us.end(), visit.us[setting].begin(), visit.us[setting].end());
      out.peak_bytes = std::max(out.peak_bytes, visit.bytes[setting]);
    }
    std::sort(us.begin(), us.end());
    const double upper = SortedQuantile(us, 0.75);
    const double range = upper - SortedQuantile(us, 0.25);
    out.median_ms = SortedQuantile(us, 0.5) / 1000;
    out.quartile_range_ms = range / 1000;
    for (const double value : us) {
      if (value > upper + kOutlierRanges * range) ++out.outliers;
    }
    return out;
  }

  const Table& table_;
  const MeasureOptions& options_;
  std::string path_;
  LatencyHeader header_;
  const RunnerMaker& make_runner_;
  NetworkInput input_;
  std::vector<size_t> rows_;
  std::vector<std::vector<Visit>> visits_;  // by network
  std::vector<ReferenceVisit> reference_;
  std::vector<size_t> order_;
  int round_ = -1;
  int64_t done_ = 0;
  int64_t repeated_ = 0;
  int64_t busy_ = 0;
  std::unique_ptr<NetworkRunner> canary_;
  std::unique_ptr<Quiet> quiet_;
  std::unique_ptr<AppendFile> file_;
};

// Medians of the networks that both passes have, in one order.
std::pair<std::vector<double>, std::vector<double>> Common(
    const LatencyFile& first, const LatencyFile& second, size_t setting) {
  std::map<Architecture, double> of_second;
  for (const LatencyRow& row : second.rows) {
    of_second[row.architecture] = row.latencies[setting].median_ms;
  }
  std::pair<std::vector<double>, std::vector<double>> out;
  for (const LatencyRow& row : first.rows) {
    const auto found = of_second.find(row.architecture);
    if (found == of_second.end()) continue;
    out.first.push_back(row.latencies[setting].median_ms);
    out.second.push_back(found->second);
  }
  return out;
}

void CheckPasses(std::span<const LatencyFile> passes,
                 const TableWriter& writer) {
  HWNAS_CHECK(!passes.empty());
  const LatencyHeader& header = passes.front().header;
  for (const LatencyFile& file : passes) {
    LatencyHeader same = file.header;
    same.pass = header.pass;
    if (same != header) {
      throw Error(ErrorCode::kUsage,
                  "measure: the passes are not of one machine, build and "
                  "protocol");
    }
  }
  const std::string space = writer.Space().Spec();
  const std::string& dataset = writer.Info().defaults.dataset;
  if (header.space != space || header.dataset != dataset) {
    throw Error(ErrorCode::kUsage,
                fmt::format("measure: the latencies of '{}' are of space {} on "
                            "{}, the table is of {} on {}",
                            header.machine, Quoted(header.space),
                            Quoted(header.dataset), space, dataset));
  }
}

// A table's architectures by network, as ids of a writer's.
class Members {
 public:
  Members(std::span<const Architecture> architectures, TableWriter& writer)
      : space_(writer.Space()) {
    for (const Architecture& architecture : architectures) {
      const int64_t id = writer.AddArchitecture(architecture);
      if (space_.IsConnected(architecture)) {
        networks_[space_.EffectiveKey(architecture)].push_back(id);
      } else {
        disconnected_.push_back(id);
      }
    }
  }

  const std::vector<int64_t>& Of(const Architecture& architecture) const {
    const auto found = space_.IsValid(architecture)
                           ? networks_.find(space_.EffectiveKey(architecture))
                           : networks_.end();
    if (found == networks_.end()) {
      throw Error(ErrorCode::kUsage,
                  "measure: the latencies are of an architecture that the "
                  "table lacks");
    }
    return found->second;
  }
  const std::vector<int64_t>& Disconnected() const { return disconnected_; }

 private:
  const SearchSpace& space_;
  std::map<std::string, std::vector<int64_t>> networks_;
  std::vector<int64_t> disconnected_;
};

Platform PlatformOf(const LatencyHeader& header,
                    const LatencySetting& setting) {
  Platform platform;
  platform.id = fmt::format("{}_{}", header.machine, setting.Name());
  platform.device = header.machine;
  platform.processor = "CPU";
  platform.batch = setting.batch;
  platform.precision = "fp32";
  platform.runtime =
      fmt::format("{}, {}, one thread", header.library,
                  RuntimeConfigurationName(setting.configuration));
  platform.method = fmt::format("median of {} runs in {} visits, after {} runs",
                                header.rounds * header.repeats, header.rounds,
                                header.warm_up);
  platform.facts["name"] = header.processor;
  return platform;
}

}  // namespace

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      return Quoted(line.substr(colon + 2));
    }
  }
  return "unknown";
}

bool MeasurePass(const Table& table, const MeasureOptions& options,
                 const std::string& path,
                 const std::function<void(const MeasureProgress&)>& progress,
                 const RunnerMaker& make_runner) {
  CheckMachineName(options.machine);
  HWNAS_CHECK(options.rounds >= 1 && options.repeats >= 1 &&
              options.warm_up >= 0 && !options.batches.empty());
  if (!table.BaseSpace()->HasLayers()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("measure: the networks of space '{}' are not known",
                            table.BaseSpace()->Id()));
  }
  if (fs::exists(path)) return true;
  const std::string library =
      make_runner ? std::string("given") : NetworkRunnerVersion();
  const RunnerMaker maker =
      make_runner ? make_runner
                  : [](const LayerGraph& graph, const LatencySetting& setting) {
                      return MakeNetworkRunner(graph, setting.configuration,
                                               setting.batch);
                    };
  return Pass(table, options, path, MakeHeader(table, options, library), maker)
      .Run(progress);
}

bool MeasurePass(const Table& table, const MeasureOptions& options,
                 const std::string& path,
                 const std::function<void(const MeasureProgress&)>& progress) {
  return MeasurePass(table, options, path, progress, nullptr);
}

PassAgreement ComparePasses(const LatencyFile& first, const LatencyFile& second,
                            size_t setting) {
  const auto [a, b] = Common(first, second, setting);
  PassAgreement agreement;
  if (a.size() < 2) return agreement;
  agreement.kendall_tau = KendallTau(a, b);
  std::vector<double> ratios;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] > 0) ratios.push_back(b[i] / a[i]);
  }
  if (!ratios.empty()) agreement.median_ratio = Median(ratios);
  return agreement;
}

double Drift(const LatencyFile& file, size_t setting) {
  const size_t quarter = file.reference.size() / 4;
  if (quarter == 0) return 1;
  std::vector<double> first, last;
  for (size_t i = 0; i < quarter; ++i) {
    first.push_back(file.reference[i].median_ms[setting]);
    last.push_back(
        file.reference[file.reference.size() - 1 - i].median_ms[setting]);
  }
  return Median(last) / Median(first);
}

std::vector<Architecture> ArchitecturesOf(const Table& table) {
  std::vector<Architecture> architectures;
  for (size_t row = 0; row < table.Rows(); ++row) {
    architectures.push_back(table.ArchitectureAt(row));
  }
  return architectures;
}

void AddLatencies(std::span<const LatencyFile> passes,
                  std::span<const Architecture> architectures,
                  TableWriter& writer) {
  CheckPasses(passes, writer);
  const LatencyHeader& header = passes.front().header;
  Source source;
  source.name = "measured-" + header.machine;
  source.origin = "hwnas measure";
  source.compute =
      fmt::format("{}, {}, {}", header.processor, header.library, header.build);
  source.importer = "measure@1";
  writer.AddSource(source);

  const Members members(architectures, writer);
  for (size_t s = 0; s < header.settings.size(); ++s) {
    const Platform platform = PlatformOf(header, header.settings[s]);
    writer.AddPlatform(platform);
    Column latency;
    latency.metric.quantity = "latency";
    latency.metric.platform = platform.id;
    latency.metric.dataset = header.dataset;
    latency.source = source.name;
    Column memory = latency;
    memory.metric.quantity = "peak-memory";
    const int64_t latency_id = writer.AddColumn(latency);
    const int64_t memory_id = writer.AddColumn(memory);
    for (const LatencyFile& file : passes) {
      const bool first = file.header.pass == header.pass;
      const std::string replicate = fmt::format("pass{}", file.header.pass);
      for (const LatencyRow& row : file.rows) {
        const Latency& value = row.latencies[s];
        for (const int64_t member : members.Of(row.architecture)) {
          writer.Set(latency_id, replicate, member,
                     {value.median_ms, Missing::kNone},
                     kDeviationOfRange * value.quartile_range_ms);
          if (!first) continue;
          writer.Set(memory_id, "", member,
                     {static_cast<double>(value.peak_bytes), Missing::kNone});
        }
      }
      for (const int64_t member : members.Disconnected()) {
        writer.Set(latency_id, replicate, member, {0, Missing::kDisconnected});
        if (first)
          writer.Set(memory_id, "", member, {0, Missing::kDisconnected});
      }
      writer.FillGaps(latency_id, replicate, Missing::kNotMeasured);
    }
    writer.FillGaps(memory_id, "", Missing::kNotMeasured);
  }
}

}  // namespace hwnas
