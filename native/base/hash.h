// Hashes bytes to a number that cannot be predicted outside the process.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace lane {

/// Random in each process, so that nobody can write a journal whose identities all collide.
extern const uint64_t hashSeed;

/// Folds both halves of the product, so that every bit of the inputs affects every bit of the result.
inline uint64_t mix(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
#else
  const uint64_t low = (a & 0xFFFFFFFF) * b;
  const uint64_t high = (a >> 32) * b;
  return low ^ (high << 29 | high >> 35);
#endif
}

inline uint64_t wordAt(const char* at, size_t bytes = sizeof(uint64_t)) {
  uint64_t word = 0;
  std::memcpy(&word, at, bytes);
  return word;
}

/// `hash` is `hashSeed`, or the hash of what precedes the bytes.
inline uint64_t hashBytes(std::string_view bytes, uint64_t hash) {
  constexpr uint64_t k = 0x9E3779B97F4A7C15u;
  const char* at = bytes.data();
  const size_t size = bytes.size();
  hash ^= size * 0xD6E8FEB86659FD93u;
  for (size_t i = 0; i + 16 < size; i += 16) hash = mix(wordAt(at + i) ^ k, wordAt(at + i + 8) ^ hash);
  if (size >= 16) return mix(wordAt(at + size - 16) ^ k, wordAt(at + size - 8) ^ hash);
  if (size >= 8) return mix(wordAt(at) ^ k, wordAt(at + size - 8) ^ hash);
  return mix((size == 0 ? 0 : wordAt(at, size)) ^ k, hash ^ hashSeed);
}

}  // namespace lane
