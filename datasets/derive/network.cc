#include "datasets/derive/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "tabular/error.h"
#include "tabular/rng.h"

namespace hwnas::derive {
namespace {

constexpr float kEpsilon = 1e-5f;
constexpr float kMomentum = 0.1f;  // of running statistics

// Groups of a backward pass over one convolution at a time, so that what the
// three loops over them touch stays in the first-level cache.
int ChunkGroups(const ConvShape& shape) { return shape.in_size >= 7 ? 2 : 8; }

// e^x for x <= 0 (Cephes expf), with the operations of IEEE alone, so that
// no result hangs on the C library's choice of instructions.
float Exp(float x) {
  if (!(x > -87.0f)) return 0.0f;
  const float n = std::floor(x * 1.44269504088896341f + 0.5f);
  x -= n * 0.693359375f;
  x -= n * -2.12194440e-4f;
  float y = 1.9875691500e-4f;
  y = y * x + 1.3981999507e-3f;
  y = y * x + 8.3334519073e-3f;
  y = y * x + 4.1665795894e-2f;
  y = y * x + 1.6666665459e-1f;
  y = y * x + 5.0000001201e-1f;
  y = y * x * x + x + 1.0f;
  const auto bits = static_cast<uint32_t>(static_cast<int32_t>(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof(power));
  return y * power;
}

float SumLanes(const float* lanes) {
  float sum[kLanes];
  std::memcpy(sum, lanes, sizeof(sum));
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) sum[i] += sum[i + half];
  }
  return sum[0];
}

double SumLanesWide(const float* lanes) {
  double sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += static_cast<double>(lanes[i]);
  return sum;
}

}  // namespace

void FreeDeleter::operator()(float* p) const { std::free(p); }

float* Workspace::Reserve(size_t floats) {
  if (floats > size_) {
    block_.reset();
    const size_t bytes = (floats * sizeof(float) + 4095) / 4096 * 4096;
    block_.reset(static_cast<float*>(std::aligned_alloc(4096, bytes)));
    if (block_ == nullptr) throw std::bad_alloc();
    size_ = floats;
  }
  return block_.get();
}

