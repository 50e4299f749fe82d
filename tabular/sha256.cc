#include "tabular/sha256.h"

#include <sha2.h>

#include <bit>

namespace hwnas {

struct Sha256::State {
  SHA2_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  SHA256Init(&state_->context);
}
Sha256::~Sha256() = default;
Sha256::Sha256(const Sha256& other)
    : state_(std::make_unique<State>(*other.state_)) {}
Sha256& Sha256::operator=(const Sha256& other) {
  *state_ = *other.state_;
  return *this;
}

void Sha256::Update(const void* data, size_t size) {
  SHA256Update(&state_->context, static_cast<const uint8_t*>(data), size);
}

void Sha256::Add(uint64_t value) {
  uint8_t bytes[8];
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(value);
    value >>= 8;
  }
  Update(bytes, sizeof(bytes));
}

void Sha256::Add(std::string_view text) {
  Add(static_cast<uint64_t>(text.size()));
  Update(text.data(), text.size());
}

void Sha256::Add(double value) { Add(std::bit_cast<uint64_t>(value)); }

std::array<uint8_t, 32> Sha256::Digest() const {
  SHA2_CTX copy = state_->context;
  std::array<uint8_t, 32> digest;
  SHA256Final(digest.data(), &copy);
  return digest;
}

std::string Sha256::HexDigest() const {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : Digest()) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

std::string Sha256Hex(std::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes.data(), bytes.size());
  return hash.HexDigest();
}

}  // namespace hwnas
