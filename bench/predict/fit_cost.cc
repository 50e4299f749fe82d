#include "bench/predict/fit_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tabular/error.h"

namespace hwnas {
namespace {

// Nanoseconds a step, measured on one core of an x86-64 server (see
// predictors/README.md): what they say is the order of magnitude.
constexpr double kTreeStep = 9;       // a row × column × level × tree
constexpr double kSolveStep = 0.5;    // a multiplication in a factorisation
constexpr double kSearchSolves = 60;  // hyper-parameters that are tried
constexpr double kRidgeSolves = 10;
constexpr double kLookupSolves = 100;
constexpr double kScanStep = 2;
constexpr double kRooflineScans = 49;
constexpr double kSourceStep = 150;  // a source architecture squared

// An option as given, else its default.
double Option(const std::string& predictor, const PredictorOptions& options,
              const std::string& name) {
  const auto given = options.find(name);
  if (given != options.end()) return given->second;
  for (const PredictorInfo& info : PredictorList()) {
    if (info.name != predictor) continue;
    for (const PredictorOption& option : info.options) {
      if (option.name == name) return option.value;
    }
  }
  throw Error(ErrorCode::kInternal, predictor + " has no option " + name);
}

double One(const std::string& predictor, const PredictorOptions& options,
           double n, double d) {
  constexpr double kNano = 1e-9;
  const double small = std::min(n, d);
  if (predictor == "ridge") {
    return kNano * kSolveStep * kRidgeSolves * n * d * small;
  }
  if (predictor == "gaussian-process") {
    return kNano * kSolveStep * (kSearchSolves * n * n * n + n * n * d);
  }
  if (predictor == "xgboost") {
    const double fits = Option(predictor, options, "members") +
                        Option(predictor, options, "folds");
    return kNano * kTreeStep * n * d * fits *
           Option(predictor, options, "trees") *
           Option(predictor, options, "depth") *
           Option(predictor, options, "columns");
  }
  if (predictor == "lookup") {
    return kNano * kSolveStep * kLookupSolves * n * d * small;
  }
  if (predictor == "roofline") {
    return kNano * kScanStep * kRooflineScans * n * d;
  }
  if (predictor == "few-shot") return kNano * kSourceStep * n * n * d;
  throw Error(ErrorCode::kUsage,
              fmt::format("{}: nothing says how long it takes to fit; state "
                          "fit_seconds (hwnas predict eval measures it)",
                          Quoted(predictor)));
}

}  // namespace

double FitSeconds(const std::string& predictor, const PredictorOptions& options,
                  size_t rows, size_t columns) {
  constexpr std::string_view kCalibrated = "calibrated:";
  if (predictor.starts_with(kCalibrated)) {
    constexpr double kFits = 6;  // five folds, then all
    const std::string name = predictor.substr(kCalibrated.size());
    PredictorOptions own = options;
    if (name == "xgboost") own.try_emplace("folds", 0);
    return kFits * FitSeconds(name, own, rows, columns);
  }
  double seconds = 0;
  size_t begin = 0;
  const bool several = predictor.find('+') != std::string::npos;
  while (begin <= predictor.size()) {
    const size_t end = std::min(predictor.find('+', begin), predictor.size());
    const std::string name = predictor.substr(begin, end - begin);
    PredictorOptions own;
    for (const auto& [key, value] : options) {
      if (!several) own[key] = value;
      if (key.starts_with(name + ".")) own[key.substr(name.size() + 1)] = value;
    }
    seconds += One(name, own, double(rows), double(columns));
    begin = end + 1;
  }
  return seconds;
}

}  // namespace hwnas