Network::Network(Plan plan, int max_groups, const Kernels& kernels,
                 Workspace* workspace)
    : plan_(std::move(plan)), kernels_(kernels), max_groups_(max_groups) {
  size_t parameters = 0;
  size_t statistics = 0;
  size_t folded = 0;
  size_t largest_conv = 0;
  size_t largest_sums = 0;
  size_t largest_weights = 0;
  size_t largest_padded = 0;
  size_t largest_raw = 0;  // of what a convolution reads without a ReLU
  const auto add_norm = [&](int channels) {
    Norm norm;
    norm.channels = channels;
    norm.gamma = parameters;
    norm.mean = statistics;
    norm.batch_mean.resize(static_cast<size_t>(channels));
    norm.batch_inverse.resize(static_cast<size_t>(channels));
    parameters += 2 * static_cast<size_t>(channels);
    statistics += 2 * static_cast<size_t>(channels);
    norms_.push_back(std::move(norm));
    return static_cast<int>(norms_.size()) - 1;
  };
  const size_t n = plan_.tensors.size();
  has_rectified_.assign(n, false);
  int widest = 0;
  int largest_size = 0;
  for (const Plan::Tensor& t : plan_.tensors) {
    widest = std::max(widest, t.channels);
    largest_size = std::max(largest_size, t.size);
  }
  for (const Plan::Edge& edge : plan_.edges) {
    EdgeState state;
    if (edge.kind == Plan::Kind::kConv) {
      const Plan::Tensor& from = plan_.tensors[static_cast<size_t>(edge.from)];
      const Plan::Tensor& to = plan_.tensors[static_cast<size_t>(edge.to)];
      state.shape = {from.channels, to.channels, from.size,
                     to.size,       edge.kernel, edge.stride};
      state.weight = parameters;
      state.weight_count = static_cast<size_t>(from.channels) *
                           static_cast<size_t>(to.channels) *
                           static_cast<size_t>(edge.kernel * edge.kernel);
      parameters += state.weight_count;
      if (edge.norm) state.norm = add_norm(to.channels);
      state.folded = folded;
      folded += state.weight_count + static_cast<size_t>(to.channels);
      largest_weights = std::max(largest_weights, state.weight_count);
      largest_conv = std::max(
          largest_conv, static_cast<size_t>(to.channels * to.size * to.size) *
                            static_cast<size_t>(kLanes * max_groups));
      largest_padded =
          std::max(largest_padded, SparseConv::ScratchFloats(state.shape));
      if (edge.relu) {
        has_rectified_[static_cast<size_t>(edge.from)] = true;
      } else {
        largest_raw = std::max(
            largest_raw,
            static_cast<size_t>(Count(edge.from, max_groups)) * kLanes);
      }
    }
    states_.push_back(std::move(state));
  }
  largest_sums = largest_weights * kLanes;
  const Plan::Tensor& last = plan_.tensors.back();
  const int head_norm = add_norm(last.channels);
  linear_ = parameters;
  parameters += static_cast<size_t>((last.channels + 1) * plan_.classes);
  parameters_.assign(parameters, 0.0f);
  gradients_.assign(parameters, 0.0f);
  momentum_.assign(parameters, 0.0f);
  statistics_.assign(statistics, 0.0f);
  folded_linear_ = folded;
  folded += static_cast<size_t>((last.channels + 1) * plan_.classes);
  folded_head_ = folded;
  folded += 2 * static_cast<size_t>(last.channels);
  folded_.assign(folded, 0.0f);
  rounded_.assign(static_cast<size_t>(Sites()), false);
  rectified_ready_.assign(n, false);
  touched_.assign(n, false);
  rectified_touched_.assign(n, false);

  // Two rounds: the first counts, the second hands out.
  float* base = nullptr;
  size_t used = 0;
  const auto take = [&](size_t floats) {
    float* at = base == nullptr ? nullptr : base + used;
    used += (floats + 15) / 16 * 16;
    return at;
  };
  for (int round = 0; round < 2; ++round) {
    if (round == 1) base = workspace->Reserve(used);
    used = 0;
    value_.assign(n, nullptr);
    rectified_ = d_value_ = d_rectified_ = value_;
    for (size_t t = 0; t < n; ++t) {
      const size_t floats =
          static_cast<size_t>(Count(static_cast<int>(t), max_groups)) * kLanes;
      if (t > 0) value_[t] = take(floats);
      if (t > 0) d_value_[t] = take(floats);
      if (has_rectified_[t]) {
        rectified_[t] = take(floats);
        d_rectified_[t] = take(floats);
      }
    }
    for (size_t e = 0; e < states_.size(); ++e) {
      if (states_[e].norm < 0) continue;
      norms_[static_cast<size_t>(states_[e].norm)].input = take(
          static_cast<size_t>(Count(plan_.edges[e].to, max_groups)) * kLanes);
    }
    const size_t head_floats =
        static_cast<size_t>(Count(static_cast<int>(n) - 1, max_groups)) *
        kLanes;
    head_ = take(head_floats);
    d_head_ = take(head_floats);
    d_conv_ = take(largest_conv);
    mirrored_ = take(largest_weights);
    weight_sums_ = take(largest_sums);
    channel_sums_ = take(static_cast<size_t>(widest) * 2 * kLanes);
    coefficients_ = take(static_cast<size_t>(widest) * 3);
    pool_scratch_ =
        take(static_cast<size_t>(largest_size * largest_size) * kLanes);
    pooled_ = take(static_cast<size_t>(max_groups * last.channels) * kLanes);
    raw_rounded_ = take(largest_raw);
    padded_ = take(largest_padded);
    scores_ = take(static_cast<size_t>(max_groups * plan_.classes) * kLanes);
    norms_[static_cast<size_t>(head_norm)].input = value_[n - 1];
  }
}

int Network::Count(int tensor, int groups) const {
  const Plan::Tensor& t = plan_.tensors[static_cast<size_t>(tensor)];
  return groups * t.channels * t.size * t.size;
}

