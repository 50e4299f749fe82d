#include "bench/reproduce/published_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "bench/harness/objective_text.h"
#include "datasets/file_reader.h"
#include "datasets/toml_reader.h"
#include "tabular/embedded_text.h"
#include "tabular/error.h"
#include "tabular/sha256.h"

namespace hwnas {

// The files of bench/reproduce, compiled in.
std::span<const EmbeddedText> PublishedTableTexts();

namespace {

constexpr int64_t kMostDecimals = 12;
constexpr int64_t kMostRuns = 1'000'000'000;

// One number for all columns, or one for each.
std::vector<std::optional<double>> PerColumn(const TomlTable& toml,
                                             const std::string& key,
                                             size_t columns) {
  std::vector<std::optional<double>> out(columns);
  if (!toml.Has(key)) return out;
  const std::vector<double> numbers = toml.Numbers(key);
  if (numbers.size() != 1 && numbers.size() != columns) {
    toml.Fail(key, fmt::format("expected 1 or {} numbers, found {}", columns,
                               numbers.size()));
  }
  for (size_t i = 0; i < columns; ++i) {
    out[i] = numbers.size() == 1 ? numbers[0] : numbers[i];
    if (*out[i] < 0) toml.Fail(key, "a tolerance is not negative");
  }
  return out;
}

// By what a table's files name the figures of predictions.
constexpr std::pair<const char*, double PredictionFigures::*> kFigures[] = {
    {"kendall", &PredictionFigures::kendall},
    {"spearman", &PredictionFigures::spearman},
    {"r2", &PredictionFigures::r2},
    {"mae", &PredictionFigures::mae},
};

double PredictionFigures::*ReadFigure(const TomlTable& toml) {
  const std::string text = toml.String("figure", "kendall");
  for (const auto& [name, figure] : kFigures) {
    if (text == name) return figure;
  }
  toml.Fail("figure",
            fmt::format("expected kendall, spearman, r2 or mae, found '{}'",
                        Quoted(text)));
}

std::vector<PublishedCell> ReadCells(const TomlTable& toml,
                                     const std::vector<PublishedColumn>& all) {
  const size_t columns = all.size();
  std::vector<PublishedCell> cells(columns);
  const std::vector<std::vector<double>> published = toml.Matrix("published");
  if (published.size() != columns) {
    toml.Fail("published",
              fmt::format("expected {} cells, one a column, found {}", columns,
                          published.size()));
  }
  const auto value = PerColumn(toml, "tolerance", columns);
  const auto relative = PerColumn(toml, "sd_relative", columns);
  const auto absolute = PerColumn(toml, "sd_absolute", columns);
  const double errors = toml.Number("errors", Tolerance().errors);
  if (!(errors > 0)) toml.Fail("errors", "expected more than 0");
  const bool not_worse = toml.Bool("not_worse", false);
  for (size_t i = 0; i < columns; ++i) {
    if (published[i].size() > 2) {
      toml.Fail("published",
                "a cell is [], [value] or [value, standard deviation]");
    }
    if (!published[i].empty()) cells[i].value = published[i][0];
    if (published[i].size() == 2) cells[i].sd = published[i][1];
    const bool least = all[i].figure == &PredictionFigures::mae;
    const Side side = !not_worse ? Side::kBoth
                      : least    ? Side::kAbove
                                 : Side::kBelow;
    cells[i].tolerance = {value[i], relative[i], absolute[i], errors, side};
  }
  return cells;
}

RowSource ReadSource(const TomlTable& toml) {
  const std::string text = toml.String("from");
  if (text == "strategy") return RowSource::kStrategy;
  if (text == "optimum") return RowSource::kOptimum;
  if (text == "transfer") return RowSource::kTransfer;
  if (text == "predictor") return RowSource::kPredictor;
  if (text == "statistic") return RowSource::kStatistic;
  if (text == "selection") return RowSource::kSelection;
  if (text == "claim") return RowSource::kClaim;
  if (text == "not built") return RowSource::kNotBuilt;
  if (text == "not testable") return RowSource::kNotTestable;
  if (text == "not reproducible") return RowSource::kNotReproducible;
  toml.Fail("from",
            fmt::format("expected strategy, optimum, statistic, selection, "
                        "transfer, predictor, claim, not built, not "
                        "reproducible or not testable, found '{}'",
                        Quoted(text)));
}

class Reader {
 public:
  explicit Reader(const TomlTable& toml) : toml_(toml) {}

