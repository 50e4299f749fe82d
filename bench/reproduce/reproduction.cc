#include "bench/reproduce/reproduction.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "bench/report/csv.h"
#include "bench/report/wording.h"

namespace hwnas {
namespace {

using Json = nlohmann::ordered_json;

Json Number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json CellJson(const ReproducedCell& cell) {
  return {
      {"row", cell.row},
      {"column", cell.column},
      {"published", Number(cell.published)},
      {"published_sd", Number(cell.published_sd)},
      {"ours", Number(cell.ours)},
      {"ours_sd", Number(cell.ours_sd)},
      {"interval", cell.low && cell.high ? Json::array({*cell.low, *cell.high})
                                         : Json(nullptr)},
      {"verdict", VerdictName(cell.verdict)},
      {"reason", cell.reason}};
}

Json ToJson(const Reproduction& reproduction) {
  Json cells = Json::array();
  for (const ReproducedCell& cell : reproduction.cells) {
    cells.push_back(CellJson(cell));
  }
  return {{"name", reproduction.name}, {"cells", std::move(cells)}};
}

std::optional<double> NumberOf(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<double>();
}

// The inverse of CellJson; throws what the JSON library throws.
ReproducedCell CellFromJson(const Json& json) {
  ReproducedCell cell;
  cell.row = json.at("row");
  cell.column = json.at("column");
  cell.published = NumberOf(json.at("published"));
  cell.published_sd = NumberOf(json.at("published_sd"));
  cell.ours = NumberOf(json.at("ours"));
  cell.ours_sd = NumberOf(json.at("ours_sd"));
  if (const Json& interval = json.at("interval"); !interval.is_null()) {
    cell.low = interval.at(0).get<double>();
    cell.high = interval.at(1).get<double>();
  }
  cell.verdict = FindVerdict(json.at("verdict").get<std::string>()).value();
  cell.reason = json.at("reason");
  return cell;
}

std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string FigureText(const std::optional<double>& value,
                       const std::optional<double>& sd, int decimals) {
  if (!value) return "-";
  std::string text = Fixed(*value, decimals);
  if (sd) text += " ± " + Fixed(*sd, decimals);
  return text;
}

}  // namespace

Reproduction Described(const PublishedTable& published) {
  Reproduction out;
  out.name = published.name;
  out.title = published.title;
  out.source = published.source;
  out.certainty = published.certainty;
  out.note = published.note;
  out.decimals = published.decimals;
  return out;
}

bool Reproduction::Agrees() const {
  for (const ReproducedCell& cell : cells) {
    if (cell.verdict == Verdict::kNotReproduced ||
        cell.verdict == Verdict::kDiffersFromRecalled) {
      return false;
    }
  }
  // What a synthetic table says is neither for nor against the source.
  return synthetic ||
         std::all_of(differences.begin(), differences.end(),
                     [](const ReproducedDifference& d) { return d.Holds(); });
}

Reproduction NotTestable(const PublishedTable& published,
                         const std::string& reason) {
  Reproduction out = Described(published);
  for (const PublishedRow& row : published.rows) {
    for (size_t c = 0; c < published.columns.size(); ++c) {
      if (row.source == RowSource::kStatistic && !row.cells[c].value) continue;
      ReproducedCell cell;
      cell.row = row.name;
      cell.column = published.columns[c].name;
      cell.published = row.cells[c].value;
      cell.published_sd = row.cells[c].sd;
      cell.reason = reason;
      out.cells.push_back(std::move(cell));
    }
  }
  return out;
}

VerdictCounts CountVerdicts(const std::vector<Reproduction>& list) {
  VerdictCounts counts;
  counts.by_verdict.resize(kVerdicts);
  for (const Reproduction& reproduction : list) {
    for (const ReproducedCell& cell : reproduction.cells) {
      ++counts.by_verdict[size_t(cell.verdict)];
    }
  }
  counts.good = counts.by_verdict[size_t(Verdict::kReproduced)] +
                counts.by_verdict[size_t(Verdict::kClose)];
  counts.reproducible =
      counts.good + counts.by_verdict[size_t(Verdict::kNotReproduced)];
  return counts;
}

std::string CellsToJson(const std::vector<ReproducedCell>& cells) {
  Json json = Json::array();
  for (const ReproducedCell& cell : cells) json.push_back(CellJson(cell));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::vector<ReproducedCell>> CellsFromJson(
    std::string_view text) {
  std::vector<ReproducedCell> cells;
  try {
    for (const Json& cell : Json::parse(text)) {
      cells.push_back(CellFromJson(cell));
    }
  } catch (const std::exception&) {  // of the JSON library, or a wrong verdict
    return std::nullopt;
  }
  return cells;
}

std::string DrawsToJson(const std::string& label,
                        const std::vector<double>& draws) {
  return Json({{"label", label}, {"draws", draws}})
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::pair<std::string, std::vector<double>>> DrawsFromJson(
    std::string_view text) {
  try {
    const Json json = Json::parse(text);
    return std::pair(json.at("label").get<std::string>(),
                     json.at("draws").get<std::vector<double>>());
  } catch (const std::exception&) {  // of the JSON library
    return std::nullopt;
  }
}

std::string ReproductionToJson(const Reproduction& reproduction) {
  return Dump(ToJson(reproduction));
}

std::string ReproductionsToJson(const std::vector<Reproduction>& list) {
  Json json = Json::array();
  for (const Reproduction& reproduction : list) {
    json.push_back(ToJson(reproduction));
  }
  return Dump({{"reproduce", std::move(json)}});
}

std::string ReproductionsToCsv(const std::vector<Reproduction>& list) {
  std::string out =
      CsvLine({"name", "row", "column", "published", "published_sd", "ours",
               "ours_sd", "low", "high", "verdict", "reason"});
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string();
  };
  for (const Reproduction& reproduction : list) {
    for (const ReproducedCell& cell : reproduction.cells) {
      out +=
          CsvLine({reproduction.name, cell.row, cell.column,
                   number(cell.published), number(cell.published_sd),
                   number(cell.ours), number(cell.ours_sd), number(cell.low),
                   number(cell.high), VerdictName(cell.verdict), cell.reason});
    }
  }
  return out;
}

void AddVerdictCounts(const std::vector<Reproduction>& list,
                      Document* document) {
  std::vector<size_t> used;  // verdicts that occur
  const VerdictCounts all = CountVerdicts(list);
  std::vector<std::string> header = {"published", "cells"};
  for (size_t v = 0; v < kVerdicts; ++v) {
    if (all.by_verdict[v] == 0) continue;
    used.push_back(v);
    header.emplace_back(VerdictName(Verdict(v)));
  }
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, const VerdictCounts& counts) {
    size_t cells = 0;
    for (const size_t count : counts.by_verdict) cells += count;
    std::vector<std::string> row = {name, std::to_string(cells)};
    for (const size_t v : used) {
      row.push_back(std::to_string(counts.by_verdict[v]));
    }
    rows.push_back(std::move(row));
  };
  for (const Reproduction& reproduction : list) {
    add(reproduction.name, CountVerdicts({reproduction}));
  }
  add("all", all);
  document->Table("", std::move(header), std::move(rows));
  if (all.reproducible == 0) return;
  document->Paragraph(fmt::format(
      "Reproduced or close: {} of {} reproducible figures, recalled ones "
      "apart ({} %).",
      all.good, all.reproducible,
      Fixed(100.0 * double(all.good) / double(all.reproducible), 1)));
}

void AddReproduction(const Reproduction& reproduction, Document* document) {
  const int digits = reproduction.decimals;
  document->Heading(
      2, reproduction.name + (reproduction.synthetic ? " (SYNTHETIC)" : ""));
  document->List({reproduction.title, "source: " + reproduction.source,
                  fmt::format("published values: {}",
                              CertaintyName(reproduction.certainty))});
  if (!reproduction.note.empty()) document->Paragraph(reproduction.note);
  std::vector<std::vector<std::string>> rows;
  for (const ReproducedCell& cell : reproduction.cells) {
    rows.push_back({cell.row, cell.column,
                    FigureText(cell.published, cell.published_sd, digits),
                    FigureText(cell.ours, cell.ours_sd, digits),
                    cell.published && cell.ours
                        ? Signed(*cell.ours - *cell.published, digits)
                        : "-",
                    VerdictName(cell.verdict), cell.reason});
  }
  document->Table(
      "",
      {"row", "column", "published", "ours", "difference", "verdict", "reason"},
      std::move(rows));
  if (reproduction.differences.empty()) return;
  rows.clear();
  for (const ReproducedDifference& d : reproduction.differences) {
    rows.push_back({fmt::format("{} - {}", d.a, d.b), d.column,
                    std::to_string(d.pairs), Signed(d.mean, digits + 1),
                    fmt::format("[{}, {}]", Signed(d.low, digits + 1),
                                Signed(d.high, digits + 1)),
                    d.not_worse   ? d.high < 0 ? "worse" : "not worse"
                    : !d.expected ? "-"
                    : d.low > 0   ? "as the source says"
                    : d.high < 0  ? "the opposite"
                                  : "no clear difference"});
  }
  document->Table(
      "Paired differences (positive: the first is better)",
      {"rows", "column", "pairs", "mean", "95 % interval", "better"},
      std::move(rows));
}

}  // namespace hwnas