void Network::Initialize(uint64_t seed, std::string_view label) {
  std::fill(parameters_.begin(), parameters_.end(), 0.0f);
  std::fill(momentum_.begin(), momentum_.end(), 0.0f);
  std::fill(statistics_.begin(), statistics_.end(), 0.0f);
  const auto draw = [&](const std::string& name, size_t at, size_t count,
                        double variance) {
    Rng rng = Rng::FromLabel(seed, fmt::format("{}/init/{}", label, name));
    const double deviation = std::sqrt(variance);
    for (size_t i = 0; i < count; ++i) {
      parameters_[at + i] = static_cast<float>(deviation * rng.Normal());
    }
  };
  for (size_t e = 0; e < states_.size(); ++e) {
    const EdgeState& state = states_[e];
    if (state.weight_count == 0) continue;
    const int fan_in =
        state.shape.in_channels * state.shape.kernel * state.shape.kernel;
    draw(plan_.edges[e].name, state.weight, state.weight_count, 2.0 / fan_in);
  }
  const int features = plan_.tensors.back().channels;
  draw("head", linear_, static_cast<size_t>(features * plan_.classes),
       1.0 / features);
  for (const Norm& norm : norms_) {
    for (int c = 0; c < norm.channels; ++c) {
      parameters_[norm.gamma + static_cast<size_t>(c)] = 1.0f;
      statistics_[norm.mean + static_cast<size_t>(norm.channels + c)] = 1.0f;
    }
  }
}

const float* Network::Rectified(int tensor, int groups) {
  const auto t = static_cast<size_t>(tensor);
  if (!rectified_ready_[t]) {
    kernels_.relu(Count(tensor, groups), value_[t], rectified_[t]);
    rectified_ready_[t] = true;
  }
  return rectified_[t];
}

// Turns sums into batch statistics, updates the running ones, and gives the
// normalisation as a * x + b.
void Network::NormForward(Norm* norm, int groups, int size, const float* sums,
                          float* a, float* b) {
  const double count = static_cast<double>(groups) * kLanes * size * size;
  for (int c = 0; c < norm->channels; ++c) {
    const auto i = static_cast<size_t>(c);
    const double mean = SumLanesWide(sums + i * 2 * kLanes) / count;
    const double variance = std::max(
        0.0, SumLanesWide(sums + (i * 2 + 1) * kLanes) / count - mean * mean);
    const double inverse =
        1.0 / std::sqrt(variance + static_cast<double>(kEpsilon));
    norm->batch_mean[i] = static_cast<float>(mean);
    norm->batch_inverse[i] = static_cast<float>(inverse);
    float* running = statistics_.data() + norm->mean + i;
    running[0] += kMomentum * (static_cast<float>(mean) - running[0]);
    running += norm->channels;
    running[0] +=
        kMomentum *
        (static_cast<float>(variance * count / (count - 1)) - running[0]);
    const float* gamma = parameters_.data() + norm->gamma + i;
    a[i] = gamma[0] * norm->batch_inverse[i];
    b[i] = gamma[norm->channels] - norm->batch_mean[i] * a[i];
  }
}

// From the sums of dy and dy * x: the gradients of scale and shift, and
// dx = a * dy + b * x + c.
void Network::NormBackward(const Norm& norm, int groups, int size,
                           const float* sums, float* a, float* b, float* c) {
  const double count = static_cast<double>(groups) * kLanes * size * size;
  for (int k = 0; k < norm.channels; ++k) {
    const auto i = static_cast<size_t>(k);
    const double mean = static_cast<double>(norm.batch_mean[i]);
    const double inverse = static_cast<double>(norm.batch_inverse[i]);
    const double sum = SumLanesWide(sums + i * 2 * kLanes);
    const double dot = SumLanesWide(sums + (i * 2 + 1) * kLanes);
    const double d_gamma = inverse * (dot - mean * sum);
    gradients_[norm.gamma + i] = static_cast<float>(d_gamma);
    gradients_[norm.gamma + i + static_cast<size_t>(norm.channels)] =
        static_cast<float>(sum);
    const double scale =
        static_cast<double>(parameters_[norm.gamma + i]) * inverse;
    const double slope = -scale * inverse * d_gamma / count;
    a[i] = static_cast<float>(scale);
    b[i] = static_cast<float>(slope);
    c[i] = static_cast<float>(-scale * sum / count - slope * mean);
  }
}

