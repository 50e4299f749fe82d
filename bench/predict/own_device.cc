#include "bench/predict/own_device.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <utility>

#include "bench/predict/table_features.h"
#include "datasets/csv_reader.h"
#include "predictors/few_shot.h"
#include "tabular/analysis/correlation.h"
#include "tabular/analysis/summary.h"
#include "tabular/error.h"
#include "tabular/filled.h"
#include "tabular/number.h"
#include "tabular/rng.h"
#include "tabular/table_writer.h"
#include "tabular/version.h"

namespace hwnas {
namespace {

constexpr double kNormalQuantile = 1.6448536269514722;

struct Unit {
  std::string name;
  double in_own;  // one of it, in the quantity's unit
};

// Units that a quantity's values may come in, its own first.
std::vector<Unit> UnitsOf(const QuantityInfo& quantity) {
  const std::string own = quantity.unit;
  if (own == "ms") return {{"ms", 1}, {"s", 1e3}, {"us", 1e-3}, {"ns", 1e-6}};
  if (own == "mJ") return {{"mJ", 1}, {"J", 1e3}, {"uJ", 1e-3}};
  return {{quantity.unit, 1}};
}

Metric OnPlatform(const Table& table, const std::string& quantity,
                  const std::string& platform) {
  Metric metric;
  metric.quantity = quantity;
  metric.platform = platform;
  return table.Complete(metric);
}

std::vector<double> Values(const DenseColumn& column,
                           std::span<const uint32_t> rows) {
  std::vector<double> values;
  for (const uint32_t row : rows) values.push_back(column.Mean(row).value);
  return values;
}

// A platform that is learnt from.
struct SourcePlatform {
  std::string name;
  std::shared_ptr<const DenseColumn> column;
};

std::vector<SourcePlatform> FindSources(const Table& table,
                                        const OwnDeviceSpec& spec) {
  constexpr double kLeastShare = 0.9;
  std::vector<SourcePlatform> sources;
  for (const std::string& name : spec.sources) {
    const Metric metric = OnPlatform(table, spec.quantity, name);
    sources.push_back({name, table.Load(table.GetColumn(metric))});
  }
  if (!sources.empty()) return sources;
  for (const Column& column : table.Columns()) {
    const Metric& metric = column.metric;
    if (metric.quantity != spec.quantity || metric.platform.empty() ||
        !column.preferred || column.origin == Origin::kPredicted ||
        metric != OnPlatform(table, spec.quantity, metric.platform)) {
      continue;
    }
    auto dense = table.Load(column);
    size_t values = 0;
    for (size_t row = 0; row < table.Rows(); ++row) {
      values += dense->Mean(row).Ok();
    }
    if (double(values) >= kLeastShare * double(table.Rows())) {
      sources.push_back({metric.platform, std::move(dense)});
    }
  }
  if (sources.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict transfer: no platform of the table has "
                            "{} for nine tenths of the architectures; name "
                            "platforms to learn from with --from",
                            Quoted(spec.quantity)));
  }
  return sources;
}

// The measured values against the same architectures on known platforms.
void WarnOfUnits(const std::vector<SourcePlatform>& sources,
                 const OwnMeasurements& own, const QuantityInfo& quantity,
                 OwnDeviceReport* report) {
  constexpr double kFar = 10;
  constexpr double kAlike = 0.3;
  double low = 0;
  double high = 0;
  double best = -1;
  size_t compared = 0;
  for (const SourcePlatform& source : sources) {
    std::vector<double> known;
    std::vector<double> mine;
    for (size_t i = 0; i < own.rows.size(); ++i) {
      const Value value = source.column->Mean(own.rows[i]);
      if (!value.Ok()) continue;
      known.push_back(value.value);
      mine.push_back(own.values[i]);
    }
    if (known.empty()) continue;
    const double median = Median(known);
    low = compared == 0 ? median : std::min(low, median);
    high = compared == 0 ? median : std::max(high, median);
    best = std::max(best, SpearmanRho(known, mine).value_or(0));
    ++compared;
  }
  if (compared == 0) return;
  const double mine = Median(own.values);
  if (mine < low / kFar || mine > high * kFar) {
    std::string guess;
    for (const Unit& unit : UnitsOf(quantity)) {
      const double as = mine / report->unit_factor * unit.in_own;
      if (as >= low / kFar && as <= high * kFar) {
        guess = fmt::format("; are they in {}?", unit.name);
        break;
      }
    }
    report->warnings.push_back(fmt::format(
        "units look wrong: the median of your values is {:.3g} {}, that of the "
        "same architectures {:.3g} to {:.3g} {} on the {} platforms known{}",
        mine, quantity.unit, low, high, quantity.unit, compared, guess));
  }
  if (best < kAlike) {
    report->warnings.push_back(fmt::format(
        "your values order the architectures as no known platform does "
        "(Spearman {:.2f} at most): is each beside its own architecture?",
        best));
  }
}

