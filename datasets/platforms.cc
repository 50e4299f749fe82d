#include "datasets/platforms.h"

#include <fmt/format.h>

namespace hwnas {

void AddPlatformById(const std::string& id, TableWriter& writer,
                     ImportReport* report) {
  if (const Platform* known = FindKnownPlatform(id)) {
    writer.AddPlatform(*known);
    return;
  }
  Platform bare;
  bare.id = id;
  bare.device = id;
  writer.AddPlatform(bare);
  report->notes.push_back(
      fmt::format("the platform '{}' is known by its name only", id));
}

}  // namespace hwnas