void Network::PassOn(const Plan::Edge& edge, bool accumulate, int groups) {
  const float* in = value_[static_cast<size_t>(edge.from)];
  float* out = value_[static_cast<size_t>(edge.to)];
  const Plan::Tensor& shape = plan_.tensors[static_cast<size_t>(edge.to)];
  const int planes = groups * shape.channels;
  if (edge.kind == Plan::Kind::kSkip) {
    kernels_.add(Count(edge.to, groups), in, accumulate, out);
  } else if (edge.kind == Plan::Kind::kAvgPool3) {
    kernels_.avg_pool3(planes, shape.size, in, accumulate, pool_scratch_, out);
  } else {
    HWNAS_CHECK(edge.kind == Plan::Kind::kAvgPool2 && !accumulate);
    kernels_.avg_pool2(
        planes, plan_.tensors[static_cast<size_t>(edge.from)].size, in, out);
  }
}

void Network::Forward(int groups) {
  std::fill(touched_.begin(), touched_.end(), false);
  std::fill(rectified_ready_.begin(), rectified_ready_.end(), false);
  float* a = coefficients_;
  for (size_t e = 0; e < plan_.edges.size(); ++e) {
    const Plan::Edge& edge = plan_.edges[e];
    const EdgeState& state = states_[e];
    const auto from = static_cast<size_t>(edge.from);
    const auto to = static_cast<size_t>(edge.to);
    const bool accumulate = touched_[to];
    const Plan::Tensor& shape = plan_.tensors[to];
    switch (edge.kind) {
      case Plan::Kind::kConv: {
        const float* in =
            edge.relu ? Rectified(edge.from, groups) : value_[from];
        const float* weights = parameters_.data() + state.weight;
        if (!edge.norm) {
          kernels_.conv(state.shape, groups, in, weights, nullptr, accumulate,
                        value_[to], nullptr);
          break;
        }
        Norm& norm = norms_[static_cast<size_t>(state.norm)];
        float* b = a + shape.channels;
        std::fill_n(channel_sums_, shape.channels * 2 * kLanes, 0.0f);
        kernels_.conv(state.shape, groups, in, weights, nullptr, false,
                      norm.input, channel_sums_);
        NormForward(&norm, groups, shape.size, channel_sums_, a, b);
        kernels_.scale_shift(groups, shape.channels, shape.size * shape.size,
                             norm.input, a, b, accumulate, value_[to]);
        break;
      }
      case Plan::Kind::kSkip:
      case Plan::Kind::kAvgPool3:
      case Plan::Kind::kAvgPool2:
        PassOn(edge, accumulate, groups);
        break;
    }
    touched_[to] = true;
  }
  ZeroUnreached(groups);
}

// The head of a disconnected network sees zeros.
void Network::ZeroUnreached(int groups) {
  const int last = static_cast<int>(plan_.tensors.size()) - 1;
  if (touched_.back()) return;
  std::fill_n(value_.back(), Count(last, groups) * kLanes, 0.0f);
}

