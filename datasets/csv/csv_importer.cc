#include "datasets/csv/csv_importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <unordered_map>
#include <utility>

#include "datasets/csv/csv_schema.h"
#include "datasets/csv_reader.h"
#include "datasets/decimal.h"
#include "datasets/file_reader.h"
#include "datasets/platforms.h"
#include "tabular/number.h"
#include "tabular/quantity_domain.h"

namespace hwnas {

namespace {

/// The field times the scale. A power of ten moves the decimal point of the
/// text, so that the result is the nearest number to the exact product.
std::optional<double> ParseScaled(const std::string& field, double scale) {
  const int exponent = static_cast<int>(std::lround(std::log10(scale)));
  if (TryParseNumber(fmt::format("1e{}", exponent)) == scale) {
    return ScaleDecimal(std::string_view(field), exponent);
  }
  const std::optional<double> plain = TryParseNumber(field);
  if (!plain.has_value() || !std::isfinite(*plain * scale)) return std::nullopt;
  return *plain * scale;
}

/// A column while a file is read.
struct ActiveColumn {
  const CsvColumn* schema = nullptr;
  size_t field = 0;
  size_t replicate_field = 0;  // where there is a replicate_column
  int64_t id = 0;
  std::set<std::string> labels;
  double largest = 0;
  size_t values = 0;
};

class CsvImport {
 public:
  CsvImport(const CsvSchema& schema, TableWriter& writer)
      : schema_(schema), writer_(writer) {}

  void File(const std::string& path) {
    CsvReader csv = CsvReader::ReadFile(path);
    Resolve(csv);
    seen_.clear();
    while (csv.Next()) Row(csv);
    NoteFractions();
    for (ActiveColumn& column : columns_) {
      if (!column.schema->absent.has_value()) continue;
      for (const std::string& label : column.labels) {
        writer_.FillGaps(column.id, label, *column.schema->absent);
      }
    }
  }

  ImportReport TakeReport() {
    report_.architectures = static_cast<int64_t>(met_.size());
    return std::move(report_);
  }

  void AddSourcesAndPlatforms() {
    for (const Source& source : schema_.sources) writer_.AddSource(source);
    for (const Platform& platform : schema_.platforms) {
      writer_.AddPlatform(platform);
    }
    std::set<std::string> own;
    for (const Platform& platform : schema_.platforms) own.insert(platform.id);
    for (const CsvColumn& column : schema_.columns) {
      const std::string& id = column.column.metric.platform;
      if (!id.empty() && own.insert(id).second) {
        AddPlatformById(id, writer_, &report_);
      }
    }
  }

 private:
  void Resolve(const CsvReader& csv) {
    key_fields_.clear();
    for (const std::string& name : schema_.key) {
      key_fields_.push_back(csv.Column(name));
    }
    std::set<std::string> described(schema_.key.begin(), schema_.key.end());
    if (!schema_.index.empty()) {
      index_field_ = csv.Column(schema_.index);
      described.insert(schema_.index);
    }
    for (const std::string& name : schema_.ignore) {
      csv.Column(name);
      described.insert(name);
    }
    columns_.clear();
    for (const CsvColumn& column : schema_.columns) {
      ActiveColumn active;
      active.schema = &column;
      active.field = csv.Column(column.name);
      described.insert(column.name);
      if (!column.replicate_column.empty()) {
        active.replicate_field = csv.Column(column.replicate_column);
        described.insert(column.replicate_column);
      }
      Column complete = column.column;
      complete.metric =
          CompleteMetric(complete.metric, writer_.Info().defaults);
      active.id = writer_.AddColumn(complete);
      if (column.prefer) writer_.Prefer(active.id);
      columns_.push_back(std::move(active));
    }
    for (const std::string& name : csv.Header()) {
      if (described.count(name) == 0) {
        csv.Fail(
            fmt::format("the schema '{}' does not know the column '{}'; "
                        "describe it, or list it under 'ignore'",
                        schema_.name, Quoted(name)));
      }
    }
  }