  PublishedTable Read() {
    table_.name = toml_.String("name");
    table_.title = toml_.String("title");
    table_.source = toml_.String("source");
    table_.note = toml_.String("note", "");
    ReadData();
    const std::string certainty = toml_.String("certainty");
    const std::optional<Certainty> found = FindCertainty(certainty);
    if (!found) {
      toml_.Fail("certainty",
                 fmt::format("expected copied, computed or recalled, found "
                             "'{}'",
                             Quoted(certainty)));
    }
    table_.certainty = *found;
    table_.decimals =
        static_cast<int>(Bounded(toml_, "decimals", 2, 0, kMostDecimals));
    table_.runs = static_cast<size_t>(Bounded(toml_, "runs", 0, 0, kMostRuns));
    if (toml_.Has("experiment")) {
      table_.experiment = Experiment::FromToml(toml_.Table("experiment"));
    }
    ReadSplits();
    ReadProtocols();
    ReadStudies();
    ReadColumns();
    ReadRows();
    ReadDifferences();
    ReadMeans();
    toml_.CheckAllRead();
    return std::move(table_);
  }

 private:
  static int64_t Bounded(const TomlTable& toml, const std::string& key,
                         int64_t fallback, int64_t least, int64_t most) {
    const int64_t value = toml.Integer(key, fallback);
    if (value < least || value > most) {
      toml.Fail(key,
                fmt::format("expected {} to {}, found {}", least, most, value));
    }
    return value;
  }
  static size_t CountOf(const TomlTable& toml, const std::string& key,
                        int64_t fallback, int64_t least) {
    return static_cast<size_t>(Bounded(toml, key, fallback, least, 1'000'000));
  }

  void ReadData() {
    table_.data.base = toml_.String("data", "");
    for (const TomlTable& toml : toml_.Tables("import")) {
      table_.data.imports.push_back({toml.String("source"),
                                     toml.Strings("paths"),
                                     toml.String("schema", "")});
    }
    if (table_.data.empty()) return;
    try {
      CheckPublishedData(table_.data);
    } catch (const Error& error) {
      toml_.Fail(table_.data.imports.empty() ? "data" : "import", error.what());
    }
  }

  void ReadSplits() {
    for (const TomlTable& toml : toml_.Tables("split")) {
      table_.splits.push_back({toml.String("name"), toml.Strings("source"),
                               toml.Strings("target")});
    }
  }

  void ReadProtocols() {
    for (const TomlTable& toml : toml_.Tables("protocol")) {
      TransferProtocol protocol;
      protocol.name = toml.String("name");
      TransferStudySpec& study = protocol.study;
      study.samples = {CountOf(toml, "samples", 10, 3)};
      study.source_architectures =
          CountOf(toml, "source_architectures", 900, 10);
      study.candidates = CountOf(toml, "candidates", 0, 0);
      study.draws = CountOf(toml, "draws", 20, 1);
      study.sampler = ParseSampler(toml.String("sampler", "d-optimal"));
      if (toml.Has("reference_scheme")) {
        study.reference = {toml.String("reference_scheme"), {}};
        for (const double index : toml.Numbers("reference")) {
          study.reference->indices.push_back(static_cast<int64_t>(index));
        }
        study.sampler = Sampler::kFixed;
      }
      if (toml.Has("subset_scheme")) {
        study.subset = {
            toml.String("subset_scheme"), toml.Integer("subset_first"),
            toml.Integer("subset_last"), toml.Number("subset_drop", 0.1)};
      }
      table_.protocols.push_back(std::move(protocol));
    }
  }

  void ReadStudies() {
    for (const TomlTable& toml : toml_.Tables("study")) {
      PredictorStudy study;
      study.name = toml.String("name");
      EvaluationSpec& spec = study.spec;
      spec.predictor = toml.String("predictor", spec.predictor);
      if (toml.Has("options")) {
        const TomlTable options = toml.Table("options");
        for (const std::string& key : options.Keys()) {
          spec.options[key] = options.Number(key);
        }
      }
      spec.encodings = toml.String("encoding", spec.encodings);
      spec.stored = toml.Strings("stored");
      spec.test = CountOf(toml, "test", 0, 0);
      spec.splits = CountOf(toml, "draws", 20, 1);
      spec.relatives = toml.Bool("relatives", false);
      spec.connected = toml.Bool("connected", false);
      // Names and options are refused here, not after an hour.
      MakePredictor(spec.predictor, spec.options);
      table_.studies.push_back(std::move(study));
    }
  }