bool Network::Step(const float* images, std::span<const uint8_t> labels,
                   double* loss) {
  const int groups = static_cast<int>(labels.size()) / kLanes;
  HWNAS_CHECK(groups > 0 && groups <= max_groups_ &&
              labels.size() % kLanes == 0);
  value_[0] = const_cast<float*>(images);
  Forward(groups);

  const size_t last = plan_.tensors.size() - 1;
  const Plan::Tensor& shape = plan_.tensors[last];
  const int channels = shape.channels;
  const int positions = shape.size * shape.size;
  const int classes = plan_.classes;
  Norm& norm = norms_.back();
  float* a = coefficients_;
  float* b = a + channels;
  float* c = b + channels;
  std::fill_n(channel_sums_, channels * 2 * kLanes, 0.0f);
  kernels_.dot_sums(groups, channels, positions, value_[last], value_[last],
                    channel_sums_);
  NormForward(&norm, groups, shape.size, channel_sums_, a, b);
  kernels_.scale_shift(groups, channels, positions, value_[last], a, b, false,
                       head_);
  kernels_.relu(groups * channels * positions, head_, head_);
  const float share = 1.0f / static_cast<float>(positions);
  for (int p = 0; p < groups * channels; ++p) {
    const float* plane = head_ + static_cast<long>(p) * positions * kLanes;
    float sum[kLanes] = {};
    for (int i = 0; i < positions; ++i) {
      for (int l = 0; l < kLanes; ++l) sum[l] += plane[i * kLanes + l];
    }
    for (int l = 0; l < kLanes; ++l) {
      pooled_[p * kLanes + l] = sum[l] * share;
    }
  }

  // Linear layer, softmax, and their gradients, group by group.
  const float* weights = parameters_.data() + linear_;
  const float* biases = weights + channels * classes;
  std::fill_n(weight_sums_, (channels + 1) * classes * kLanes, 0.0f);
  const float per_image = 1.0f / static_cast<float>(groups * kLanes);
  bool finite = true;
  double total = 0;
  for (int g = 0; g < groups; ++g) {
    const float* features = pooled_ + g * channels * kLanes;
    float* scores = scores_ + g * classes * kLanes;
    float highest[kLanes], sum[kLanes] = {};
    for (int k = 0; k < classes; ++k) {
      float* s = scores + k * kLanes;
      for (int l = 0; l < kLanes; ++l) s[l] = biases[k];
      for (int j = 0; j < channels; ++j) {
        const float w = weights[k * channels + j];
        for (int l = 0; l < kLanes; ++l) s[l] += w * features[j * kLanes + l];
      }
      for (int l = 0; l < kLanes; ++l) {
        if (!std::isfinite(s[l])) finite = false;
        highest[l] = k == 0 ? s[l] : std::max(highest[l], s[l]);
      }
    }
    if (!finite) return false;
    const uint8_t* label = labels.data() + g * kLanes;
    if (loss != nullptr) {
      for (int l = 0; l < kLanes; ++l) {
        total -=
            static_cast<double>(scores[label[l] * kLanes + l] - highest[l]);
      }
    }
    for (int k = 0; k < classes; ++k) {
      float* s = scores + k * kLanes;
      for (int l = 0; l < kLanes; ++l) {
        s[l] = Exp(s[l] - highest[l]);
        sum[l] += s[l];
      }
    }
    if (loss != nullptr) {
      for (int l = 0; l < kLanes; ++l) {
        total += std::log(static_cast<double>(sum[l]));
      }
    }
    for (int k = 0; k < classes; ++k) {
      float* s = scores + k * kLanes;
      for (int l = 0; l < kLanes; ++l) {
        s[l] = (s[l] / sum[l] - (label[l] == k ? 1.0f : 0.0f)) * per_image;
      }
      for (int j = 0; j < channels; ++j) {
        float* to = weight_sums_ + (k * channels + j) * kLanes;
        for (int l = 0; l < kLanes; ++l) {
          to[l] += s[l] * features[j * kLanes + l];
        }
      }
      float* to = weight_sums_ + (classes * channels + k) * kLanes;
      for (int l = 0; l < kLanes; ++l) to[l] += s[l];
    }
    // The gradient of the pooled features, at every position of its plane.
    for (int j = 0; j < channels; ++j) {
      float d[kLanes] = {};
      for (int k = 0; k < classes; ++k) {
        const float w = weights[k * channels + j];
        for (int l = 0; l < kLanes; ++l) d[l] += w * scores[k * kLanes + l];
      }
      const long plane = (static_cast<long>(g) * channels + j) * positions;
      for (int l = 0; l < kLanes; ++l) d[l] *= share;
      for (int i = 0; i < positions; ++i) {
        const float* h = head_ + (plane + i) * kLanes;
        float* to = d_head_ + (plane + i) * kLanes;
        for (int l = 0; l < kLanes; ++l) to[l] = h[l] > 0.0f ? d[l] : 0.0f;
      }
    }
  }
  if (loss != nullptr) *loss = total * static_cast<double>(per_image);
  for (int i = 0; i < (channels + 1) * classes; ++i) {
    gradients_[linear_ + static_cast<size_t>(i)] =
        SumLanes(weight_sums_ + static_cast<long>(i) * kLanes);
  }
  std::fill_n(channel_sums_, channels * 2 * kLanes, 0.0f);
  kernels_.dot_sums(groups, channels, positions, d_head_, value_[last],
                    channel_sums_);
  NormBackward(norm, groups, shape.size, channel_sums_, a, b, c);
  kernels_.combine(groups, channels, positions, d_head_, value_[last], a, b, c,
                   d_value_[last]);
  Backward(groups);
  return true;
}