// Single values that no known platform explains: a digit or a unit that
// slipped.
void WarnOfOutliers(const Table& table,
                    const std::vector<SourcePlatform>& sources,
                    const OwnMeasurements& own, const QuantityInfo& quantity,
                    OwnDeviceReport* report) {
  // Against the platform that explains it best, no value of HELP's 27 was off
  // by more than 1.4 times, in four sets of ten architectures.
  constexpr double kFar = 2;
  constexpr size_t kLeast = 5;
  const size_t n = own.rows.size();
  if (n < kLeast) return;
  // By what factor each is off on the platform that explains it best.
  std::vector<std::optional<double>> off(n);
  for (const SourcePlatform& source : sources) {
    std::vector<double> ratios;
    for (size_t i = 0; i < n; ++i) {
      const Value value = source.column->Mean(own.rows[i]);
      if (value.Ok()) ratios.push_back(own.values[i] / value.value);
    }
    if (ratios.size() < n) continue;
    const double usual = Median(ratios);
    for (size_t i = 0; i < n; ++i) {
      const double factor = ratios[i] / usual;
      const double least = std::abs(std::log(off[i].value_or(INFINITY)));
      if (std::abs(std::log(factor)) < least) off[i] = factor;
    }
  }
  for (size_t i = 0; i < n; ++i) {
    if (!off[i]) continue;
    const double factor = off[i].value();
    if (factor < kFar && factor > 1 / kFar) continue;
    report->warnings.push_back(fmt::format(
        "{:.4g} {} for {} is {:.3g} times what your other values make of it on "
        "any known platform: has a digit or a unit slipped?",
        own.values[i], quantity.unit,
        table.BaseSpace()->Format(table.ArchitectureAt(own.rows[i])), factor));
  }
}

// Architectures that all sources have a value of, in an order of the seed.
std::vector<uint32_t> Pool(const Table& table, const OwnDeviceSpec& spec,
                           const std::vector<SourcePlatform>& sources) {
  std::vector<uint32_t> pool;
  for (uint32_t row = 0; row < table.Rows(); ++row) {
    if (std::ranges::all_of(sources, [row](const SourcePlatform& s) {
          return s.column->Mean(row).Ok();
        })) {
      pool.push_back(row);
    }
  }
  Rng rng = Rng::FromLabel(spec.seed, "own-device/pool");
  rng.Shuffle(std::span<uint32_t>(pool));
  pool.resize(std::min(pool.size(), spec.source_architectures));
  return pool;
}

FewShot Learn(const Table& table, const OwnDeviceSpec& spec,
              const std::vector<SourcePlatform>& sources) {
  const std::vector<uint32_t> pool = Pool(table, spec, sources);
  const Metric metric = OnPlatform(table, spec.quantity, spec.platform);
  std::vector<Features> blocks;
  for (const std::string& encoding : FewShotEncodings(*table.BaseSpace())) {
    blocks.push_back(
        TableFeatures(table, encoding, {}, metric.dataset).features);
  }
  std::vector<std::vector<double>> values;
  for (const SourcePlatform& s : sources) {
    values.push_back(Values(*s.column, pool));
  }
  return {blocks, pool, values};
}

// Predicts each measurement from the others.
void LeaveOneOut(const FewShot& few, const OwnMeasurements& own,
                 OwnDeviceReport* report) {
  constexpr size_t kLeast = 5;
  const size_t n = own.rows.size();
  if (n < kLeast) return;
  size_t held = 0;
  std::vector<double> errors;
  for (size_t i = 0; i < n; ++i) {
    std::vector<uint32_t> rows = own.rows;
    std::vector<double> values = own.values;
    rows.erase(rows.begin() + static_cast<long>(i));
    values.erase(values.begin() + static_cast<long>(i));
    // Without it the others may all be equal: then nothing can be said.
    if (std::ranges::all_of(values, [&](double v) { return v == values[0]; })) {
      return;
    }
    const Predictions p = few.Adapt(rows, values);
    const double off = std::abs(p.mean[own.rows[i]] - own.values[i]);
    held += off <= kNormalQuantile * p.sd[own.rows[i]];
    errors.push_back(off / own.values[i]);
  }
  report->held = held;
  report->median_error = Median(errors);
}

}  // namespace