  // What a column of transfer rows says of splits is there.
  void CheckColumn(const TomlTable& toml, const PublishedColumn& column) const {
    if (!column.split.empty()) {
      const auto split = std::find_if(
          table_.splits.begin(), table_.splits.end(),
          [&](const PublishedSplit& s) { return s.name == column.split; });
      if (split == table_.splits.end()) {
        toml.Fail("split",
                  fmt::format("there is no split '{}'", Quoted(column.split)));
      }
      for (const std::string& target : column.targets) {
        if (std::find(split->target.begin(), split->target.end(), target) ==
            split->target.end()) {
          toml.Fail("targets", fmt::format("'{}' is no target of the split",
                                           Quoted(target)));
        }
      }
    }
    for (const std::string& name : column.geomean_of) {
      const auto other = std::find_if(
          table_.columns.begin(), table_.columns.end(),
          [&](const PublishedColumn& c) { return c.name == name; });
      if (other == table_.columns.end() || other->split.empty()) {
        toml.Fail("geomean_of", fmt::format("no column '{}' of a split stands "
                                            "before this one",
                                            Quoted(name)));
      }
    }
  }

  void ReadColumns() {
    for (const TomlTable& toml : toml_.Tables("column")) {
      PublishedColumn column{toml.String("name"),
                             toml.String("metric", ""),
                             toml.String("problem", ""),
                             toml.String("split", ""),
                             toml.Strings("targets"),
                             toml.Strings("geomean_of"),
                             toml.Bool("on_platform", false),
                             toml.Number("scale", 1),
                             ReadFigure(toml)};
      CheckColumn(toml, column);
      if (!column.metric.empty()) {
        Metric::Parse(ParseObjective(column.metric).metric);
      }
      if (column.scale == 0) toml.Fail("scale", "it is not 0");
      if (!column.problem.empty() && !HasProblem(column.problem)) {
        toml.Fail("problem", fmt::format("the experiment has no problem '{}'",
                                         Quoted(column.problem)));
      }
      table_.columns.push_back(std::move(column));
    }
    if (table_.columns.empty()) toml_.Fail("column", "there must be a column");
  }

  bool HasProblem(const std::string& name) const {
    if (!table_.experiment) return false;
    for (const ProblemSpec& problem : table_.experiment->problems) {
      if (problem.name == name) return true;
    }
    return false;
  }

  bool HasStrategy(const std::string& label) const {
    if (!table_.experiment) return false;
    for (const StrategySpec& strategy : table_.experiment->strategies) {
      if (strategy.label == label) return true;
    }
    return false;
  }

  void ReadRows() {
    for (const TomlTable& toml : toml_.Tables("row")) {
      PublishedRow row;
      row.name = toml.String("name");
      row.source = ReadSource(toml);
      row.cells = ReadCells(toml, table_.columns);
      row.runs = static_cast<size_t>(Bounded(toml, "runs", 0, 0, kMostRuns));
      if (row.source == RowSource::kStrategy) {
        row.strategy = toml.String("strategy", row.name);
        if (!HasStrategy(row.strategy)) {
          toml.Fail("from", fmt::format("the experiment has no strategy '{}'",
                                        Quoted(row.strategy)));
        }
        for (const PublishedColumn& column : table_.columns) {
          if (!column.problem.empty()) continue;
          toml.Fail("from", fmt::format("column '{}' names no problem",
                                        Quoted(column.name)));
        }
      }
      if (row.source == RowSource::kTransfer) {
        row.protocol = toml.String("protocol", row.name);
        const bool known = std::any_of(
            table_.protocols.begin(), table_.protocols.end(),
            [&](const TransferProtocol& p) { return p.name == row.protocol; });
        if (!known) {
          toml.Fail("protocol", fmt::format("there is no protocol '{}'",
                                            Quoted(row.protocol)));
        }
        for (const PublishedColumn& column : table_.columns) {
          if (!column.split.empty() || !column.geomean_of.empty()) continue;
          toml.Fail("from", fmt::format("column '{}' names no split",
                                        Quoted(column.name)));
        }
      }
      CheckMetrics(toml, row);
      ReadFiguresOfTheTable(toml, &row);
      row.claim.claim = toml.String("claim", "");
      if (row.source == RowSource::kClaim) ReadClaim(toml, &row.claim);
      if (row.source == RowSource::kPredictor) ReadPredictorRow(toml, &row);
      if (row.source == RowSource::kNotBuilt ||
          row.source == RowSource::kNotReproducible ||
          row.source == RowSource::kNotTestable) {
        row.reason = toml.String("reason");
      }
      table_.rows.push_back(std::move(row));
    }
    if (table_.rows.empty()) toml_.Fail("row", "there must be a row");
  }

