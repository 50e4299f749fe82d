#ifndef HWNAS_DATASETS_SAFE_PICKLE_H_
#define HWNAS_DATASETS_SAFE_PICKLE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hwnas {

/// What is read out of a pickle. Nothing is ever executed: a pickle is a
/// program, of which only the opcodes that build plain data are understood,
/// and a fixed list of names (OrderedDict, set, bytes, NumPy's dtype, scalar
/// and ndarray, PyTorch's tensor and storages) each stand for one such datum.
enum class PickleKind : uint8_t {
  kNone,
  kBool,
  kInteger,  // 64 bits; NumPy's integer scalars too
  kNumber,   // NumPy's floating-point scalars too
  kString,
  kBytes,
  kList,
  kTuple,
  kSet,
  kDict,  // OrderedDict too, in order
  kArray  // NumPy arrays and PyTorch tensors
};

struct PickleLimits {
  size_t nodes = 20'000'000;      // data in the pickle
  size_t memo = 20'000'000;       // entries of the memo
  size_t depth = 64;              // of nesting
  size_t unfolded = 100'000'000;  // data, shared ones counted at each use
};

class PickleValue;

/// A pickle that was read. Immutable; values borrow from it.
class Pickle {
 public:
  /// Reads one pickle (protocols 2 to 5, the whole of `bytes`). `storages` are
  /// the raw bytes that PyTorch's persistent ids stand for. Error(kCorrupt)
  /// "NAME: at byte N: ..." for what is damaged, not understood, too large,
  /// too deep or contains itself.
  static Pickle Read(std::string bytes, const std::string& name,
                     const std::map<std::string, std::string>& storages = {},
                     const PickleLimits& limits = {});

  PickleValue Root() const;

 private:
  friend class PickleValue;
  friend class PickleMachine;
  struct Document;
  std::shared_ptr<const Document> document_;
};

/// A datum of a pickle; borrows from it. Getters throw Error(kCorrupt)
/// "NAME: at byte N: expected ..., found ..." for another kind.
class PickleValue {
 public:
  PickleKind Kind() const;
  bool IsNone() const { return Kind() == PickleKind::kNone; }
  bool Bool() const;
  int64_t Integer() const;
  /// Integers are accepted; never NaN or infinity.
  double Number() const;
  std::string_view String() const;
  std::string_view Bytes() const;

  /// Items of a list, tuple or set; entries of a dict.
  size_t Size() const;
  PickleValue operator[](size_t i) const;  // item
  PickleValue Key(size_t i) const;         // of a dict
  PickleValue Entry(size_t i) const;       // of a dict
  /// The entry of a string key; false when there is none.
  bool Find(std::string_view key, PickleValue* entry) const;
  /// The same; Error(kCorrupt) when there is none.
  PickleValue Get(std::string_view key) const;

  /// Of an array: its shape and its elements in row-major order. Integers
  /// beyond 2^53 are refused.
  std::vector<size_t> Shape() const;
  std::vector<double> Elements() const;

  [[noreturn]] void Fail(const std::string& message) const;

  PickleValue() = default;

 private:
  friend class Pickle;
  PickleValue(const Pickle::Document* document, uint32_t node)
      : document_(document), node_(node) {}
  const Pickle::Document* document_ = nullptr;
  uint32_t node_ = 0;
};

/// Reads a `.pt` file as PyTorch has written it since version 1.6: a zip
/// archive with one pickle and raw storages. The older format is refused by
/// name.
Pickle ReadPt(std::string_view bytes, const std::string& name);
Pickle ReadPtFile(const std::string& path);

}  // namespace hwnas

#endif  // HWNAS_DATASETS_SAFE_PICKLE_H_
