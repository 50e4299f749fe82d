#ifndef HWNAS_TABULAR_PLATFORM_H_
#define HWNAS_TABULAR_PLATFORM_H_

#include <map>
#include <string>
#include <vector>

namespace hwnas {

/// One setting of a device that costs are known for. Data, not code: rows of
/// a table; the fields of an unknown thing are empty.
struct Platform {
  std::string id = {};         // `1080ti_32`: one setting
  std::string device = {};     // `1080ti`: settings of one device share it
  std::string category = {};   // server, desktop, mobile, embedded, tiny
  std::string processor = {};  // CPU, GPU, FPGA, ASIC, TPU, DSP, MCU
  int batch = 0;               // 0: not stated
  std::string precision = {};  // fp32, fp16, int8
  std::string runtime = {};    // PyTorch, TFLite, TensorRT, ...
  std::string method = {};     // how it was measured, or modelled
  /// Parameters of a platform family and other facts (`area_mm2`, `cores`).
  std::map<std::string, std::string> facts = {};

  bool operator==(const Platform&) const = default;
};

/// Platforms of the published tables that importers know, by id, sorted.
const std::vector<Platform>& KnownPlatforms();
/// Null when not known.
const Platform* FindKnownPlatform(const std::string& id);

}  // namespace hwnas

#endif  // HWNAS_TABULAR_PLATFORM_H_