  int64_t FindRow(const CsvReader& csv) {
    if (key_fields_.empty()) {
      const std::string& index = csv.Field(index_field_);
      const std::optional<int64_t> row =
          writer_.FindAlias(schema_.scheme, index);
      if (!row.has_value()) {
        throw Error(
            ErrorCode::kNotFound,
            fmt::format("{}: the table knows no index '{}' of '{}'; import "
                        "first what says which architecture has it",
                        csv.Place(), Quoted(index), schema_.scheme));
      }
      return *row;
    }
    std::string text = csv.Field(key_fields_[0]);
    for (size_t i = 1; i < key_fields_.size(); ++i) {
      text += schema_.separator;
      text += csv.Field(key_fields_[i]);
    }
    const int64_t row = [&] {
      try {
        return writer_.AddArchitecture(writer_.Space().Parse(text));
      } catch (const Error& e) {
        if (e.Code() != ErrorCode::kUsage) throw;
        csv.Fail(e.what());
      }
    }();
    if (!schema_.index.empty()) {
      const std::string& index = csv.Field(index_field_);
      if (index.empty()) csv.Fail("an empty index");
      Guard(csv, [&] { writer_.AddAlias(schema_.scheme, index, row); });
    }
    return row;
  }

  void Row(const CsvReader& csv) {
    const int64_t row = FindRow(csv);
    met_.insert(row);
    std::string occurrence;
    if (schema_.duplicates == CsvDuplicates::kReplicates) {
      occurrence = fmt::format("{}", occurrences_[row]++);
    } else {
      CheckDuplicate(csv, row);
    }
    for (ActiveColumn& column : columns_) {
      std::string label = column.schema->replicate;
      if (!column.schema->replicate_column.empty()) {
        label = csv.Field(column.replicate_field);
        if (label.empty()) csv.Fail("an empty replicate label");
      }
      if (schema_.duplicates == CsvDuplicates::kReplicates) label = occurrence;
      Set(csv, row, column, label);
    }
  }

  void Set(const CsvReader& csv, int64_t row, ActiveColumn& column,
           const std::string& label) {
    const std::string& field = csv.Field(column.field);
    Value value;
    if (const auto reason = column.schema->ReasonOf(field)) {
      value.missing = *reason;
      ++report_.gaps;
    } else {
      const std::optional<double> number =
          ParseScaled(field, column.schema->scale);
      if (!number.has_value()) {
        csv.Fail(fmt::format(
            "column '{}': '{}' is no finite number, nor "
            "declared to mean a missing value (missing = "
            "{{\"{}\" = \"not measured\"}})",
            Quoted(column.schema->name), Quoted(field), Quoted(field)));
      }
      value.value = *number;
      CheckDomain(csv, column, value.value);
      column.largest = std::max(column.largest, value.value);
      ++column.values;
      ++report_.values;
    }
    Guard(csv, [&] { writer_.Set(column.id, label, row, value); });
    column.labels.insert(label);
  }

  /// Refuses what the quantity cannot be, which is a wrong unit or a marker
  /// that the schema does not declare.
  void CheckDomain(const CsvReader& csv, const ActiveColumn& column,
                   double value) const {
    const QuantityInfo& quantity =
        FindQuantity(column.schema->column.metric.quantity);
    const QuantityDomain domain = DomainOf(quantity);
    if (domain.Holds(value)) return;
    const std::string& field = csv.Field(column.field);
    csv.Fail(fmt::format(
        "column '{}': {} of {}{}{}, it can be {}; 'scale' brings it into the "
        "unit, and what stands for a gap is declared (missing = {{\"{}\" = "
        "\"not measured\"}})",
        Quoted(column.schema->name), quantity.name, FormatNumber(value),
        quantity.unit.empty() ? "" : " ", quantity.unit, domain.Text(),
        Quoted(field)));
  }

  /// Accuracies as fractions are in every domain.
  void NoteFractions() {
    for (const ActiveColumn& column : columns_) {
      const std::string& quantity = column.schema->column.metric.quantity;
      const bool accuracy =
          quantity == "accuracy" || quantity == "top5-accuracy";
      if (!accuracy || column.values == 0 || column.largest > 1) continue;
      report_.notes.push_back(fmt::format(
          "column '{}': no {} is above 1 %; fractions need scale = 100",
          Quoted(column.schema->name), quantity));
    }
  }

