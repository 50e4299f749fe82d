// Entry of the reader of saved predictors. What is accepted must predict, too.

#include <memory>
#include <string>
#include <vector>

#include "predictors/encoding.h"
#include "predictors/predictor.h"
#include "tabular/error.h"
#include "tabular/sha256.h"
#include "tests/fuzz/fuzz.h"
#include "tests/temp_dir.h"

namespace hwnas {
namespace {

constexpr size_t kEnvelopeBytes = 8 + 4 + 8 + 32;

struct Models {
  TempDir folder;
  Features columns;
  Features graphs;
  std::vector<std::string> contents;

  Models() {
    const std::shared_ptr<const SearchSpace> space = MakeSpace("nb201");
    EncodingContext context;
    context.space = space.get();
    NetworkInput input;
    HWNAS_CHECK(FindNetworkInput("cifar10", &input));
    context.inputs = {input};
    Rng rng(1);
    std::vector<Architecture> cells;
    for (int i = 0; i < 12; ++i) cells.push_back(space->Sample(rng));
    columns = Encode("operations", context, cells);
    graphs = Encode("graph", context, cells);
    Add("ridge", {}, columns);
    Add("gaussian-process", {{"normal-scores", 1}}, columns);
    Add("xgboost", {{"members", 2}, {"trees", 3}, {"folds", 0}}, columns);
    Add("lookup", {}, columns);
    const PredictorOptions tiny = {
        {"members", 2}, {"epochs", 1}, {"width", 1}, {"depth", 1}};
    Add("mlp", tiny, columns);
    Add("graph-network", tiny, graphs);
  }

  void Add(const std::string& name, const PredictorOptions& options,
           const Features& features) {
    SavedPredictor saved;
    saved.space = "nb201@1";
    saved.metric = "latency@x";
    saved.name = name;
    saved.predictor = MakePredictor(name, options);
    std::vector<double> values;
    for (size_t i = 0; i < features.Rows(); ++i) {
      values.push_back(static_cast<double>(i * i % 7));
    }
    saved.predictor->Fit(features, values, 1);
    SavePredictor(saved, folder.Path("seed"));
    contents.push_back(ReadBytes(folder.Path("seed")).substr(kEnvelopeBytes));
  }
};

std::string Envelope(const std::string& content) {
  std::string out = "hwnasmdl";
  const auto number = [&out](uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      out.push_back(static_cast<char>(value >> (8 * i)));
    }
  };
  number(kModelFileVersion, 4);
  number(content.size(), 8);
  Sha256 sha;
  sha.Update(content.data(), content.size());
  for (const auto byte : sha.Digest()) out.push_back(static_cast<char>(byte));
  return out + content;
}

}  // namespace

std::vector<FuzzEntry> ModelFuzzEntries() {
  const auto models = std::make_shared<const Models>();
  FuzzEntry entry;
  entry.name = "model";
  entry.seeds = models->contents;
  entry.pack = Envelope;
  entry.run = [models](const std::string& input) {
    const std::string path = models->folder.Path("mutant");
    WriteBytes(path, input);
    const SavedPredictor saved = LoadPredictor(path);
    saved.predictor->Predict(saved.predictor->ReadsGraphs() ? models->graphs
                                                            : models->columns);
  };
  return {entry};
}

}  // namespace hwnas
