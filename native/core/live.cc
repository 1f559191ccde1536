// The hash of an identity; a lease as text.
#include "core/live.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/fold.h"

namespace lane {

namespace {

/// Not std::random_device: libstdc++'s takes the floor of a prebuild from glibc 2.34 to 2.36 (`arc4random`).
uint64_t randomWord() {
  uint64_t word = 0;
#if defined(__APPLE__)
  const bool drawn = ::getentropy(&word, sizeof word) == 0;
#else
  const bool drawn = ::getrandom(&word, sizeof word, 0) == static_cast<ssize_t>(sizeof word);
#endif
  if (!drawn) throw std::system_error(errno, std::generic_category(), "random");
  return word | 1;
}

const uint64_t seed = randomWord();

/// Both halves of the product, folded: every bit of the inputs reaches every bit of the result.
uint64_t mix(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
#else
  const uint64_t low = (a & 0xFFFFFFFF) * b;
  const uint64_t high = (a >> 32) * b;
  return low ^ (high << 29 | high >> 35);
#endif
}

uint64_t wordAt(const char* at, size_t bytes) {
  uint64_t word = 0;
  std::memcpy(&word, at, bytes);
  return word;
}

uint64_t hashBytes(std::string_view bytes, uint64_t hash) {
  constexpr uint64_t k = 0x9E3779B97F4A7C15u;
  const char* at = bytes.data();
  const size_t size = bytes.size();
  hash ^= size * 0xD6E8FEB86659FD93u;
  for (size_t i = 0; i + 16 < size; i += 16) hash = mix(wordAt(at + i, 8) ^ k, wordAt(at + i + 8, 8) ^ hash);
  if (size >= 16) return mix(wordAt(at + size - 16, 8) ^ k, wordAt(at + size - 8, 8) ^ hash);
  if (size >= 8) return mix(wordAt(at, 8) ^ k, wordAt(at + size - 8, 8) ^ hash);
  return mix((size == 0 ? 0 : wordAt(at, size)) ^ k, hash ^ seed);
}

constexpr Field fieldOfOwned(Lease::Owned owned) {
  switch (owned) {
    case Lease::Owned::heartbeatAt: return Field::heartbeatAt;
    case Lease::Owned::holder: return Field::holder;
    case Lease::Owned::pid: return Field::pid;
    case Lease::Owned::hostId: return Field::hostId;
  }
  return Field::none;
}

}  // namespace

uint64_t hashOf(Identity identity) { return hashBytes(identity.lane, hashBytes(identity.loopTs, seed)); }

Identity readIdentity(Value loopTs, Value lane, Arena& arena) {
  const auto stable = [&](Value value) {
    std::string room;
    const std::string_view text = textOf(value, room);
    return text.data() == room.data() ? arena.keep(text) : text;
  };
  return {stable(loopTs), stable(lane)};
}

void Lease::assign(Value object) {
  object_.assign(object);
  for (uint8_t i = 0; i < setCount_; i++) set_[static_cast<size_t>(order_[i])].clear();
  setCount_ = 0;
}

void Lease::restore(const JsonText& object) {
  const std::vector<Child>& members = object.children();
  const auto isOwned = [](std::string_view key) {
    return key == "heartbeat_at" || key == "holder" || key == "pid" || key == "host_id";
  };
  std::string text = "{";
  std::vector<std::string_view> written;
  for (const Child& member : members) {
    if (isOwned(member.key)) {
      if (std::find(written.begin(), written.end(), member.key) != written.end()) continue;
      written.push_back(member.key);
    }
    Value value = member.value;
    for (const Child& later : members) {
      if (isOwned(member.key) && later.key == member.key) value = later.value;
    }
    if (text.size() > 1) text += ',';
    text.append("\"").append(member.key).append("\":").append(value);
  }
  assign(text += '}');
}

void Lease::set(Owned field, Value value) {
  std::string& text = set_[static_cast<size_t>(field)];
  if (text.empty()) order_[setCount_++] = field;
  text.assign(value);
}

Value Lease::heartbeatAt() const {
  const std::string& set = set_[static_cast<size_t>(Owned::heartbeatAt)];
  return set.empty() ? stampOfLease(object_) : Value(set);
}

void Lease::appendTo(std::string& out) const {
  out.append(object_, 0, object_.size() - 1);
  bool follows = !isEmpty(object_);
  for (uint8_t i = 0; i < setCount_; i++) {
    if (follows) out += ',';
    follows = true;
    out.append("\"").append(keyOf(fieldOfOwned(order_[i]))).append("\":");
    out.append(set_[static_cast<size_t>(order_[i])]);
  }
  out += '}';
}

}  // namespace lane
