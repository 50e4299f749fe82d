#include "datasets/safe_pickle.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "datasets/archive_reader.h"
#include "datasets/file_reader.h"
#include "tabular/error.h"

namespace hwnas {

namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied from little-endian files");

/// Kinds that stand on the stack while reading, but are no data.
enum class NodeKind : uint8_t {
  kNone,
  kBool,
  kInteger,
  kNumber,
  kString,
  kBytes,
  kList,
  kTuple,
  kSet,
  kDict,
  kArray,
  kGlobal,   // index into kGlobals
  kDtype,    // NumPy's
  kStorage,  // PyTorch's, still without shape
};

struct Node {
  NodeKind kind = NodeKind::kNone;
  uint32_t position = 0;  // of the opcode
  int64_t integer = 0;    // value, or index into what the kind says
  double number = 0;
};

/// Element type of an array: kind as NumPy writes it (f, i, u, b), bytes.
struct Dtype {
  char kind = 0;
  size_t size = 0;
  bool big_endian = false;
};

struct Array {
  Dtype dtype;
  std::vector<size_t> shape;
  std::vector<double> elements;
};

struct Storage {
  Dtype dtype;
  std::string_view bytes;
};

enum class Global {
  kOrderedDict,
  kSet,
  kEncode,
  kDtype,
  kScalar,
  kReconstruct,
  kNdarray,
  kRebuildTensor,
  kStorage,
};

struct GlobalName {
  const char* module;
  const char* name;
  Global global;
  Dtype dtype;  // of a storage
};

constexpr GlobalName kGlobals[] = {
    {"collections", "OrderedDict", Global::kOrderedDict, {}},
    {"__builtin__", "set", Global::kSet, {}},
    {"builtins", "set", Global::kSet, {}},
    {"_codecs", "encode", Global::kEncode, {}},
    {"numpy", "dtype", Global::kDtype, {}},
    {"numpy", "ndarray", Global::kNdarray, {}},
    {"numpy.core.multiarray", "scalar", Global::kScalar, {}},
    {"numpy._core.multiarray", "scalar", Global::kScalar, {}},
    {"numpy.core.multiarray", "_reconstruct", Global::kReconstruct, {}},
    {"numpy._core.multiarray", "_reconstruct", Global::kReconstruct, {}},
    {"torch._utils", "_rebuild_tensor_v2", Global::kRebuildTensor, {}},
    {"torch", "DoubleStorage", Global::kStorage, {'f', 8, false}},
    {"torch", "FloatStorage", Global::kStorage, {'f', 4, false}},
    {"torch", "LongStorage", Global::kStorage, {'i', 8, false}},
    {"torch", "IntStorage", Global::kStorage, {'i', 4, false}},
    {"torch", "ShortStorage", Global::kStorage, {'i', 2, false}},
    {"torch", "CharStorage", Global::kStorage, {'i', 1, false}},
    {"torch", "ByteStorage", Global::kStorage, {'u', 1, false}},
    {"torch", "BoolStorage", Global::kStorage, {'b', 1, false}},
};

const char* NodeKindName(NodeKind kind) {
  switch (kind) {
    case NodeKind::kNone:
      return "None";
    case NodeKind::kBool:
      return "a boolean";
    case NodeKind::kInteger:
      return "an integer";
    case NodeKind::kNumber:
      return "a number";
    case NodeKind::kString:
      return "a string";
    case NodeKind::kBytes:
      return "bytes";
    case NodeKind::kList:
      return "a list";
    case NodeKind::kTuple:
      return "a tuple";
    case NodeKind::kSet:
      return "a set";
    case NodeKind::kDict:
      return "a dict";
    case NodeKind::kArray:
      return "an array";
    case NodeKind::kGlobal:
      return "a name";
    case NodeKind::kDtype:
      return "a dtype";
    case NodeKind::kStorage:
      return "a storage";
  }
  return "";
}

template <typename T>
T LoadAs(const char* bytes, bool swap) {
  char buffer[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) {
    buffer[i] = bytes[swap ? sizeof(T) - 1 - i : i];
  }
  T value;
  std::memcpy(&value, buffer, sizeof(T));
  return value;
}

/// One element; as integer where the dtype is one. False for a dtype that is
/// not known.
bool LoadElement(const Dtype& dtype, const char* bytes, bool* is_integer,
                 int64_t* integer, double* number) {
  const bool swap = dtype.big_endian;
  *is_integer = dtype.kind != 'f';
  switch (dtype.kind) {
    case 'f':
      if (dtype.size == 8) {
        *number = LoadAs<double>(bytes, swap);
      } else if (dtype.size == 4) {
        *number = static_cast<double>(LoadAs<float>(bytes, swap));
      } else {
        return false;
      }
      return true;
    case 'i':
      switch (dtype.size) {
        case 1:
          *integer = LoadAs<int8_t>(bytes, swap);
          return true;
        case 2:
          *integer = LoadAs<int16_t>(bytes, swap);
          return true;
        case 4:
          *integer = LoadAs<int32_t>(bytes, swap);
          return true;
        case 8:
          *integer = LoadAs<int64_t>(bytes, swap);
          return true;
        default:
          return false;
      }
    case 'u':
      switch (dtype.size) {
        case 1:
          *integer = LoadAs<uint8_t>(bytes, swap);
          return true;
        case 2:
          *integer = LoadAs<uint16_t>(bytes, swap);
          return true;
        case 4:
          *integer = LoadAs<uint32_t>(bytes, swap);
          return true;
        case 8: {
          const auto value = LoadAs<uint64_t>(bytes, swap);
          if (value > INT64_MAX) return false;
          *integer = static_cast<int64_t>(value);
          return true;
        }
        default:
          return false;
      }
    case 'b':
      *integer = bytes[0] != 0 ? 1 : 0;
      return dtype.size == 1;
    default:
      return false;
  }
}

}  // namespace