void Network::Backward(int groups) {
  const size_t n = plan_.tensors.size();
  std::fill(rectified_touched_.begin(), rectified_touched_.end(), false);
  for (size_t t = 1; t < n; ++t) {
    const int count = Count(static_cast<int>(t), groups) * kLanes;
    if (t + 1 < n) std::fill_n(d_value_[t], count, 0.0f);
    if (has_rectified_[t]) std::fill_n(d_rectified_[t], count, 0.0f);
  }
  int finished = static_cast<int>(n);  // tensors from here are complete
  for (size_t e = plan_.edges.size(); e-- > 0;) {
    const Plan::Edge& edge = plan_.edges[e];
    const auto from = static_cast<size_t>(edge.from);
    const auto to = static_cast<size_t>(edge.to);
    // All that flows back into `to` is there once its own edges begin.
    for (; finished > edge.to; --finished) {
      const auto t = static_cast<size_t>(finished - 1);
      if (has_rectified_[t]) {
        kernels_.relu_backward(Count(finished - 1, groups), rectified_[t],
                               d_rectified_[t], d_value_[t]);
      }
    }
    const Plan::Tensor& shape = plan_.tensors[to];
    switch (edge.kind) {
      case Plan::Kind::kConv:
        ConvBackward(edge, states_[e], groups);
        break;
      case Plan::Kind::kSkip:
        kernels_.add(Count(edge.to, groups), d_value_[to], true,
                     d_value_[from]);
        break;
      case Plan::Kind::kAvgPool3:
        kernels_.avg_pool3_backward(groups * shape.channels, shape.size,
                                    d_value_[to], pool_scratch_,
                                    d_value_[from]);
        break;
      case Plan::Kind::kAvgPool2:
        kernels_.avg_pool2_backward(groups * shape.channels,
                                    plan_.tensors[from].size, d_value_[to],
                                    d_value_[from]);
        break;
    }
  }
}

void Network::ConvBackward(const Plan::Edge& edge, const EdgeState& state,
                           int groups) {
  const auto from = static_cast<size_t>(edge.from);
  const auto to = static_cast<size_t>(edge.to);
  const ConvShape& shape = state.shape;
  const int positions = shape.out_size * shape.out_size;
  const long out_floats =
      static_cast<long>(shape.out_channels) * positions * kLanes;
  const long in_floats = static_cast<long>(shape.in_channels) * shape.in_size *
                         shape.in_size * kLanes;
  const float* weights = parameters_.data() + state.weight;
  float* a = coefficients_;
  float* b = a + shape.out_channels;
  float* c = b + shape.out_channels;
  if (edge.norm) {
    const Norm& norm = norms_[static_cast<size_t>(state.norm)];
    std::fill_n(channel_sums_, shape.out_channels * 2 * kLanes, 0.0f);
    kernels_.dot_sums(groups, shape.out_channels, positions, d_value_[to],
                      norm.input, channel_sums_);
    NormBackward(norm, groups, shape.out_size, channel_sums_, a, b, c);
  }
  const bool need_input = edge.from != 0;
  ConvShape back = shape;
  if (need_input && shape.stride == 1) {
    back.in_channels = shape.out_channels;
    back.out_channels = shape.in_channels;
    const int taps = shape.kernel * shape.kernel;
    for (int co = 0; co < shape.out_channels; ++co) {
      for (int ci = 0; ci < shape.in_channels; ++ci) {
        for (int t = 0; t < taps; ++t) {
          mirrored_[(ci * shape.out_channels + co) * taps + taps - 1 - t] =
              weights[(co * shape.in_channels + ci) * taps + t];
        }
      }
    }
  }
  std::fill_n(weight_sums_, state.weight_count * kLanes, 0.0f);
  const float* in = edge.relu ? rectified_[from] : value_[from];
  const int chunk = ChunkGroups(shape);
  for (int g = 0; g < groups; g += chunk) {
    const int now = std::min(chunk, groups - g);
    const float* d_out = d_value_[to] + g * out_floats;
    if (edge.norm) {
      const Norm& norm = norms_[static_cast<size_t>(state.norm)];
      kernels_.combine(now, shape.out_channels, positions, d_out,
                       norm.input + g * out_floats, a, b, c, d_conv_);
      d_out = d_conv_;
    }
    kernels_.conv_backward_weights(shape, now, in + g * in_floats, d_out,
                                   weight_sums_);
    if (!need_input) continue;
    float* d_in =
        (edge.relu ? d_rectified_[from] : d_value_[from]) + g * in_floats;
    if (shape.stride == 1) {
      kernels_.conv(back, now, d_out, mirrored_, nullptr, true, d_in, nullptr);
    } else {
      kernels_.conv_backward_data(shape, now, d_out, weights, d_in);
    }
  }
  for (size_t i = 0; i < state.weight_count; ++i) {
    gradients_[state.weight + i] = SumLanes(weight_sums_ + i * kLanes);
  }
}

