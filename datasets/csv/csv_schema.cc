#include "datasets/csv/csv_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "datasets/generic_space_reader.h"
#include "datasets/schemas.h"
#include "tabular/error.h"
#include "tabular/number.h"
#include "tabular/spaces/generic.h"

namespace hwnas {

namespace {

/// Calls `parse` and puts file and line in front of what it refuses.
template <typename Parse>
auto At(const TomlTable& toml, const std::string& key, Parse parse) {
  try {
    return parse();
  } catch (const Error& e) {
    toml.Fail(key, e.what());
  }
}

std::map<std::string, Missing> ReadMarkers(const TomlTable& toml) {
  std::map<std::string, Missing> markers;
  for (const std::string& marker : toml.Keys()) {
    const std::string reason = toml.String(marker);
    markers[marker] = At(toml, marker, [&] {
      const Missing missing = ParseMissing(reason);
      if (missing == Missing::kNone) {
        throw Error(ErrorCode::kUsage, "'none' is no reason");
      }
      return missing;
    });
  }
  return markers;
}

std::optional<Missing> ReadAbsent(const TomlTable& toml) {
  if (!toml.Has("absent")) return std::nullopt;
  return At(toml, "absent",
            [&] { return ParseMissing(toml.String("absent")); });
}

Source ReadSource(const TomlTable& toml) {
  Source source;
  source.name = toml.String("name");
  source.origin = toml.String("origin", "");
  source.licence = toml.String("licence", "");
  source.citation = toml.String("citation", "");
  source.recipe = toml.String("recipe", "");
  source.compute = toml.String("compute", "");
  source.importer = "csv@1";
  return source;
}

Platform ReadPlatform(const TomlTable& toml) {
  Platform platform;
  platform.id = toml.String("id");
  platform.device = toml.String("device", platform.id);
  platform.category = toml.String("category", "");
  platform.processor = toml.String("processor", "");
  const int64_t batch = toml.Integer("batch", 0);
  if (batch < 0 || batch > 1'000'000) {
    toml.Fail("batch", "expected a number of images");
  }
  platform.batch = static_cast<int>(batch);
  platform.precision = toml.String("precision", "");
  platform.runtime = toml.String("runtime", "");
  platform.method = toml.String("method", "");
  const TomlTable facts = toml.Table("facts");
  for (const std::string& fact : facts.Keys()) {
    platform.facts[fact] = facts.Text(fact);
  }
  return platform;
}

CsvColumn ReadColumn(const TomlTable& toml, const CsvSchema& schema) {
  CsvColumn column;
  column.name = toml.String("name");
  column.column.metric =
      At(toml, "metric", [&] { return Metric::Parse(toml.String("metric")); });
  if (toml.Has("source") || schema.sources.size() != 1) {
    column.column.source = toml.String("source");
  } else {
    column.column.source = schema.sources[0].name;
  }
  std::vector<std::string> sources;
  for (const Source& source : schema.sources) sources.push_back(source.name);
  if (std::find(sources.begin(), sources.end(), column.column.source) ==
      sources.end()) {
    At(toml, "source",
       [&] { FailUnknown("source", column.column.source, sources); });
  }
  column.column.origin = At(toml, "origin", [&] {
    return ParseOrigin(toml.String("origin", "measured"));
  });
  if (column.column.origin == Origin::kPredicted) {
    toml.Fail("origin", "what predictors fill is not imported");
  }
  const int64_t mean_of = toml.Integer("mean_of", 0);
  if (mean_of < 0 || mean_of > 1'000'000) {
    toml.Fail("mean_of", "expected a number of replicates");
  }
  column.column.mean_of = static_cast<int>(mean_of);
  column.column.note = toml.String("note", "");
  column.prefer = toml.Bool("prefer", false);
  if (toml.Has("replicate") && toml.Has("replicate_column")) {
    toml.Fail("replicate",
              "is either a label or, as replicate_column, the "
              "column that holds it");
  }
  if (toml.Has("replicate")) {
    column.replicate = toml.Text("replicate");
  }
  column.replicate_column = toml.String("replicate_column", "");
  if (schema.duplicates == CsvDuplicates::kReplicates &&
      (!column.replicate.empty() || !column.replicate_column.empty())) {
    toml.Fail("name",
              "duplicates = \"replicates\" numbers the replicates; "
              "none can be named here");
  }
  column.scale = toml.Number("scale", 1);
  if (!(column.scale > 0)) toml.Fail("scale", "expected a positive number");
  column.missing = ReadMarkers(toml.Table("missing"));
  column.absent = ReadAbsent(toml);
  return column;
}

void ReadSpace(const TomlTable& toml, CsvSchema* schema) {
  if (!toml.Has("space")) {
    toml.Fail("",
              "the key 'space' is missing: a built-in space's name, or "
              "a table that describes one");
  }
  schema->space = At(toml, "space", [&] {
    if (!toml.HasTable("space")) return MakeSpace(toml.String("space"));
    const GenericDescription description =
        ReadGenericSpace(toml.Table("space"));
    schema->separator = description.separator;
    return MakeGenericSpace(description);
  });
}

}  // namespace

std::optional<Missing> CsvColumn::ReasonOf(const std::string& field) const {
  if (missing.empty()) return std::nullopt;
  const auto marker = missing.find(field);
  if (marker != missing.end()) return marker->second;
  const std::optional<double> number = TryParseNumber(field);
  if (!number.has_value()) return std::nullopt;
  for (const auto& [text, reason] : missing) {
    if (TryParseNumber(text) == number) return reason;
  }
  return std::nullopt;
}

CsvSchema ParseCsvSchema(const TomlTable& toml, const std::string& name) {
  CsvSchema schema;
  schema.name = name;
  ReadSpace(toml, &schema);
  schema.info.title = toml.String("title", name);
  const TomlTable defaults = toml.Table("defaults");
  schema.info.defaults.dataset = defaults.String("dataset", "");
  schema.info.defaults.split = defaults.String("split", "");
  if (!schema.info.defaults.split.empty() &&
      std::find(std::begin(kSplits), std::end(kSplits),
                schema.info.defaults.split) == std::end(kSplits)) {
    defaults.Fail("split", "expected train, val, test or valtest");
  }
  if (defaults.Has("fidelity")) {
    schema.info.defaults.fidelity = At(defaults, "fidelity", [&] {
      return Fidelity::Parse(defaults.String("fidelity"));
    });
  }
  schema.info.synthetic = toml.Bool("synthetic", false);
  schema.key = toml.Strings("key");
  schema.index = toml.String("index", "");
  schema.scheme = toml.String("scheme", "");
  if (schema.key.empty() && schema.index.empty()) {
    toml.Fail("",
              "neither 'key' (the column of the text form) nor 'index' "
              "(the column of a published index) is given");
  }
  if (schema.index.empty() != schema.scheme.empty()) {
    toml.Fail("",
              "'index' and 'scheme' go together: the column, and which "
              "published order it is of");
  }
  schema.ignore = toml.Strings("ignore");
  const std::string duplicates = toml.String("duplicates", "error");
  if (duplicates == "identical") {
    schema.duplicates = CsvDuplicates::kIdentical;
  } else if (duplicates == "replicates") {
    schema.duplicates = CsvDuplicates::kReplicates;
  } else if (duplicates != "error") {
    toml.Fail("duplicates", "expected error, identical or replicates");
  }
  for (const TomlTable& source : toml.Tables("source")) {
    schema.sources.push_back(ReadSource(source));
  }
  if (schema.sources.empty()) {
    // What a user measured needs no more provenance than its own file.
    schema.sources.push_back({.name = name, .importer = "csv@1"});
  }
  for (const TomlTable& platform : toml.Tables("platform")) {
    schema.platforms.push_back(ReadPlatform(platform));
  }
  const std::map<std::string, Missing> markers =
      ReadMarkers(toml.Table("missing"));
  const std::optional<Missing> absent = ReadAbsent(toml);
  const std::string replicate_column = toml.String("replicate_column", "");
  for (const TomlTable& entry : toml.Tables("column")) {
    CsvColumn column = ReadColumn(entry, schema);
    if (column.replicate.empty() && column.replicate_column.empty()) {
      column.replicate_column = replicate_column;
    }
    column.missing.insert(markers.begin(), markers.end());
    if (!column.absent.has_value()) column.absent = absent;
    schema.columns.push_back(std::move(column));
  }
  if (schema.columns.empty()) {
    toml.Fail("", "no [[column]] says which metric a column holds");
  }
  toml.CheckAllRead();
  return schema;
}

CsvSchema ReadCsvSchema(const std::string& name_or_path) {
  if (name_or_path.empty()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("csv needs --schema: a TOML file that explains "
                            "the columns, or one of {}",
                            fmt::join(BuiltInSchemaNames(), ", ")));
  }
  if (const auto known = FindBuiltInSchema(name_or_path)) {
    return ParseCsvSchema(TomlTable::ReadText(*known, name_or_path),
                          name_or_path);
  }
  if (!std::filesystem::exists(name_or_path) &&
      name_or_path.find('/') == std::string::npos &&
      name_or_path.find(".toml") == std::string::npos) {
    FailUnknown("schema (or schema file)", name_or_path, BuiltInSchemaNames());
  }
  return ParseCsvSchema(TomlTable::ReadFile(name_or_path),
                        std::filesystem::path(name_or_path).stem().string());
}

}  // namespace hwnas
