#ifndef HWNAS_BENCH_REPRODUCE_REPRODUCE_H_
#define HWNAS_BENCH_REPRODUCE_REPRODUCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/results.h"
#include "bench/harness/runner.h"
#include "bench/report/document.h"
#include "bench/reproduce/published_table.h"
#include "tabular/table.h"

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
};

/// Row a against row b in a column: positive is a better.
struct ReproducedDifference {
  std::string a;
  std::string b;
  std::string column;
  size_t pairs = 0;
  double mean = 0;
  double low = 0;  // 95 % interval
  double high = 0;
  bool expected = false;  // the source says that a is better
  bool Holds() const { return !expected || low > 0; }
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

/// `seed`: of the experiment and of transfer, instead of its own.
///
/// Runs what a published table needs, into `results` (runs that it holds are
/// kept, so an interrupted reproduction goes on), and compares. Errors as
/// RunExperiment and MakeReport; kNotFound when the table lacks a metric;
/// kInterrupted.
Reproduction Reproduce(const PublishedTable& published,
                       std::shared_ptr<const Table> table, Results& results,
                       std::optional<uint64_t> seed, const RunOptions& options);

/// {"name", "cells": [{"row", "column", "published", "published_sd", "ours",
/// "ours_sd", "verdict", "reason"}]}; what is not there is null.
std::string ReproductionToJson(const Reproduction& reproduction);
/// {"reproduce": [...]} of the same objects.
std::string ReproductionsToJson(const std::vector<Reproduction>& list);
/// One row for each cell.
std::string ReproductionsToCsv(const std::vector<Reproduction>& list);
/// For text and Markdown.
void AddReproduction(const Reproduction& reproduction, Document* document);

}  // namespace hwnas

#endif  // HWNAS_BENCH_REPRODUCE_REPRODUCE_H_
