#include "tabular/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace hwnas {

void CheckFailed(const char* condition, const char* file, int line) {
  throw Error(ErrorCode::kInternal,
              fmt::format("{}:{}: check failed: {} (please report this)", file,
                          line, condition));
}

namespace {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Nearest(std::string_view name,
                    const std::vector<std::string>& known) {
  constexpr size_t kLongest = 200;
  if (name.size() > kLongest) return "";
  std::string best;
  size_t best_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > kLongest) continue;
    const size_t distance = EditDistance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

void FailUnknown(std::string_view what, std::string_view name,
                 const std::vector<std::string>& known) {
  const std::string nearest = Nearest(name, known);
  std::string message = fmt::format("unknown {} '{}'", what, Quoted(name));
  if (!nearest.empty()) message += fmt::format("; did you mean '{}'?", nearest);
  constexpr size_t kMost = 40;
  if (!known.empty() && known.size() <= kMost) {
    message += fmt::format(" (known: {})", fmt::join(known, ", "));
  }
  throw Error(ErrorCode::kUsage, message);
}

std::string Quoted(std::string_view text, size_t limit) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= limit) {
      out += "...";
      break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace hwnas