void Network::Update(float rate, float momentum, float weight_decay) {
  float* __restrict p = parameters_.data();
  float* __restrict m = momentum_.data();
  const float* __restrict d = gradients_.data();
  const size_t n = parameters_.size();
  for (size_t i = 0; i < n; ++i) {
    const float g = d[i] + weight_decay * p[i];
    m[i] = momentum * m[i] + g;
    p[i] -= rate * (g + momentum * m[i]);
  }
}

void Network::PrepareEvaluation() {
  sparse_ready_ = false;
  for (const EdgeState& state : states_) {
    if (state.weight_count == 0) continue;
    const auto out = static_cast<size_t>(state.shape.out_channels);
    const size_t each = state.weight_count / out;
    float* weights = folded_.data() + state.folded;
    for (size_t c = 0; c < out; ++c) {
      float scale = 1.0f;
      float shift = 0.0f;
      if (state.norm >= 0) {
        const Norm& norm = norms_[static_cast<size_t>(state.norm)];
        const float* running = statistics_.data() + norm.mean + c;
        scale =
            parameters_[norm.gamma + c] / std::sqrt(running[out] + kEpsilon);
        shift = parameters_[norm.gamma + out + c] - running[0] * scale;
      }
      for (size_t i = 0; i < each; ++i) {
        weights[c * each + i] =
            parameters_[state.weight + c * each + i] * scale;
      }
      weights[state.weight_count + c] = shift;
    }
  }
  const Norm& norm = norms_.back();
  const auto channels = static_cast<size_t>(norm.channels);
  std::copy(parameters_.begin() + static_cast<long>(linear_), parameters_.end(),
            folded_.begin() + static_cast<long>(folded_linear_));
  float* head = folded_.data() + folded_head_;
  for (size_t c = 0; c < channels; ++c) {
    const float* running = statistics_.data() + norm.mean + c;
    head[c] =
        parameters_[norm.gamma + c] / std::sqrt(running[channels] + kEpsilon);
    head[channels + c] =
        parameters_[norm.gamma + channels + c] - running[0] * head[c];
  }
}

std::vector<Network::FoldedLayer> Network::FoldedLayers() const {
  std::vector<FoldedLayer> layers;
  for (size_t e = 0; e < states_.size(); ++e) {
    const EdgeState& state = states_[e];
    if (state.weight_count == 0) continue;
    const int outputs = state.shape.out_channels;
    layers.push_back({state.folded, outputs,
                      static_cast<int>(state.weight_count) / outputs,
                      SiteOf(plan_.edges[e]), state.weight});
  }
  layers.push_back({folded_linear_, plan_.classes,
                    plan_.tensors.back().channels, Sites() - 1, linear_});
  return layers;
}

void Network::SetRounding(std::vector<Rounding> by_site) {
  HWNAS_CHECK(by_site.empty() ||
              by_site.size() == static_cast<size_t>(Sites()));
  rounding_ = std::move(by_site);
}

std::span<const float> Network::ReadAt(int site, int groups) const {
  const auto tensor = static_cast<size_t>(site / 2);
  if (site == Sites() - 1) {
    return {pooled_, static_cast<size_t>(groups * kLanes *
                                         plan_.tensors.back().channels)};
  }
  return {site % 2 == 1 ? rectified_[tensor] : value_[tensor],
          static_cast<size_t>(Count(site / 2, groups)) * kLanes};
}

const float* Network::EvaluationInput(const Plan::Edge& edge, int groups) {
  const auto from = static_cast<size_t>(edge.from);
  const auto site = static_cast<size_t>(SiteOf(edge));
  if (rounding_.empty() || rounding_[site].step == 0.0f) {
    return edge.relu ? Rectified(edge.from, groups) : value_[from];
  }
  // What is behind a ReLU is rounded in place, once; others read the rest.
  float* out = edge.relu ? rectified_[from] : raw_rounded_;
  if (edge.relu && rounded_[site]) return out;
  const Rounding& r = rounding_[site];
  // Rounding to 0 and above is a ReLU too.
  const bool rectify = edge.relu && r.lowest < 0.0f;
  kernels_.round(Count(edge.from, groups),
                 rectify ? Rectified(edge.from, groups) : value_[from], r.step,
                 r.lowest, r.levels, out);
  rounded_[site] = true;
  return out;
}

