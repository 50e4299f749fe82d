#ifndef HWNAS_PREDICTORS_PREDICTOR_H_
#define HWNAS_PREDICTORS_PREDICTOR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "predictors/features.h"
#include "predictors/model_file.h"

namespace hwnas {

/// Means and standard deviations (of a new measurement, its noise included),
/// in the units of the values fitted, one a row.
struct Predictions {
  std::vector<double> mean;
  std::vector<double> sd;
};

/// Options by name, numbers all; see PredictorInfo.
using PredictorOptions = std::map<std::string, double>;

/// Learns one metric from features. Same training rows, options and seed: the
/// same predictions, on any number of threads. Predict is const and
/// thread-safe; Fit is not.
class Predictor {
 public:
  virtual ~Predictor() = default;

  /// Versioned name, such as `ridge@1`: raised when predictions change.
  virtual std::string Id() const = 0;

  /// Learns from scratch. Error(kUsage): fewer than MinRows() rows, values
  /// that are not finite or all equal, features that are not finite, or none
  /// that it reads.
  void Fit(const Features& features, std::span<const double> values,
           uint64_t seed);
  /// Error(kUsage) unless the features have the encoding and columns fitted.
  Predictions Predict(const Features& features) const;

  virtual size_t MinRows() const { return 3; }
  /// Whether it learns from Features::graphs, and may do without columns. The
  /// others do not look at graphs.
  virtual bool ReadsGraphs() const { return false; }

  /// Content for a model file, and back; `Read` throws Error(kCorrupt).
  void Write(ModelWriter& writer) const;
  void Read(ModelReader& reader);

 protected:
  virtual void DoFit(const Features& features, std::span<const double> values,
                     uint64_t seed) = 0;
  virtual Predictions DoPredict(const Features& features) const = 0;
  virtual void DoWrite(ModelWriter& writer) const = 0;
  virtual void DoRead(ModelReader& reader, size_t columns) = 0;

 private:
  std::string encoding_;
  std::vector<std::string> columns_;
};

struct PredictorOption {
  std::string name;
  double value = 0;  // default
  double low = 0;
  double high = 0;
  std::string about;
};

struct PredictorInfo {
  std::string name;  // `ridge`
  std::string summary;
  std::string source;
  std::vector<PredictorOption> options;
};

/// What there is, sorted by name.
const std::vector<PredictorInfo>& PredictorList();

/// A predictor by name, or several joined with `+`: then their average. With
/// `calibrated:` in front its error bars are set by MakeCalibrated. `mlp`
/// and `graph-network` load the module `torch` (errors as ModuleFunction).
/// Error(kUsage) for an unknown name, option or a value out of range. With
/// several, options are `NAME.OPTION`.
std::unique_ptr<Predictor> MakePredictor(const std::string& name,
                                         const PredictorOptions& options = {});

/// What a file holds: a fitted predictor and what it is of.
struct SavedPredictor {
  std::string space;                // id
  std::string metric;               // text
  std::string name;                 // for MakePredictor
  std::vector<std::string> stored;  // metrics that are stored features
  std::shared_ptr<Predictor> predictor;
};
void SavePredictor(const SavedPredictor& saved, const std::string& path);
SavedPredictor LoadPredictor(const std::string& path);

/// One for each predictor; used by MakePredictor.
std::unique_ptr<Predictor> MakeRidge(const PredictorOptions& options);
std::unique_ptr<Predictor> MakeGaussianProcess(const PredictorOptions& options);
std::unique_ptr<Predictor> MakeXgboost(const PredictorOptions& options);
std::unique_ptr<Predictor> MakeLookup(const PredictorOptions& options);
std::unique_ptr<Predictor> MakeRoofline(const PredictorOptions& options);
std::unique_ptr<Predictor> MakeMlp(const PredictorOptions& options);
std::unique_ptr<Predictor> MakeGraphNetwork(const PredictorOptions& options);
std::unique_ptr<Predictor> MakeAverage(
    std::vector<std::unique_ptr<Predictor>> members);
/// Any predictor of MakePredictor's, its standard deviations multiplied so that
/// they hold 90 % of values that were not fitted on. Five folds that divide no
/// group of the features give ratios of |residual| to the standard deviation
/// stated; a ridge regression of their logarithm on the features says which
/// rows are harder, and what is left is scaled by predicted value as in
/// ResidualScale ("locally weighted" split conformal prediction, Lei et al.,
/// JASA 2018, section 5.2, with cross-validated residuals). Fitting takes six
/// times as long.
std::unique_ptr<Predictor> MakeCalibrated(const std::string& name,
                                          const PredictorOptions& options);

PredictorInfo RidgeInfo();
PredictorInfo GaussianProcessInfo();
PredictorInfo XgboostInfo();
PredictorInfo LookupInfo();
PredictorInfo RooflineInfo();
PredictorInfo MlpInfo();
PredictorInfo GraphNetworkInfo();

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_PREDICTOR_H_