  // Ours are of the columns' metrics, but for claims and what is not there.
  void CheckMetrics(const TomlTable& toml, const PublishedRow& row) const {
    if (row.source == RowSource::kClaim || row.source == RowSource::kNotBuilt ||
        row.source == RowSource::kNotReproducible ||
        row.source == RowSource::kNotTestable) {
      return;
    }
    for (const PublishedColumn& column : table_.columns) {
      if (!column.metric.empty()) continue;
      toml.Fail("from",
                fmt::format("column '{}' has no metric", Quoted(column.name)));
    }
  }

  void ReadClaim(const TomlTable& toml, ClaimSpec* claim) const {
    claim->check = ParseClaimCheck(toml.String("check"));
    const auto metrics = [&toml](const char* key) {
      const std::vector<std::string> texts = toml.Strings(key);
      for (const std::string& text : texts) {
        Metric::Parse(ParseObjective(text).metric);
      }
      return texts;
    };
    claim->metrics = metrics("metrics");
    claim->against = metrics("against");
    if (toml.Has("accuracy")) {
      claim->accuracy = ParseObjective(toml.String("accuracy"));
      Metric::Parse(claim->accuracy.metric);
    }
    claim->platforms = toml.Strings("platforms");
    claim->operators = toml.Strings("operators");
    claim->holds_at = toml.Number("holds_at", claim->holds_at);
    claim->elite = toml.Number("elite", claim->elite);
    if (!(claim->elite > 0 && claim->elite <= 1)) {
      toml.Fail("elite", "a share is above 0 and at most 1");
    }
    claim->problem = toml.String("problem", "");
    const bool on_runs = claim->check == ClaimCheck::kRandomNeeds ||
                         claim->check == ClaimCheck::kJoint;
    if (!on_runs) return;
    claim->strategy = toml.String("strategy");
    if (!HasStrategy(claim->strategy)) {
      toml.Fail("strategy", fmt::format("the experiment has no strategy '{}'",
                                        Quoted(claim->strategy)));
    }
  }

  // What rows from statistic and selection say, and the limits of any row.
  void ReadFiguresOfTheTable(const TomlTable& toml, PublishedRow* row) const {
    row->platform = toml.String("platform", "");
    for (const std::string& text : toml.Strings("limits")) {
      row->selection.limits.push_back(ParseConstraint(text));
    }
    if (row->source == RowSource::kStatistic) {
      const std::string name = toml.String("statistic");
      const std::optional<Statistic> found = FindStatistic(name);
      if (!found) {
        toml.Fail("statistic",
                  fmt::format("expected count, minimum, maximum, mean, best or "
                              "rank, found '{}'",
                              Quoted(name)));
      }
      row->statistic = *found;
      if (*found == Statistic::kRank) {
        row->architecture = toml.String("architecture");
      }
    }
    if (row->source == RowSource::kSelection) {
      row->selection.select = ParseObjective(toml.String("select"));
      Metric::Parse(row->selection.select.metric);
      if (toml.Has("among")) {
        row->selection.among = ParseObjective(toml.String("among"));
        Metric::Parse(row->selection.among.metric);
      }
    }
    if (!row->platform.empty()) return;
    for (const PublishedColumn& column : table_.columns) {
      if (!column.on_platform) continue;
      toml.Fail("platform", fmt::format("column '{}' is of the row's platform",
                                        Quoted(column.name)));
    }
  }

