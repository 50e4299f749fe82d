#include "tabular/platform.h"

#include <algorithm>

namespace hwnas {
namespace {

/// HELP (Lee et al., NeurIPS 2021): one setting per batch. Its repository
/// states the batch of graphics cards, in their ids, and neither precision nor
/// runtime; for other processors no batch either. The category is ours: HELP
/// calls its Xeons desktop processors.
void AddHelp(std::vector<Platform>* out) {
  const struct {
    const char* device;
    const char* name;
  } gpus[] = {
      {"1080ti", "NVIDIA GeForce GTX 1080 Ti"},
      {"2080ti", "NVIDIA GeForce RTX 2080 Ti"},
      {"titan_rtx", "NVIDIA Titan RTX"},
      {"titanx", "NVIDIA GeForce GTX Titan X"},
      {"titanxp", "NVIDIA Titan Xp"},
  };
  for (const auto& gpu : gpus) {
    // 256 on nb201's cells, 64 on FBNet's networks.
    for (const int batch : {1, 32, 64, 256}) {
      out->push_back({.id = gpu.device + ("_" + std::to_string(batch)),
                      .device = gpu.device,
                      .category = "desktop",
                      .processor = "GPU",
                      .batch = batch,
                      .method = "measured by HELP",
                      .facts = {{"name", gpu.name}}});
    }
  }
  const struct {
    const char* id;
    const char* name;
    const char* category;
  } cpus[] = {
      {"gold_6226", "Intel Xeon Gold 6226", "server"},
      {"gold_6240", "Intel Xeon Gold 6240", "server"},
      {"silver_4114", "Intel Xeon Silver 4114", "server"},
      {"silver_4210r", "Intel Xeon Silver 4210R", "server"},
      {"essential_ph_1", "Essential Phone PH-1", "mobile"},
      {"pixel2", "Google Pixel 2", "mobile"},
      {"samsung_a50", "Samsung Galaxy A50", "mobile"},
      {"samsung_s7", "Samsung Galaxy S7", "mobile"},
  };
  for (const auto& cpu : cpus) {
    out->push_back({.id = cpu.id,
                    .device = cpu.id,
                    .category = cpu.category,
                    .processor = "CPU",
                    .method = "measured by HELP",
                    .facts = {{"name", cpu.name}}});
  }
}

/// HW-NAS-Bench (Li et al., ICLR 2021); HELP repeats raspi4, pixel3, eyeriss
/// and fpga. The edge GPU's script is published (dev/proj_edgegpu): torch2trt
/// on a Jetson TX2, one image, 50 repeats behind a warm-up, power from the
/// board's sensors. Of the others the tools are stated as a summary of the
/// paper names them; batch and precision are not known.
void AddHwNasBench(std::vector<Platform>* out) {
  const std::string measured = "measured by HW-NAS-Bench";
  out->push_back({.id = "edgegpu",
                  .device = "edgegpu",
                  .category = "embedded",
                  .processor = "GPU",
                  .batch = 1,
                  .runtime = "TensorRT",
                  .method = measured + ": mean of 50 repeats after 3 s of "
                                       "warm-up, power by the board's sensors",
                  .facts = {{"name", "NVIDIA Jetson TX2"}}});
  out->push_back({.id = "edgetpu",
                  .device = "edgetpu",
                  .category = "embedded",
                  .processor = "TPU",
                  .runtime = "TFLite, Edge TPU compiler",
                  .method = measured,
                  .facts = {{"name", "Google Edge TPU"}}});
  out->push_back({.id = "pixel3",
                  .device = "pixel3",
                  .category = "mobile",
                  .processor = "CPU",
                  .runtime = "TFLite",
                  .method = measured,
                  .facts = {{"name", "Google Pixel 3"}}});
  out->push_back({.id = "raspi4",
                  .device = "raspi4",
                  .category = "embedded",
                  .processor = "CPU",
                  .runtime = "TFLite",
                  .method = measured,
                  .facts = {{"name", "Raspberry Pi 4"}}});
  out->push_back({.id = "eyeriss",
                  .device = "eyeriss",
                  .category = "embedded",
                  .processor = "ASIC",
                  .method = "estimated by HW-NAS-Bench with models of the "
                            "accelerator (Accelergy and Timeloop, DNN-Chip "
                            "Predictor)",
                  .facts = {{"name", "Eyeriss"}}});
  out->push_back({.id = "fpga",
                  .device = "fpga",
                  .category = "embedded",
                  .processor = "FPGA",
                  .method = "estimated by HW-NAS-Bench with Vivado HLS",
                  .facts = {{"name", "Xilinx ZC706"}}});
}

/// Accel-NASBench (Ahmad et al., DATE 2024).
void AddAccelNasBench(std::vector<Platform>* out) {
  const struct {
    const char* id;
    const char* name;
    const char* category;
    const char* processor;
  } accelerators[] = {
      {"3090", "NVIDIA GeForce RTX 3090", "desktop", "GPU"},
      {"a100", "NVIDIA A100", "server", "GPU"},
      {"tpuv2", "Google Cloud TPU v2", "server", "TPU"},
      {"tpuv3", "Google Cloud TPU v3", "server", "TPU"},
      {"vck190", "Xilinx Versal VCK190", "embedded", "FPGA"},
      {"zcu102", "Xilinx Zynq UltraScale+ ZCU102", "embedded", "FPGA"},
  };
  for (const auto& accelerator : accelerators) {
    out->push_back({.id = accelerator.id,
                    .device = accelerator.id,
                    .category = accelerator.category,
                    .processor = accelerator.processor,
                    .method = "measured by Accel-NASBench",
                    .facts = {{"name", accelerator.name}}});
  }
}

}  // namespace

const std::vector<Platform>& KnownPlatforms() {
  static const std::vector<Platform> platforms = [] {
    std::vector<Platform> all;
    AddHelp(&all);
    AddHwNasBench(&all);
    AddAccelNasBench(&all);
    std::sort(all.begin(), all.end(),
              [](const Platform& a, const Platform& b) { return a.id < b.id; });
    return all;
  }();
  return platforms;
}

const Platform* FindKnownPlatform(const std::string& id) {
  for (const Platform& platform : KnownPlatforms()) {
    if (platform.id == id) return &platform;
  }
  return nullptr;
}

}  // namespace hwnas