std::optional<double> UnitFactor(const QuantityInfo& quantity,
                                 const std::string& unit) {
  for (const Unit& known : UnitsOf(quantity)) {
    if (unit == known.name) return known.in_own;
  }
  return std::nullopt;
}

std::string UnitNames(const QuantityInfo& quantity) {
  std::vector<std::string> names;
  for (const Unit& unit : UnitsOf(quantity)) names.emplace_back(unit.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

void CheckPlatformName(const std::string& name) {
  std::string read;
  try {
    read = Metric::Parse("latency@" + name).platform;
  } catch (const Error&) {  // its text speaks of metrics
  }
  if (!name.empty() && read == name) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("--platform '{}': no name of a platform; take "
                          "small letters, digits, '.', '_', '-' and '+', as "
                          "in my_phone",
                          Quoted(name)));
}

OwnMeasurements ReadOwnMeasurements(const std::string& path, const Table& table,
                                    const std::string& quantity,
                                    const std::string& unit) {
  const QuantityInfo& info = FindQuantity(quantity);
  CsvReader csv = CsvReader::ReadFile(path);
  const size_t architecture = csv.Column("architecture");
  const size_t value = csv.Column("value");
  if (csv.Has("unit") == !unit.empty()) {
    throw Error(
        ErrorCode::kUsage,
        unit.empty()
            ? fmt::format("{}: it has no column 'unit'; say what the values "
                          "are in with --unit ({})",
                          path, UnitNames(info))
            : fmt::format("{}: it has a column 'unit'; leave --unit out",
                          path));
  }
  double factor = 1;
  if (!unit.empty()) {
    const auto known = UnitFactor(info, unit);
    if (!known) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("--unit {}: {} comes in {}", Quoted(unit),
                              quantity, UnitNames(info)));
    }
    factor = *known;
  }
  OwnMeasurements out;
  std::map<uint32_t, size_t> lines;
  while (csv.Next()) {
    const std::string& text = csv.Field(architecture);
    uint32_t row = 0;
    try {
      row = static_cast<uint32_t>(table.Resolve(text));
    } catch (const Error& error) {
      throw Error(error.Code(), csv.Place() + ": " + error.what());
    }
    const auto [seen, fresh] = lines.emplace(row, csv.Line());
    if (!fresh) {
      csv.Fail(
          fmt::format("the architecture of line {} again; keep one line "
                      "for each",
                      seen->second));
    }
    const auto number = TryParseNumber(csv.Field(value));
    if (!number || !std::isfinite(*number) || *number <= 0) {
      csv.Fail(fmt::format("'{}' is no measured {}; expected a number above 0",
                           Quoted(csv.Field(value)), quantity));
    }
    if (unit.empty()) {
      const std::string& own = csv.Field(csv.Column("unit"));
      const auto known = UnitFactor(info, own);
      if (!known) {
        csv.Fail(fmt::format("unit '{}'; {} comes in {}", Quoted(own), quantity,
                             UnitNames(info)));
      }
      factor = *known;
    }
    out.rows.push_back(row);
    out.values.push_back(*number * factor);
  }
  if (out.rows.empty()) {
    throw Error(ErrorCode::kCorrupt,
                path + ": it has a header and no measurement");
  }
  return out;
}

std::vector<uint32_t> SuggestMeasurements(const Table& table,
                                          const OwnDeviceSpec& spec,
                                          size_t count) {
  const std::vector<SourcePlatform> sources = FindSources(table, spec);
  std::vector<uint32_t> candidates = Pool(table, spec, sources);
  std::erase_if(candidates,
                [&](uint32_t row) { return !table.Connected(row); });
  Rng rng = Rng::FromLabel(spec.seed, "own-device/suggest");
  return Learn(table, spec, sources)
      .Choose(Sampler::kDOptimal, count, candidates, rng);
}