  void ReadPredictorRow(const TomlTable& toml, PublishedRow* row) const {
    row->study = toml.String("study", row->name);
    const bool known = std::any_of(
        table_.studies.begin(), table_.studies.end(),
        [row](const PredictorStudy& s) { return s.name == row->study; });
    if (!known) {
      toml.Fail("study",
                fmt::format("there is no study '{}'", Quoted(row->study)));
    }
    row->metric = toml.String("metric", "");
    if (!row->metric.empty()) Metric::Parse(row->metric);
    const int64_t train = toml.Integer("train");
    if (train < 1) toml.Fail("train", "expected at least 1");
    row->train = static_cast<size_t>(train);
  }

  const PublishedRow* FindRow(const std::string& name) const {
    const auto row =
        std::find_if(table_.rows.begin(), table_.rows.end(),
                     [&name](const PublishedRow& r) { return r.name == name; });
    return row == table_.rows.end() ? nullptr : &*row;
  }

  void ReadMeans() {
    for (const TomlTable& toml : toml_.Tables("mean")) {
      PublishedMean mean{toml.String("name"), toml.Strings("rows")};
      if (mean.rows.empty()) toml.Fail("rows", "there must be a row");
      for (const std::string& name : mean.rows) {
        const PublishedRow* row = FindRow(name);
        if (row == nullptr || row->source != RowSource::kPredictor) {
          toml.Fail("rows", fmt::format("no row '{}' comes from a predictor",
                                        Quoted(name)));
        }
      }
      table_.means.push_back(std::move(mean));
    }
  }

  void ReadDifferences() {
    for (const TomlTable& toml : toml_.Tables("difference")) {
      PublishedDifference difference{toml.String("a"), toml.String("b"),
                                     toml.Bool("expect_better", false),
                                     ReadDifferenceColumns(toml)};
      const PublishedRow* first = FindRow(difference.a);
      for (const auto& [key, name] :
           {std::pair{"a", difference.a}, std::pair{"b", difference.b}}) {
        const PublishedRow* row = FindRow(name);
        if (row == nullptr || row->source != first->source ||
            (row->source != RowSource::kStrategy &&
             row->source != RowSource::kPredictor)) {
          toml.Fail(key, fmt::format("no row '{}' comes from a strategy, or "
                                     "from a predictor as the other row does",
                                     Quoted(name)));
        }
      }
      table_.differences.push_back(std::move(difference));
    }
  }

  std::vector<size_t> ReadDifferenceColumns(const TomlTable& toml) const {
    const std::vector<std::string> names = toml.Strings("columns");
    std::vector<size_t> columns;
    for (size_t c = 0; c < table_.columns.size(); ++c) {
      const auto found =
          std::find(names.begin(), names.end(), table_.columns[c].name);
      if (names.empty() || found != names.end()) columns.push_back(c);
    }
    if (!names.empty() && columns.size() != names.size()) {
      toml.Fail("columns", "each has to be a column's name, given once");
    }
    return columns;
  }

  const TomlTable& toml_;
  PublishedTable table_;
};

}  // namespace

PublishedTable PublishedTable::ReadFile(const std::string& path) {
  constexpr size_t kMostBytes = size_t{16} << 20;  // what TomlTable takes
  return ReadText(ReadWholeFile(path, kMostBytes), path);
}

PublishedTable PublishedTable::ReadText(std::string_view text,
                                        const std::string& name) {
  PublishedTable table = Reader(TomlTable::ReadText(text, name)).Read();
  table.digest = Sha256Hex(text);
  return table;
}

std::vector<PublishedTable> BuiltInPublishedTables() {
  std::vector<PublishedTable> tables;
  for (const EmbeddedText& file : PublishedTableTexts()) {
    tables.push_back(
        PublishedTable::ReadText(file.text, std::string(file.name)));
  }
  std::sort(tables.begin(), tables.end(),
            [](const PublishedTable& a, const PublishedTable& b) {
              return a.name < b.name;
            });
  return tables;
}

PublishedTable FindPublishedTable(const std::string& name) {
  if (name.ends_with(".toml")) return PublishedTable::ReadFile(name);
  std::vector<std::string> known;
  for (PublishedTable& table : BuiltInPublishedTables()) {
    if (table.name == name) return std::move(table);
    known.push_back(table.name);
  }
  FailUnknown("published table", name, known);
}

}  // namespace hwnas
