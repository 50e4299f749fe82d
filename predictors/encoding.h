#ifndef HWNAS_PREDICTORS_ENCODING_H_
#define HWNAS_PREDICTORS_ENCODING_H_

#include <span>
#include <string>
#include <vector>

#include "predictors/features.h"
#include "tabular/architecture.h"
#include "tabular/layer_graph.h"
#include "tabular/search_space.h"

namespace hwnas {

/// Values stored by row that serve as features, such as zero-cost scores.
struct StoredFeature {
  std::string name;  // a metric's text
  /// One for each architecture encoded; minus infinity ranks below all.
  std::span<const double> values;
};

/// What encodings may need besides the architecture. Borrowed.
struct EncodingContext {
  const SearchSpace* space = nullptr;  // not a SubsetSpace
  /// Images and classes, of `layers`, `costs`, `groups`, graphs and
  /// `dataset`: none where they are not known, one of all architectures
  /// encoded, or one of each. With one of each the same architecture may stand
  /// in several rows, a data set each.
  std::vector<NetworkInput> inputs;
  std::vector<StoredFeature> stored;
};

/// The encodings, named and versioned: the version is raised when columns or
/// their order change, since saved models would answer otherwise.
///
/// - `one-hot@1`: a 0/1 column for every choice of every decision; inactive
///   decisions are all 0.
/// - `effective-one-hot@1`: the same, with nb201's edges that lie on no path
///   from input to output taken as `none`. Where a space's architectures have
///   no dead parts (nb101's are pruned) it equals `one-hot`.
/// - `pairs@1`, `effective-pairs@1`: a 0/1 column for every pair of choices of
///   every two decisions; refused above 4,096 columns.
/// - `operations@1`, `effective-operations@1`: how often each choice, by its
///   name, is taken.
/// - `groups@1`: the same within each group of decisions whose layers answer
///   with equal shapes (a stage).
/// - `adjacency@1`: nb101's and nb201's matrix with the operations on it, as
///   0/1 columns (White et al., "A study on encodings for neural architecture
///   search", NeurIPS 2020).
/// - `paths@1`: a 0/1 column for every sequence of operations from input to
///   output (same source; nb101, nb201). On nb201 a path with `none` is none.
/// - `path-counts@1`: how many paths from input to output have each set of
///   operations, in any order, skips left out (nb101, nb201).
/// - `path-summary@1`: the number of paths from input to output and, over
///   them, the least, mean and greatest number of each operation, of
///   operations with weights and of all, skips left out; 0 where there is no
///   path (nb101, nb201). Neither is a published encoding.
/// - `layers@1`: how often each layer (kind, shapes, kernel, stride, groups)
///   is in the effective network, among the layers that are in any of the
///   architectures encoded; sorted by name. Carries LayerCost.
/// - `graph@1`, `effective-graph@1`: no columns; the layers of the network, or
///   of the effective network, in Features::graphs, for predictors that read
///   them.
/// - `costs@1`: macs, params, weight bytes, peak activation bytes, and layers
///   with weights, of the effective network.
/// - `dataset@1`: classes, channels, height, width.
/// - `stored@1`: all of EncodingContext::stored as they are.
/// - `stored-rank@1`: their average ranks, scaled to [0, 1], among the
///   architectures encoded.
const std::vector<std::string>& EncodingNames();

/// Encodes architectures by encodings joined with `+` (versions may be left
/// out). Every architecture is valid in the space, and inputs are none, one or
/// as many (HWNAS_CHECK). Error(kUsage)
/// for an unknown name or version, or an encoding that the space or the
/// context cannot give. Columns of `layers` depend on the architectures:
/// encode training and other rows in one call.
Features Encode(const std::string& encodings, const EncodingContext& context,
                std::span<const Architecture> architectures);

}  // namespace hwnas

#endif  // HWNAS_PREDICTORS_ENCODING_H_