struct Pickle::Document {
  std::string bytes;
  std::string name;
  std::vector<Node> nodes;
  std::vector<std::string_view> texts;        // strings and bytes
  std::deque<std::string> owned;              // what had to be converted
  std::vector<std::vector<uint32_t>> groups;  // containers; dicts: key, entry
  std::vector<Dtype> dtypes;
  std::vector<Array> arrays;
  std::vector<Storage> storages;
  uint32_t root = 0;

  [[noreturn]] void Fail(size_t position, const std::string& message) const {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: at byte {}: {}", name, position, message));
  }
};

/// The stack machine. It never recurses.
class PickleMachine {
 public:
  PickleMachine(Pickle::Document* document,
                const std::map<std::string, std::string>& storages,
                const PickleLimits& limits)
      : document_(*document),
        input_(document->bytes),
        storages_(storages),
        limits_(limits) {}

  void Run() {
    if (Byte() != 0x80) Fail("no pickle of protocol 2 or later");
    const uint8_t protocol = Byte();
    if (protocol < 2 || protocol > 5) {
      Fail(fmt::format("protocol {} is not read", protocol));
    }
    while (!stopped_) Step();
    if (at_ != input_.size()) Fail("bytes behind the end of the pickle");
    CheckShape();
  }

 private:
  void Step();
  void Reduce();
  void Build();
  void Persistent();
  void RebuildTensor(uint32_t arguments);
  void BuildArray(uint32_t array, uint32_t state);
  void CheckShape() const;

  [[noreturn]] void Fail(const std::string& message) const {
    document_.Fail(opcode_at_, message);
  }

