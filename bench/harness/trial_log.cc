#include "bench/harness/trial_log.h"

#include <bit>

#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas {
namespace {

constexpr uint8_t kFormat = 1;
constexpr uint8_t kJudgedFormat = 2;  // of entries with marks
// Flags of a packed trial.
constexpr uint8_t kRepeated = 1;
constexpr uint8_t kUncharged = 2;
constexpr uint8_t kOwnCost = 4;    // cost differs from the entry's full cost
constexpr uint8_t kOwnFinish = 8;  // finish is not 'previous + cost'
constexpr uint8_t kKnownFlags = 15;

void PutVarint(std::string* out, uint64_t value) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

void PutDouble(std::string* out, double value) {
  uint64_t bits = std::bit_cast<uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) {
    out->push_back(static_cast<char>(bits & 0xff));
  }
}

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  uint8_t Byte() {
    if (at_ >= bytes_.size()) Damaged("ends early");
    return static_cast<uint8_t>(bytes_[at_++]);
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Damaged("number too long");
  }
  double Double() {
    uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) {
      bits |= static_cast<uint64_t>(Byte()) << (8 * i);
    }
    return std::bit_cast<double>(bits);
  }
  uint32_t Index(size_t limit) {
    const uint64_t index = Varint();
    if (index >= limit) Damaged("index out of range");
    return static_cast<uint32_t>(index);
  }
  /// A count of things of at least one byte each.
  size_t Count() {
    const uint64_t count = Varint();
    if (count > bytes_.size() - at_) Damaged("count too large");
    return static_cast<size_t>(count);
  }
  void Format() {
    if (Byte() != kFormat) Damaged("of an unknown format");
  }
  void End() const {
    if (at_ != bytes_.size()) Damaged("has bytes left over");
  }
  [[noreturn]] void Damaged(const char* what) const {
    throw Error(ErrorCode::kCorrupt,
                std::string("results: a packed record ") + what + " at byte " +
                    std::to_string(at_) +
                    "; the file is damaged, use a copy or run again");
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

}  // namespace

uint64_t ContentHash(const DictionaryEntry& entry) {
  uint64_t hash = entry.architecture.Hash();
  const auto add = [&hash](uint64_t word) { hash = Mix64(hash ^ word); };
  add(static_cast<uint64_t>(entry.rung + 1) << 32 | entry.replicate);
  add(static_cast<uint64_t>(entry.status) << 8 |
      static_cast<uint64_t>(entry.missing));
  add(std::bit_cast<uint64_t>(entry.full_cost_seconds));
  add(entry.values.size() << 32 | entry.scores.size());
  for (const double value : entry.values) add(std::bit_cast<uint64_t>(value));
  for (const Value& score : entry.scores) {
    add(static_cast<uint64_t>(score.missing));
    if (score.Ok()) add(std::bit_cast<uint64_t>(score.value));
  }
  const EntryMarks& marks = entry.marks;
  if (marks != EntryMarks()) {
    add(uint64_t{marks.predicted_values} << 32 | marks.predicted_scores);
    add(marks.broken);
  }
  return hash;
}

std::string PackTrials(std::span<const LoggedTrial> trials,
                       std::span<const double> full_cost) {
  std::string out;
  out.reserve(trials.size() * 4 + 16);
  out.push_back(static_cast<char>(kFormat));
  PutVarint(&out, trials.size());
  double clock = 0;
  for (const LoggedTrial& trial : trials) {
    const bool own_cost = trial.cost_seconds != full_cost[trial.entry];
    const bool own_finish = trial.finish_seconds != clock + trial.cost_seconds;
    uint8_t flags = 0;
    if (trial.repeated) flags |= kRepeated;
    if (!trial.charged) flags |= kUncharged;
    if (own_cost) flags |= kOwnCost;
    if (own_finish) flags |= kOwnFinish;
    out.push_back(static_cast<char>(flags));
    PutVarint(&out, trial.entry);
    if (own_cost) PutDouble(&out, trial.cost_seconds);
    if (own_finish) PutDouble(&out, trial.finish_seconds);
    clock = trial.finish_seconds;
  }
  return out;
}

std::vector<LoggedTrial> UnpackTrials(std::string_view bytes,
                                      std::span<const double> full_cost) {
  Cursor in(bytes);
  in.Format();
  std::vector<LoggedTrial> trials(in.Count());
  double clock = 0;
  for (LoggedTrial& trial : trials) {
    const uint8_t flags = in.Byte();
    if ((flags & ~kKnownFlags) != 0) in.Damaged("has unknown flags");
    trial.repeated = (flags & kRepeated) != 0;
    trial.charged = (flags & kUncharged) == 0;
    trial.entry = in.Index(full_cost.size());
    trial.cost_seconds =
        (flags & kOwnCost) != 0 ? in.Double() : full_cost[trial.entry];
    trial.finish_seconds =
        (flags & kOwnFinish) != 0 ? in.Double() : clock + trial.cost_seconds;
    clock = trial.finish_seconds;
  }
  in.End();
  return trials;
}

std::string PackIndices(std::span<const uint32_t> indices) {
  std::string out;
  out.push_back(static_cast<char>(kFormat));
  PutVarint(&out, indices.size());
  for (const uint32_t index : indices) PutVarint(&out, index);
  return out;
}

std::vector<uint32_t> UnpackIndices(std::string_view bytes, uint32_t limit) {
  Cursor in(bytes);
  in.Format();
  std::vector<uint32_t> indices(in.Count());
  for (uint32_t& index : indices) index = in.Index(limit);
  in.End();
  return indices;
}

std::string PackEntryValues(const DictionaryEntry& entry) {
  const EntryMarks& marks = entry.marks;
  const bool judged = marks != EntryMarks();
  std::string out;
  out.push_back(static_cast<char>(judged ? kJudgedFormat : kFormat));
  PutDouble(&out, entry.full_cost_seconds);
  PutVarint(&out, entry.values.size());
  for (const double value : entry.values) PutDouble(&out, value);
  PutVarint(&out, entry.scores.size());
  for (const Value& score : entry.scores) {
    out.push_back(static_cast<char>(score.missing));
    if (score.Ok()) PutDouble(&out, score.value);
  }
  if (judged) {
    PutVarint(&out, marks.predicted_values);
    PutVarint(&out, marks.predicted_scores);
    out.push_back(static_cast<char>(marks.broken));
  }
  return out;
}

void UnpackEntryValues(std::string_view bytes, DictionaryEntry* entry) {
  Cursor in(bytes);
  const uint8_t format = in.Byte();
  if (format != kFormat && format != kJudgedFormat) {
    in.Damaged("of an unknown format");
  }
  entry->full_cost_seconds = in.Double();
  entry->values.resize(in.Count());
  for (double& value : entry->values) value = in.Double();
  entry->scores.resize(in.Count());
  for (Value& score : entry->scores) {
    const uint8_t missing = in.Byte();
    if (missing > static_cast<uint8_t>(Missing::kDiverged)) {
      in.Damaged("has an unknown reason");
    }
    score.missing = static_cast<Missing>(missing);
    score.value = score.Ok() ? in.Double() : 0;
  }
  entry->marks = {};
  if (format == kJudgedFormat) {
    entry->marks.predicted_values = in.Index(size_t{1} << 32);
    entry->marks.predicted_scores = in.Index(size_t{1} << 32);
    const uint8_t broken = in.Byte();
    if (broken > 1) in.Damaged("has unknown flags");
    entry->marks.broken = broken != 0;
  }
  in.End();
}

}  // namespace hwnas
