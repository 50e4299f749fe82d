#include "predictors/predictor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tabular/error.h"

namespace hwnas {
namespace {

std::vector<std::string> SplitNames(const std::string& text) {
  std::vector<std::string> names;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('+', begin), text.size());
    names.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

void CheckFinite(const Features& features) {
  for (const double value : features.x.values) {
    if (!std::isfinite(value)) {
      throw Error(ErrorCode::kUsage,
                  "predictor: a feature is not a finite number; leave rows "
                  "out that lack a feature");
    }
  }
}

std::unique_ptr<Predictor> MakeOne(const std::string& name,
                                   const PredictorOptions& given) {
  std::vector<std::string> known;
  for (const PredictorInfo& info : PredictorList()) known.push_back(info.name);
  const auto info =
      std::find_if(PredictorList().begin(), PredictorList().end(),
                   [&name](const PredictorInfo& i) { return i.name == name; });
  if (info == PredictorList().end()) FailUnknown("predictor", name, known);
  PredictorOptions options;
  std::vector<std::string> names;
  for (const PredictorOption& option : info->options) {
    options[option.name] = option.value;
    names.push_back(option.name);
  }
  for (const auto& [key, value] : given) {
    const auto option = std::find_if(
        info->options.begin(), info->options.end(),
        [&key](const PredictorOption& o) { return o.name == key; });
    if (option == info->options.end()) {
      FailUnknown(fmt::format("option of {}", name), key, names);
    }
    if (!(value >= option->low && value <= option->high)) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{}: {} = {} is not within {} and {}", name, key,
                              value, option->low, option->high));
    }
    options[key] = value;
  }
  if (name == "ridge") return MakeRidge(options);
  if (name == "gaussian-process") return MakeGaussianProcess(options);
  if (name == "xgboost") return MakeXgboost(options);
  if (name == "lookup") return MakeLookup(options);
  if (name == "mlp") return MakeMlp(options);
  if (name == "graph-network") return MakeGraphNetwork(options);
  HWNAS_CHECK(name == "roofline");
  return MakeRoofline(options);
}

}  // namespace

void Predictor::Fit(const Features& features, std::span<const double> values,
                    uint64_t seed) {
  HWNAS_CHECK(features.Rows() == values.size());
  if (values.size() < MinRows()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: {} values are too few to learn from; it needs "
                            "at least {}",
                            Id(), values.size(), MinRows()));
  }
  for (const double value : values) {
    if (!std::isfinite(value)) {
      throw Error(ErrorCode::kUsage,
                  fmt::format("{}: a value to learn from is not a finite "
                              "number; leave it out",
                              Id()));
    }
  }
  if (std::ranges::all_of(values, [&](double v) { return v == values[0]; })) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: all {} values to learn from are {}; there is "
                            "nothing to learn",
                            Id(), values.size(), values[0]));
  }
  if (features.Columns() == 0 && !ReadsGraphs()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: the encoding '{}' has no columns; add one "
                            "that has, such as 'one-hot'",
                            Id(), features.encoding));
  }
  CheckFinite(features);
  encoding_ = features.encoding;
  columns_ = features.names;
  DoFit(features, values, seed);
}

Predictions Predictor::Predict(const Features& features) const {
  if (features.encoding != encoding_ || features.names != columns_) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: fitted on {} with {} columns, asked of {} "
                            "with {}; encode alike",
                            Id(), Quoted(encoding_), columns_.size(),
                            Quoted(features.encoding), features.Columns()));
  }
  CheckFinite(features);
  return DoPredict(features);
}

void Predictor::Write(ModelWriter& writer) const {
  writer.Put(std::string_view(Id()));
  writer.Put(std::string_view(encoding_));
  writer.Put(columns_);
  DoWrite(writer);
}

void Predictor::Read(ModelReader& reader) {
  const std::string id = reader.Text();
  reader.Require(id == Id(), fmt::format("it holds a {}, this program has {}",
                                         Quoted(id), Id()));
  encoding_ = reader.Text();
  columns_ = reader.Texts();
  DoRead(reader, columns_.size());
}

const std::vector<PredictorInfo>& PredictorList() {
  static const std::vector<PredictorInfo> list = {
      GaussianProcessInfo(), GraphNetworkInfo(), LookupInfo(), MlpInfo(),
      RidgeInfo(),           RooflineInfo(),     XgboostInfo()};
  return list;
}

std::unique_ptr<Predictor> MakePredictor(const std::string& name,
                                         const PredictorOptions& options) {
  constexpr std::string_view kCalibrated = "calibrated:";
  if (name.starts_with(kCalibrated)) {
    return MakeCalibrated(name.substr(kCalibrated.size()), options);
  }
  const std::vector<std::string> names = SplitNames(name);
  if (names.size() == 1) return MakeOne(name, options);
  std::vector<std::unique_ptr<Predictor>> members;
  size_t used = 0;
  for (const std::string& member : names) {
    PredictorOptions own;
    for (const auto& [key, value] : options) {
      if (!key.starts_with(member + ".")) continue;
      own[key.substr(member.size() + 1)] = value;
      ++used;
    }
    members.push_back(MakeOne(member, own));
  }
  if (used < options.size()) {
    throw Error(ErrorCode::kUsage,
                fmt::format("predictor '{}': write options of its members as "
                            "NAME.OPTION",
                            Quoted(name)));
  }
  return MakeAverage(std::move(members));
}

void SavePredictor(const SavedPredictor& saved, const std::string& path) {
  ModelWriter writer;
  writer.Put(std::string_view(saved.space));
  writer.Put(std::string_view(saved.metric));
  writer.Put(std::string_view(saved.name));
  writer.Put(saved.stored);
  saved.predictor->Write(writer);
  WriteModelFile(path, writer);
}

SavedPredictor LoadPredictor(const std::string& path) {
  const std::string content = ReadModelFile(path);
  ModelReader reader(content, path);
  SavedPredictor saved;
  saved.space = reader.Text();
  saved.metric = reader.Text();
  saved.name = reader.Text();
  saved.stored = reader.Texts();
  saved.predictor = MakePredictor(saved.name);
  saved.predictor->Read(reader);
  reader.End();
  return saved;
}

}  // namespace hwnas