  // Input.
  std::string_view Take(uint64_t count) {
    if (count > input_.size() - at_) Fail("the pickle ends too early");
    const std::string_view taken = input_.substr(at_, count);
    at_ += static_cast<size_t>(count);
    return taken;
  }
  uint8_t Byte() { return static_cast<uint8_t>(Take(1)[0]); }
  template <typename T>
  T Little() {
    return LoadAs<T>(Take(sizeof(T)).data(), false);
  }
  std::string_view Line() {
    const size_t end = input_.find('\n', at_);
    if (end == std::string_view::npos) Fail("the pickle ends too early");
    const std::string_view line = input_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  // Nodes.
  uint32_t New(NodeKind kind, int64_t integer = 0, double number = 0) {
    if (document_.nodes.size() >= limits_.nodes) {
      Fail(fmt::format("more than {} data", limits_.nodes));
    }
    document_.nodes.push_back(
        {kind, static_cast<uint32_t>(opcode_at_), integer, number});
    return static_cast<uint32_t>(document_.nodes.size() - 1);
  }
  uint32_t NewText(NodeKind kind, std::string_view text) {
    document_.texts.push_back(text);
    return New(kind, static_cast<int64_t>(document_.texts.size() - 1));
  }
  uint32_t NewGroup(NodeKind kind, std::vector<uint32_t> items = {}) {
    document_.groups.push_back(std::move(items));
    return New(kind, static_cast<int64_t>(document_.groups.size() - 1));
  }
  uint32_t NewDtype(const Dtype& dtype) {
    document_.dtypes.push_back(dtype);
    return New(NodeKind::kDtype,
               static_cast<int64_t>(document_.dtypes.size() - 1));
  }
  /// Counts work that a short pickle may repeat on shared data.
  void Charge(size_t items) {
    charged_ += items;
    if (charged_ > kChargePerNode * limits_.nodes) {
      Fail(fmt::format("shared data used more than {} times over",
                       kChargePerNode));
    }
  }
  const Node& At(uint32_t node) const { return document_.nodes[node]; }
  std::vector<uint32_t>& Group(uint32_t node) {
    return document_.groups[static_cast<size_t>(At(node).integer)];
  }
  std::string_view Text(uint32_t node) const {
    return document_.texts[static_cast<size_t>(At(node).integer)];
  }
  void Expect(uint32_t node, NodeKind kind) const {
    if (At(node).kind != kind) {
      Fail(fmt::format("expected {}, found {}", NodeKindName(kind),
                       NodeKindName(At(node).kind)));
    }
  }
  size_t Count(uint32_t node) const {
    Expect(node, NodeKind::kInteger);
    if (At(node).integer < 0) Fail("a negative size");
    return static_cast<size_t>(At(node).integer);
  }

  // Stack.
  void Push(uint32_t node) { stack_.push_back(node); }
  uint32_t Top() const {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) Fail("the stack is empty");
    return stack_.back();
  }
  uint32_t Pop() {
    const uint32_t top = Top();
    stack_.pop_back();
    return top;
  }
  std::vector<uint32_t> PopToMark() {
    if (marks_.empty()) Fail("no mark on the stack");
    std::vector<uint32_t> items(stack_.begin() + marks_.back(), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  void PushTuple(size_t count) {
    std::vector<uint32_t> items(count);
    for (size_t i = count; i-- > 0;) items[i] = Pop();
    Push(NewGroup(NodeKind::kTuple, std::move(items)));
  }
  void Remember(uint64_t index) {
    if (index >= limits_.memo || memo_.size() >= limits_.memo) {
      Fail(fmt::format("the memo's entry {} is beyond the {} allowed", index,
                       limits_.memo));
    }
    memo_[index] = Top();
  }
  void Recall(uint64_t index) {
    const auto entry = memo_.find(index);
    if (entry == memo_.end()) {
      Fail(fmt::format("the memo has no entry {}", index));
    }
    Push(entry->second);
  }
  void Append(uint32_t to, const std::vector<uint32_t>& items) {
    if (At(to).kind != NodeKind::kSet) Expect(to, NodeKind::kList);
    std::vector<uint32_t>& group = Group(to);
    group.insert(group.end(), items.begin(), items.end());
  }
  void SetItems(uint32_t to, const std::vector<uint32_t>& items) {
    Expect(to, NodeKind::kDict);
    if (items.size() % 2 != 0) Fail("a key without an entry");
    std::vector<uint32_t>& group = Group(to);
    group.insert(group.end(), items.begin(), items.end());
  }
  void PushGlobal(std::string_view module, std::string_view name) {
    for (size_t i = 0; i < std::size(kGlobals); ++i) {
      if (module == kGlobals[i].module && name == kGlobals[i].name) {
        Push(New(NodeKind::kGlobal, static_cast<int64_t>(i)));
        return;
      }
    }
    Fail(
        fmt::format("names {}.{}, which is not among the few types that are "
                    "read; nothing was executed",
                    Quoted(module, 60), Quoted(name, 60)));
  }

  Pickle::Document& document_;
  std::string_view input_;
  const std::map<std::string, std::string>& storages_;
  PickleLimits limits_;
  size_t at_ = 0;
  size_t opcode_at_ = 0;
  bool stopped_ = false;
  static constexpr size_t kChargePerNode = 4;
  size_t charged_ = 0;
  std::vector<uint32_t> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, uint32_t> memo_;
};

void PickleMachine::Step() {
  opcode_at_ = at_;
  const uint8_t opcode = Byte();
  switch (opcode) {
    case 0x95: {  // FRAME
      const auto size = Little<uint64_t>();
      if (size > input_.size() - at_) Fail("a frame beyond the end");
      break;
    }
    case '.':  // STOP
      document_.root = Pop();
      if (!stack_.empty() || !marks_.empty()) Fail("data left on the stack");
      stopped_ = true;
      break;
    case '(':  // MARK
      if (marks_.size() > limits_.nodes) Fail("too many marks");
      marks_.push_back(stack_.size());
      break;
    case 'N':
      Push(New(NodeKind::kNone));
      break;
    case 0x88:  // NEWTRUE
      Push(New(NodeKind::kBool, 1));
      break;
    case 0x89:  // NEWFALSE
      Push(New(NodeKind::kBool, 0));
      break;
    case 'J':  // BININT
      Push(New(NodeKind::kInteger, Little<int32_t>()));
      break;
    case 'K':  // BININT1
      Push(New(NodeKind::kInteger, Byte()));
      break;
    case 'M':  // BININT2
      Push(New(NodeKind::kInteger, Little<uint16_t>()));
      break;
    case 0x8a: {  // LONG1
      const std::string_view digits = Take(Byte());
      if (digits.size() > 8) Fail("an integer of more than 64 bits");
      uint64_t value = 0;
      for (size_t i = 0; i < digits.size(); ++i) {
        value |= uint64_t{static_cast<uint8_t>(digits[i])} << (8 * i);
      }
      const size_t bits = 8 * digits.size();
      if (bits != 0 && bits < 64 && (value >> (bits - 1)) != 0) {
        value |= ~uint64_t{0} << bits;
      }
      Push(New(NodeKind::kInteger, static_cast<int64_t>(value)));
      break;
    }
    case 'G':  // BINFLOAT, big-endian
      Push(New(NodeKind::kNumber, 0, LoadAs<double>(Take(8).data(), true)));
      break;
    case 0x8c: {  // SHORT_BINUNICODE
      const uint8_t size = Byte();
      Push(NewText(NodeKind::kString, Take(size)));
      break;
    }
    case 'X': {  // BINUNICODE
      const auto size = Little<uint32_t>();
      Push(NewText(NodeKind::kString, Take(size)));
      break;
    }
    case 0x8d: {  // BINUNICODE8
      const auto size = Little<uint64_t>();
      Push(NewText(NodeKind::kString, Take(size)));
      break;
    }
    case 'C': {  // SHORT_BINBYTES
      const uint8_t size = Byte();
      Push(NewText(NodeKind::kBytes, Take(size)));
      break;
    }
    case 'B': {  // BINBYTES
      const auto size = Little<uint32_t>();
      Push(NewText(NodeKind::kBytes, Take(size)));
      break;
    }
    case 0x8e: {  // BINBYTES8
      const auto size = Little<uint64_t>();
      Push(NewText(NodeKind::kBytes, Take(size)));
      break;
    }
    case ']':
      Push(NewGroup(NodeKind::kList));
      break;
    case ')':
      Push(NewGroup(NodeKind::kTuple));
      break;
    case '}':
      Push(NewGroup(NodeKind::kDict));
      break;
    case 0x8f:  // EMPTY_SET
      Push(NewGroup(NodeKind::kSet));
      break;
    case 'a': {  // APPEND
      const uint32_t item = Pop();
      Append(Top(), {item});
      break;
    }
    case 'e': {  // APPENDS
      const std::vector<uint32_t> items = PopToMark();
      Append(Top(), items);
      break;
    }
    case 0x90: {  // ADDITEMS
      const std::vector<uint32_t> items = PopToMark();
      Expect(Top(), NodeKind::kSet);
      Append(Top(), items);
      break;
    }
    case 's': {  // SETITEM
      const uint32_t entry = Pop();
      const uint32_t key = Pop();
      SetItems(Top(), {key, entry});
      break;
    }
    case 'u': {  // SETITEMS
      const std::vector<uint32_t> items = PopToMark();
      SetItems(Top(), items);
      break;
    }
    case 't':  // TUPLE
      Push(NewGroup(NodeKind::kTuple, PopToMark()));
      break;
    case 0x85:
    case 0x86:
    case 0x87:
      PushTuple(opcode - 0x84u);
      break;
    case 'q':  // BINPUT
      Remember(Byte());
      break;
    case 'r':  // LONG_BINPUT
      Remember(Little<uint32_t>());
      break;
    case 0x94:  // MEMOIZE
      Remember(memo_.size());
      break;
    case 'h':  // BINGET
      Recall(Byte());
      break;
    case 'j':  // LONG_BINGET
      Recall(Little<uint32_t>());
      break;
    case 'c': {  // GLOBAL
      const std::string_view module = Line();
      const std::string_view name = Line();
      PushGlobal(module, name);
      break;
    }
    case 0x93: {  // STACK_GLOBAL
      const uint32_t name = Pop();
      const uint32_t module = Pop();
      Expect(name, NodeKind::kString);
      Expect(module, NodeKind::kString);
      PushGlobal(Text(module), Text(name));
      break;
    }
    case 'R':
      Reduce();
      break;
    case 'b':
      Build();
      break;
    case 'Q':
      Persistent();
      break;
    default:
      Fail(fmt::format("the opcode 0x{:02x} is not read", opcode));
  }
}

void PickleMachine::Reduce() {
  const uint32_t arguments = Pop();
  const uint32_t callee = Pop();
  Expect(callee, NodeKind::kGlobal);
  Expect(arguments, NodeKind::kTuple);
  Charge(Group(arguments).size());
  const std::vector<uint32_t> given = Group(arguments);
  const auto expect_count = [&](size_t least, size_t most) {
    if (given.size() < least || given.size() > most) {
      Fail("a type with the wrong number of arguments");
    }
  };
  switch (kGlobals[At(callee).integer].global) {
    case Global::kOrderedDict: {
      expect_count(0, 1);
      const uint32_t dict = NewGroup(NodeKind::kDict);
      if (!given.empty()) {
        Expect(given[0], NodeKind::kList);
        Charge(3 * Group(given[0]).size());
        for (const uint32_t pair : std::vector<uint32_t>(Group(given[0]))) {
          if (At(pair).kind != NodeKind::kList) Expect(pair, NodeKind::kTuple);
          if (Group(pair).size() != 2) Fail("a key without an entry");
          SetItems(dict, std::vector<uint32_t>(Group(pair)));
        }
      }
      Push(dict);
      return;
    }
    case Global::kSet: {
      expect_count(0, 1);
      std::vector<uint32_t> items;
      if (!given.empty()) {
        Expect(given[0], NodeKind::kList);
        Charge(Group(given[0]).size());
        items = Group(given[0]);
      }
      Push(NewGroup(NodeKind::kSet, std::move(items)));
      return;
    }
    case Global::kEncode: {  // how protocol 2 writes bytes
      expect_count(2, 2);
      Expect(given[0], NodeKind::kString);
      Expect(given[1], NodeKind::kString);
      if (Text(given[1]) != "latin1") Fail("an encoding that is not read");
      std::string bytes;
      const std::string_view text = Text(given[0]);
      Charge(text.size());
      for (size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<uint8_t>(text[i]);
        if (byte < 0x80) {
          bytes += text[i];
        } else if ((byte & 0xfe) == 0xc2 && i + 1 < text.size() &&
                   (static_cast<uint8_t>(text[i + 1]) & 0xc0) == 0x80) {
          ++i;
          bytes += static_cast<char>(((byte & 0x03) << 6) |
                                     (static_cast<uint8_t>(text[i]) & 0x3f));
        } else {
          Fail("text that is no latin1");
        }
      }
      document_.owned.push_back(std::move(bytes));
      Push(NewText(NodeKind::kBytes, document_.owned.back()));
      return;
    }
    case Global::kDtype: {
      expect_count(1, 3);
      Expect(given[0], NodeKind::kString);
      const std::string_view code = Text(given[0]);
      Dtype dtype;
      if (code.size() == 2 && code[1] >= '1' && code[1] <= '8' &&
          std::string_view("fiub").find(code[0]) != std::string_view::npos) {
        dtype = {code[0], static_cast<size_t>(code[1] - '0'), false};
      } else {
        Fail(fmt::format("the dtype '{}' is not read", Quoted(code, 20)));
      }
      Push(NewDtype(dtype));
      return;
    }
    case Global::kScalar: {
      expect_count(2, 2);
      Expect(given[0], NodeKind::kDtype);
      Expect(given[1], NodeKind::kBytes);
      const Dtype& dtype =
          document_.dtypes[static_cast<size_t>(At(given[0]).integer)];
      const std::string_view bytes = Text(given[1]);
      bool is_integer = false;
      int64_t integer = 0;
      double number = 0;
      if (bytes.size() != dtype.size ||
          !LoadElement(dtype, bytes.data(), &is_integer, &integer, &number)) {
        Fail("a NumPy scalar that is not read");
      }
      Push(dtype.kind == 'b' ? New(NodeKind::kBool, integer)
           : is_integer      ? New(NodeKind::kInteger, integer)
                             : New(NodeKind::kNumber, 0, number));
      return;
    }
    case Global::kReconstruct: {
      expect_count(3, 3);
      Expect(given[0], NodeKind::kGlobal);
      if (kGlobals[At(given[0]).integer].global != Global::kNdarray) {
        Fail("a NumPy array of a type that is not read");
      }
      document_.arrays.emplace_back();
      Push(New(NodeKind::kArray,
               static_cast<int64_t>(document_.arrays.size() - 1)));
      return;
    }
    case Global::kRebuildTensor:
      RebuildTensor(arguments);
      return;
    case Global::kNdarray:
    case Global::kStorage:
      Fail("a type that is called in a way that is not read");
  }
}

void PickleMachine::Build() {
  const uint32_t state = Pop();
  const uint32_t target = Top();
  if (At(target).kind == NodeKind::kArray) {
    BuildArray(target, state);
    return;
  }
  if (At(target).kind == NodeKind::kDtype) {
    Expect(state, NodeKind::kTuple);
    const std::vector<uint32_t>& fields = Group(state);
    if (fields.size() < 3) Fail("a dtype that is not read");
    Expect(fields[1], NodeKind::kString);
    const std::string_view order = Text(fields[1]);
    if (order != "<" && order != ">" && order != "|" && order != "=") {
      Fail("a dtype that is not read");
    }
    // Sub-arrays and fields would change what a datum is.
    for (size_t i = 2; i < std::min<size_t>(5, fields.size()); ++i) {
      if (At(fields[i]).kind != NodeKind::kNone) {
        Fail("a structured dtype is not read");
      }
    }
    document_.dtypes[static_cast<size_t>(At(target).integer)].big_endian =
        order == ">";
    return;
  }
  Fail(fmt::format("{} with a state is not read",
                   NodeKindName(At(target).kind)));
}

void PickleMachine::BuildArray(uint32_t array, uint32_t state) {
  Expect(state, NodeKind::kTuple);
  if (Group(state).size() != 5) Fail("a NumPy array that is not read");
  const std::vector<uint32_t> fields = Group(state);
  Expect(fields[1], NodeKind::kTuple);
  Expect(fields[2], NodeKind::kDtype);
  Expect(fields[3], NodeKind::kBool);
  Expect(fields[4], NodeKind::kBytes);
  Array& built = document_.arrays[static_cast<size_t>(At(array).integer)];
  built = {};
  built.dtype = document_.dtypes[static_cast<size_t>(At(fields[2]).integer)];
  const std::string_view bytes = Text(fields[4]);
  const size_t size = built.dtype.size;
  Charge(bytes.size() + Group(fields[1]).size());
  if (bytes.size() % size != 0) Fail("an array of the wrong size");
  const size_t count = bytes.size() / size;
  size_t expected = 1;
  for (const uint32_t extent : Group(fields[1])) {
    built.shape.push_back(Count(extent));
    const size_t e = built.shape.back();
    // Bounded by the bytes that are there, so that the product cannot wrap.
    if (e != 0 && expected > count / e) Fail("an array of the wrong size");
    expected *= e;
  }
  if (expected != count) Fail("an array of the wrong size");
  if (At(fields[3]).integer != 0 && built.shape.size() > 1) {
    Fail("an array in Fortran's order is not read");
  }
  for (size_t i = 0; i < count; ++i) {
    bool is_integer = false;
    int64_t integer = 0;
    double number = 0;
    if (!LoadElement(built.dtype, bytes.data() + i * size, &is_integer,
                     &integer, &number)) {
      Fail("an array of a type that is not read");
    }
    if (is_integer && std::abs(static_cast<double>(integer)) > 0x1p53) {
      Fail("an integer beyond 2^53");
    }
    built.elements.push_back(is_integer ? static_cast<double>(integer)
                                        : number);
  }
}

void PickleMachine::Persistent() {
  const uint32_t id = Pop();
  Expect(id, NodeKind::kTuple);
  if (Group(id).size() != 5) Fail("a persistent id that is not read");
  const std::vector<uint32_t> fields = Group(id);
  Expect(fields[0], NodeKind::kString);
  Expect(fields[1], NodeKind::kGlobal);
  Expect(fields[2], NodeKind::kString);
  const GlobalName& type = kGlobals[At(fields[1]).integer];
  if (Text(fields[0]) != "storage" || type.global != Global::kStorage) {
    Fail("a persistent id that is not read");
  }
  const auto storage = storages_.find(std::string(Text(fields[2])));
  if (storage == storages_.end()) {
    Fail(fmt::format("the archive lacks the storage '{}'",
                     Quoted(Text(fields[2]), 40)));
  }
  const size_t count = Count(fields[4]);
  if (storage->second.size() / type.dtype.size < count) {
    Fail("a storage that is shorter than it should be");
  }
  document_.storages.push_back(
      {type.dtype,
       std::string_view(storage->second).substr(0, count * type.dtype.size)});
  Push(New(NodeKind::kStorage,
           static_cast<int64_t>(document_.storages.size() - 1)));
}

void PickleMachine::RebuildTensor(uint32_t arguments) {
  const std::vector<uint32_t> given = Group(arguments);
  if (given.size() < 4 || given.size() > 7) {
    Fail("a tensor that is not read");
  }
  Expect(given[0], NodeKind::kStorage);
  Expect(given[2], NodeKind::kTuple);
  Expect(given[3], NodeKind::kTuple);
  const Storage storage =
      document_.storages[static_cast<size_t>(At(given[0]).integer)];
  const size_t offset = Count(given[1]);
  Charge(Group(given[2]).size() + Group(given[3]).size());
  const std::vector<uint32_t> extents = Group(given[2]);
  const std::vector<uint32_t> strides = Group(given[3]);
  if (extents.size() != strides.size()) Fail("a tensor that is not read");
  Array built;
  built.dtype = storage.dtype;
  const size_t available = storage.bytes.size() / storage.dtype.size;
  size_t count = 1;
  for (const uint32_t extent : extents) {
    built.shape.push_back(Count(extent));
    const size_t e = built.shape.back();
    // An expanded tensor repeats elements; none of what is published does.
    if (e != 0 && count > available / e) Fail("a tensor beyond its storage");
    count *= e;
  }
  std::vector<size_t> steps;
  Charge(count * (1 + strides.size()));
  for (const uint32_t stride : strides) steps.push_back(Count(stride));
  for (size_t i = 0; i < count; ++i) {
    size_t rest = i;
    size_t element = offset;
    for (size_t d = steps.size(); d-- > 0;) {
      const size_t index = rest % built.shape[d];
      rest /= built.shape[d];
      if (index != 0 && steps[d] > available) {
        Fail("a tensor beyond its storage");
      }
      element += index * steps[d];
      if (element >= available) Fail("a tensor beyond its storage");
    }
    if (element >= available) Fail("a tensor beyond its storage");
    bool is_integer = false;
    int64_t integer = 0;
    double number = 0;
    if (!LoadElement(storage.dtype,
                     storage.bytes.data() + element * storage.dtype.size,
                     &is_integer, &integer, &number)) {
      Fail("a tensor of a type that is not read");
    }
    if (is_integer && std::abs(static_cast<double>(integer)) > 0x1p53) {
      Fail("an integer beyond 2^53");
    }
    built.elements.push_back(is_integer ? static_cast<double>(integer)
                                        : number);
  }
  document_.arrays.push_back(std::move(built));
  Push(
      New(NodeKind::kArray, static_cast<int64_t>(document_.arrays.size() - 1)));
}

/// Depth and unfolded size of what the root holds: a walk over the data must
/// end, and soon, for whoever reads it.
void PickleMachine::CheckShape() const {
  const size_t count = document_.nodes.size();
  constexpr size_t kUnknown = 0;
  std::vector<size_t> unfolded(count, kUnknown);
  std::vector<uint32_t> depth(count, 0);
  std::vector<bool> open(count, false);
  struct Frame {
    uint32_t node;
    size_t next;
  };
  std::vector<Frame> path = {{document_.root, 0}};
  const auto group_of = [&](uint32_t node) -> const std::vector<uint32_t>* {
    const Node& n = document_.nodes[node];
    switch (n.kind) {
      case NodeKind::kList:
      case NodeKind::kTuple:
      case NodeKind::kSet:
      case NodeKind::kDict:
        return &document_.groups[static_cast<size_t>(n.integer)];
      case NodeKind::kGlobal:
      case NodeKind::kDtype:
      case NodeKind::kStorage:
        document_.Fail(n.position, fmt::format("{} stands where data should",
                                               NodeKindName(n.kind)));
      default:
        return nullptr;
    }
  };
  while (!path.empty()) {
    Frame& frame = path.back();
    const uint32_t node = frame.node;
    const std::vector<uint32_t>* group = group_of(node);
    if (group != nullptr && frame.next < group->size()) {
      const uint32_t child = (*group)[frame.next++];
      if (unfolded[child] != kUnknown) continue;
      open[node] = true;
      if (open[child]) {
        document_.Fail(document_.nodes[child].position,
                       "a container that contains itself");
      }
      if (path.size() >= limits_.depth) {
        document_.Fail(document_.nodes[child].position,
                       fmt::format("nested deeper than {}", limits_.depth));
      }
      path.push_back({child, 0});
      continue;
    }
    size_t total = 1;
    uint32_t deepest = 0;
    if (group != nullptr) {
      for (const uint32_t child : *group) {
        total += unfolded[child];
        deepest = std::max(deepest, depth[child]);
        if (total > limits_.unfolded) {
          document_.Fail(document_.nodes[node].position,
                         "shared data that unfolds to too much");
        }
      }
    }
    unfolded[node] = total;
    depth[node] = deepest + 1;
    if (depth[node] > limits_.depth) {
      document_.Fail(document_.nodes[node].position,
                     fmt::format("nested deeper than {}", limits_.depth));
    }
    open[node] = false;
    path.pop_back();
  }
}

Pickle Pickle::Read(std::string bytes, const std::string& name,
                    const std::map<std::string, std::string>& storages,
                    const PickleLimits& limits) {
  auto document = std::make_shared<Document>();
  document->bytes = std::move(bytes);
  document->name = Quoted(name, 400);
  if (document->bytes.size() > UINT32_MAX) {
    document->Fail(0, "larger than 4 GiB");
  }
  PickleMachine(document.get(), storages, limits).Run();
  document->storages.clear();  // they borrow from the caller
  Pickle pickle;
  pickle.document_ = std::move(document);
  return pickle;
}

PickleValue Pickle::Root() const {
  return PickleValue(document_.get(), document_->root);
}

namespace {

static_assert(static_cast<int>(PickleKind::kArray) ==
                  static_cast<int>(NodeKind::kArray),
              "the kinds of data come first, in one order");

const char* PickleKindName(PickleKind kind) {
  return NodeKindName(static_cast<NodeKind>(kind));
}

}  // namespace

PickleKind PickleValue::Kind() const {
  return static_cast<PickleKind>(document_->nodes[node_].kind);
}

void PickleValue::Fail(const std::string& message) const {
  document_->Fail(document_->nodes[node_].position, message);
}

namespace {

[[noreturn]] void Mismatch(const PickleValue& value, const char* expected) {
  value.Fail(fmt::format("expected {}, found {}", expected,
                         PickleKindName(value.Kind())));
}

}  // namespace

bool PickleValue::Bool() const {
  if (Kind() != PickleKind::kBool) Mismatch(*this, "a boolean");
  return document_->nodes[node_].integer != 0;
}

int64_t PickleValue::Integer() const {
  if (Kind() != PickleKind::kInteger) Mismatch(*this, "an integer");
  return document_->nodes[node_].integer;
}

double PickleValue::Number() const {
  if (Kind() == PickleKind::kInteger) {
    return static_cast<double>(document_->nodes[node_].integer);
  }
  if (Kind() != PickleKind::kNumber) Mismatch(*this, "a number");
  const double number = document_->nodes[node_].number;
  if (!std::isfinite(number)) Fail("expected a finite number");
  return number;
}

std::string_view PickleValue::String() const {
  if (Kind() != PickleKind::kString) Mismatch(*this, "a string");
  return document_->texts[static_cast<size_t>(document_->nodes[node_].integer)];
}

std::string_view PickleValue::Bytes() const {
  if (Kind() != PickleKind::kBytes) Mismatch(*this, "bytes");
  return document_->texts[static_cast<size_t>(document_->nodes[node_].integer)];
}

size_t PickleValue::Size() const {
  const Node& node = document_->nodes[node_];
  switch (Kind()) {
    case PickleKind::kList:
    case PickleKind::kTuple:
    case PickleKind::kSet:
      return document_->groups[static_cast<size_t>(node.integer)].size();
    case PickleKind::kDict:
      return document_->groups[static_cast<size_t>(node.integer)].size() / 2;
    default:
      Mismatch(*this, "a container");
  }
}

PickleValue PickleValue::operator[](size_t i) const {
  if (Kind() == PickleKind::kDict) Mismatch(*this, "a list");
  if (i >= Size()) Fail(fmt::format("has no item {}", i));
  const Node& node = document_->nodes[node_];
  return {document_, document_->groups[static_cast<size_t>(node.integer)][i]};
}

PickleValue PickleValue::Key(size_t i) const {
  if (Kind() != PickleKind::kDict) Mismatch(*this, "a dict");
  HWNAS_CHECK(i < Size());
  const Node& node = document_->nodes[node_];
  return {document_,
          document_->groups[static_cast<size_t>(node.integer)][2 * i]};
}

PickleValue PickleValue::Entry(size_t i) const {
  if (Kind() != PickleKind::kDict) Mismatch(*this, "a dict");
  HWNAS_CHECK(i < Size());
  const Node& node = document_->nodes[node_];
  return {document_,
          document_->groups[static_cast<size_t>(node.integer)][2 * i + 1]};
}

bool PickleValue::Find(std::string_view key, PickleValue* entry) const {
  if (Kind() != PickleKind::kDict) Mismatch(*this, "a dict");
  // As in Python, the last entry of a key counts.
  for (size_t i = Size(); i-- > 0;) {
    const PickleValue k = Key(i);
    if (k.Kind() == PickleKind::kString && k.String() == key) {
      *entry = Entry(i);
      return true;
    }
  }
  return false;
}

PickleValue PickleValue::Get(std::string_view key) const {
  PickleValue entry;
  if (!Find(key, &entry)) {
    Fail(fmt::format("the dict lacks the key '{}'", Quoted(key)));
  }
  return entry;
}

std::vector<size_t> PickleValue::Shape() const {
  if (Kind() != PickleKind::kArray) Mismatch(*this, "an array");
  return document_->arrays[static_cast<size_t>(document_->nodes[node_].integer)]
      .shape;
}

std::vector<double> PickleValue::Elements() const {
  if (Kind() != PickleKind::kArray) Mismatch(*this, "an array");
  return document_->arrays[static_cast<size_t>(document_->nodes[node_].integer)]
      .elements;
}

Pickle ReadPt(std::string_view bytes, const std::string& name) {
  // The older format begins with a pickle of the number 0x1950a86a20f9469cfc6c.
  constexpr std::string_view kOld("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9", 9);
  if (bytes.substr(0, kOld.size()) == kOld) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: is in PyTorch's format before 1.6; load and "
                            "save it with a newer one",
                            Quoted(name, 400)));
  }
  if (bytes.substr(0, 4) != "PK\x03\x04") {
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("{}: is no .pt file (a zip archive)", Quoted(name, 400)));
  }
  std::optional<std::string> pickle;
  std::map<std::string, std::string> storages;
  ReadArchive(
      bytes, name, {}, [](const std::string&) { return true; },
      [&](const std::string& path, std::string content) {
        const size_t slash = path.find('/');
        const std::string rest =
            slash == std::string::npos ? path : path.substr(slash + 1);
        if (rest == "data.pkl") {
          if (pickle.has_value()) {
            throw Error(
                ErrorCode::kCorrupt,
                fmt::format("{}: holds data.pkl twice", Quoted(name, 400)));
          }
          pickle = std::move(content);
        } else if (rest.rfind("data/", 0) == 0) {
          storages[rest.substr(5)] = std::move(content);
        } else if (rest == "byteorder" && content != "little") {
          throw Error(ErrorCode::kCorrupt,
                      fmt::format("{}: holds numbers in another byte order",
                                  Quoted(name, 400)));
        }
      });
  if (!pickle.has_value()) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("{}: holds no data.pkl", Quoted(name, 400)));
  }
  return Pickle::Read(std::move(*pickle), name, storages);
}

Pickle ReadPtFile(const std::string& path) {
  constexpr size_t kMostBytes = size_t{1} << 30;
  return ReadPt(ReadWholeFile(path, kMostBytes), path);
}

}  // namespace hwnas