  /// Identical duplicates need no check here: the writer refuses a value that
  /// differs from one that is there.
  void CheckDuplicate(const CsvReader& csv, int64_t row) {
    if (schema_.duplicates == CsvDuplicates::kIdentical) return;
    const auto [first, fresh] = seen_.try_emplace(Label(csv, row), csv.Line());
    if (fresh) return;
    csv.Fail(fmt::format(
        "{} stands on line {} already; say what duplicates mean in the schema "
        "(duplicates = \"identical\" or \"replicates\")",
        Describe(csv), first->second));
  }

  /// What the writer refuses gets the file's line in front.
  template <typename Call>
  void Guard(const CsvReader& csv, Call call) {
    try {
      call();
    } catch (const Error& e) {
      if (e.Code() != ErrorCode::kUsage) throw;
      throw Error(ErrorCode::kUsage,
                  fmt::format("{}: {}", csv.Place(), e.what()));
    }
  }

  /// The row and the labels that its columns take from the file.
  std::string Label(const CsvReader& csv, int64_t row) const {
    std::string label = fmt::format("{}", row);
    std::set<size_t> fields;
    for (const ActiveColumn& column : columns_) {
      if (!column.schema->replicate_column.empty()) {
        fields.insert(column.replicate_field);
      }
    }
    for (const size_t field : fields) label += '\0' + csv.Field(field);
    return label;
  }

  std::string Describe(const CsvReader& csv) const {
    std::string name;
    if (key_fields_.empty()) name = csv.Field(index_field_);
    for (const size_t field : key_fields_) {
      if (field != key_fields_[0]) name += schema_.separator;
      name += csv.Field(field);
    }
    return fmt::format("architecture '{}'", Quoted(name));
  }

  const CsvSchema& schema_;
  TableWriter& writer_;
  ImportReport report_;
  std::vector<size_t> key_fields_;
  size_t index_field_ = 0;
  std::vector<ActiveColumn> columns_;
  std::unordered_map<std::string, size_t> seen_;     // to the first line
  std::unordered_map<int64_t, size_t> occurrences_;  // of a row
  std::set<int64_t> met_;
};

class CsvImporter : public Importer {
 public:
  CsvImporter() {
    info_.name = "csv";
    info_.summary =
        "any CSV file, explained by a TOML (--schema); schemas of published "
        "files are built in";
    info_.obtain =
        "your own; or the published files that the built-in schemas describe";
    info_.size = "up to 1 GiB";
    info_.licence = "that of the file";
    info_.spaces = {"any"};
    info_.metrics = {"any"};
  }

  const DatasetInfo& Info() const override { return info_; }

  std::shared_ptr<const SearchSpace> NewSpace(const ImportOptions& options,
                                              TableInfo* info) const override {
    const CsvSchema schema = ReadCsvSchema(options.schema);
    *info = schema.info;
    return schema.space;
  }

  ImportReport Import(const ImportOptions& options,
                      TableWriter& writer) const override {
    const CsvSchema schema = ReadCsvSchema(options.schema);
    if (schema.space->Spec() != writer.Space().Spec()) {
      throw Error(
          ErrorCode::kUsage,
          fmt::format("the schema '{}' is of the space {}, the table "
                      "of {}",
                      schema.name, schema.space->Id(), writer.Space().Id()));
    }
    CsvImport import(schema, writer);
    import.AddSourcesAndPlatforms();
    for (const std::string& path : options.paths) import.File(path);
    return import.TakeReport();
  }

  bool Recognizes(const std::string& path) const override {
    const std::string start = ReadFilePrefix(path, 4096);
    const size_t end = start.find('\n');
    if (end == std::string::npos) return false;
    const std::string_view header = std::string_view(start).substr(0, end);
    return header.find(',') != std::string_view::npos &&
           std::all_of(header.begin(), header.end(), [](char c) {
             const auto byte = static_cast<unsigned char>(c);
             return (byte >= 0x20 && byte != '{' && byte != '[' &&
                     byte != 0x7f) ||
                    byte == '\r';
           });
  }

 private:
  DatasetInfo info_;
};

}  // namespace

std::unique_ptr<Importer> MakeCsvImporter() {
  return std::make_unique<CsvImporter>();
}

}  // namespace hwnas
