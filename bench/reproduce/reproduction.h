#ifndef HWNAS_BENCH_REPRODUCE_REPRODUCTION_H_
#define HWNAS_BENCH_REPRODUCE_REPRODUCTION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/report/document.h"
#include "bench/reproduce/published_table.h"
#include "bench/reproduce/verdict.h"

namespace hwnas {

/// A published figure beside ours.
struct ReproducedCell {
  std::string row;
  std::string column;
  std::optional<double> published;
  std::optional<double> published_sd;
  std::optional<double> ours;
  std::optional<double> ours_sd;
  Verdict verdict = Verdict::kNotTestable;
  std::string reason;
  /// 95 % interval of ours, where one is stated.
  std::optional<double> low;
  std::optional<double> high;
};

/// Row a against row b in a column: positive is a better. Of a PublishedMean:
/// its name against `published` in the column `all`, with a pair a cell.
struct ReproducedDifference {
  std::string a;
  std::string b;
  std::string column;
  size_t pairs = 0;
  double mean = 0;
  double low = 0;  // 95 % interval
  double high = 0;
  bool expected = false;   // the source says that a is better
  bool not_worse = false;  // a has to be as good
  bool Holds() const {
    return (!expected || low > 0) && (!not_worse || high >= 0);
  }
};

struct Reproduction {
  std::string name;
  std::string title;
  std::string source;
  Certainty certainty = Certainty::kCopied;
  std::string note;
  int decimals = 2;
  bool synthetic = false;
  std::vector<ReproducedCell> cells;  // by row, then column
  std::vector<ReproducedDifference> differences;

  /// Whether no reproducible figure fails: no cell is 'not reproduced' or
  /// 'differs from recalled value', no expected difference is missing.
  bool Agrees() const;
};

/// What a published table says of itself, without cells.
Reproduction Described(const PublishedTable& published);

/// Every cell 'not testable' for one reason: the data are not at hand.
Reproduction NotTestable(const PublishedTable& published,
                         const std::string& reason);

/// Cells by verdict, in the order of Verdict, and how many of those that can
/// be reproduced (copied or computed figures set against ours) are.
struct VerdictCounts {
  std::vector<size_t> by_verdict;
  size_t good = 0;          // reproduced or close
  size_t reproducible = 0;  // good, and not reproduced
};
VerdictCounts CountVerdicts(const std::vector<Reproduction>& list);

/// One line, and its inverse: nullopt for what is none.
std::string CellsToJson(const std::vector<ReproducedCell>& cells);
std::optional<std::vector<ReproducedCell>> CellsFromJson(std::string_view text);
/// The same of a figure's draws and what it is called.
std::string DrawsToJson(const std::string& label,
                        const std::vector<double>& draws);
std::optional<std::pair<std::string, std::vector<double>>> DrawsFromJson(
    std::string_view text);

/// {"name", "cells": [{"row", "column", "published", "published_sd", "ours",
/// "ours_sd", "interval", "verdict", "reason"}]}; what is not there is null,
/// an interval is [low, high].
std::string ReproductionToJson(const Reproduction& reproduction);
/// {"reproduce": [...]} of the same objects.
std::string ReproductionsToJson(const std::vector<Reproduction>& list);
/// One row for each cell.
std::string ReproductionsToCsv(const std::vector<Reproduction>& list);
/// A table of verdict counts: for each reproduction, and in all.
void AddVerdictCounts(const std::vector<Reproduction>& list,
                      Document* document);
/// All of one.
void AddReproduction(const Reproduction& reproduction, Document* document);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_REPRODUCTION_H_