void Network::ListNonzeroWeights() {
  for (EdgeState& state : states_) {
    if (state.weight_count == 0) continue;
    state.sparse.Set(state.shape, folded_.data() + state.folded);
  }
  sparse_ready_ = true;
}

void Network::Evaluate(const float* images, int groups, float* scores) {
  HWNAS_CHECK(groups <= max_groups_);
  if (!sparse_ready_) ListNonzeroWeights();
  value_[0] = const_cast<float*>(images);
  std::fill(touched_.begin(), touched_.end(), false);
  std::fill(rectified_ready_.begin(), rectified_ready_.end(), false);
  std::fill(rounded_.begin(), rounded_.end(), false);
  for (size_t e = 0; e < plan_.edges.size(); ++e) {
    const Plan::Edge& edge = plan_.edges[e];
    const EdgeState& state = states_[e];
    const auto to = static_cast<size_t>(edge.to);
    const bool accumulate = touched_[to];
    switch (edge.kind) {
      case Plan::Kind::kConv: {
        const float* weights = folded_.data() + state.folded;
        const float* biases = weights + state.weight_count;
        const float* in = EvaluationInput(edge, groups);
        if (state.sparse.Empty()) {
          kernels_.conv(state.shape, groups, in, weights, biases, accumulate,
                        value_[to], nullptr);
        } else {
          kernels_.conv_sparse(state.shape, groups, in, state.sparse.Taps(),
                               state.sparse.Ends(), biases, accumulate, padded_,
                               value_[to]);
        }
        break;
      }
      case Plan::Kind::kSkip:
      case Plan::Kind::kAvgPool3:
      case Plan::Kind::kAvgPool2:
        PassOn(edge, accumulate, groups);
        break;
    }
    touched_[to] = true;
  }
  ZeroUnreached(groups);
  const size_t last = plan_.tensors.size() - 1;
  const Plan::Tensor& shape = plan_.tensors[last];
  const int channels = shape.channels;
  const int positions = shape.size * shape.size;
  const float* a = folded_.data() + folded_head_;
  kernels_.scale_shift(groups, channels, positions, value_[last], a,
                       a + channels, false, head_);
  kernels_.relu(groups * channels * positions, head_, head_);
  const float* weights = folded_.data() + folded_linear_;
  const float* biases = weights + channels * plan_.classes;
  const float share = 1.0f / static_cast<float>(positions);
  for (int g = 0; g < groups; ++g) {
    float* features = pooled_ + g * channels * kLanes;
    for (int j = 0; j < channels; ++j) {
      const float* plane =
          head_ + (static_cast<long>(g) * channels + j) * positions * kLanes;
      float* sum = features + j * kLanes;
      std::fill_n(sum, kLanes, 0.0f);
      for (int i = 0; i < positions; ++i) {
        for (int l = 0; l < kLanes; ++l) sum[l] += plane[i * kLanes + l];
      }
    }
    // The share is the weights' where nothing is rounded (as stored tables
    // have it), else the features'.
    float of_weights = share;
    if (!rounding_.empty()) {
      of_weights = 1.0f;
      for (int i = 0; i < channels * kLanes; ++i) features[i] *= share;
      const Rounding& r = rounding_.back();
      if (r.step != 0.0f) {
        kernels_.round(channels, features, r.step, r.lowest, r.levels,
                       features);
      }
    }
    float* s = scores + g * plan_.classes * kLanes;
    for (int k = 0; k < plan_.classes; ++k) {
      for (int l = 0; l < kLanes; ++l) s[k * kLanes + l] = biases[k];
    }
    for (int j = 0; j < channels; ++j) {
      const float* feature = features + j * kLanes;
      for (int k = 0; k < plan_.classes; ++k) {
        const float w = weights[k * channels + j] * of_weights;
        for (int l = 0; l < kLanes; ++l) s[k * kLanes + l] += w * feature[l];
      }
    }
  }
}

}  // namespace hwnas::derive