OwnDeviceReport AddOwnDevice(const Table& table, const std::string& out,
                             const OwnDeviceSpec& spec) {
  constexpr size_t kEnough = 10;
  const QuantityInfo& quantity = FindQuantity(spec.quantity);
  CheckPlatformName(spec.platform);
  if (table.FindPlatform(spec.platform) != nullptr) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict transfer: the table has a platform {} "
                            "already; give yours another name",
                            Quoted(spec.platform)));
  }
  const OwnMeasurements own =
      ReadOwnMeasurements(spec.csv, table, spec.quantity, spec.unit);
  OwnDeviceReport report;
  report.measured = own.rows.size();
  if (!spec.unit.empty()) report.unit_factor = *UnitFactor(quantity, spec.unit);
  const std::vector<SourcePlatform> sources = FindSources(table, spec);
  for (const SourcePlatform& s : sources) report.sources.push_back(s.name);
  if (own.rows.size() < kEnough) {
    report.warnings.push_back(
        fmt::format("{} measurements: what is known of error bars is of {} and "
                    "more",
                    own.rows.size(), kEnough));
  }
  WarnOfUnits(sources, own, quantity, &report);
  WarnOfOutliers(table, sources, own, quantity, &report);
  const auto dead = std::ranges::count_if(
      own.rows, [&](uint32_t row) { return !table.Connected(row); });
  if (dead > 0) {
    report.warnings.push_back(
        fmt::format("{} of your architectures ignore their input: compilers "
                    "drop such networks, so they say nothing of the others; "
                    "leave them out",
                    dead));
  }

  const FewShot few = Learn(table, spec, sources);
  const Predictions p = few.Adapt(own.rows, own.values);
  LeaveOneOut(few, own, &report);

  FilledValues filled;
  filled.metric = OnPlatform(table, spec.quantity, spec.platform);
  filled.predictor = "few-shot@1";
  filled.note =
      fmt::format("{} measurements of {}; learnt from {}", own.rows.size(),
                  std::filesystem::path(spec.csv).filename().string(),
                  fmt::join(report.sources, " "));
  std::vector<uint8_t> measured(table.Rows());
  for (const uint32_t row : own.rows) measured[row] = 1;
  std::vector<double> spread;
  size_t negative = 0;
  for (uint32_t row = 0; row < table.Rows(); ++row) {
    if (measured[row] != 0) continue;
    filled.rows.push_back(row);
    filled.values.mean.push_back(p.mean[row]);
    filled.values.sd.push_back(p.sd[row]);
    negative += p.mean[row] <= 0;
    spread.push_back(p.sd[row] / std::abs(p.mean[row]));
  }
  if (negative > 0) {
    report.warnings.push_back(
        fmt::format("{} predictions are below 0, as those of straight lines "
                    "may be; their error bars say how far",
                    negative));
  }
  report.predicted = filled.rows.size();
  report.median_spread = Median(spread);
  Platform platform;
  platform.id = spec.platform;
  platform.device = spec.platform;
  platform.method = "measured by its owner";
  WriteFilledCopy(table, out, platform, own,
                  std::filesystem::path(spec.csv).filename().string(), filled);
  return report;
}

void WriteFilledCopy(const Table& table, const std::string& out,
                     const Platform& platform, const OwnMeasurements& measured,
                     const std::string& measured_origin,
                     const FilledValues& filled) {
  namespace fs = std::filesystem;
  if (fs::exists(out)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: is there already; name a new file", out));
  }
  if (table.FindColumn(filled.metric, kFilledSource) != nullptr) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predict: {} is filled already; take it back with "
                            "predict fill --remove first",
                            filled.metric.Text()));
  }
  const std::string draft = out + ".tmp";
  std::error_code ignored;
  try {
    fs::copy_file(table.Path(), draft, fs::copy_options::overwrite_existing);
    fs::permissions(draft, fs::perms::owner_write, fs::perm_options::add);
    const auto writer = TableWriter::Open(draft);
    if (!platform.id.empty() && table.FindPlatform(platform.id) == nullptr) {
      writer->AddPlatform(platform);
    }
    const auto row_of = [&](uint32_t row) {
      return writer->FindArchitecture(table.ArchitectureAt(row)).value();
    };
    if (!measured.rows.empty()) {
      Source source;
      source.name = "own:" + platform.id;
      source.origin = measured_origin;
      source.importer = fmt::format("hwnas@{}", Version());
      writer->AddSource(source);
      Column column;
      column.metric = filled.metric;
      column.source = source.name;
      const int64_t id = writer->AddColumn(column);
      for (size_t i = 0; i < measured.rows.size(); ++i) {
        writer->Set(id, "", row_of(measured.rows[i]),
                    {measured.values[i], Missing::kNone});
      }
      writer->FillGaps(id, "", Missing::kNotMeasured);
    }
    AddFilledColumn(*writer, filled, row_of);
    writer->Commit();
    fs::rename(draft, out);
  } catch (const fs::filesystem_error& error) {
    fs::remove(draft, ignored);
    throw Error(ErrorCode::kIo, out + ": " + error.code().message());
  } catch (...) {
    fs::remove(draft, ignored);
    throw;
  }
}

}  // namespace hwnas
