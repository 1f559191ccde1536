// The hash of an identity; a lease as text.
#include "core/live.h"

#include <cstring>
#include <random>

#include "core/fold.h"

namespace lane {

namespace {

uint64_t randomWord() {
  std::random_device device;
  return (uint64_t{device()} << 32 | device()) | 1;
}

const uint64_t seed = randomWord();

uint64_t mix(uint64_t a, uint64_t odd) {
  a = (a ^ (a >> 32)) * odd;
  return a ^ (a >> 29);
}

uint64_t hashBytes(std::string_view bytes, uint64_t hash) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  uint64_t word = 0;
  for (; left >= 8; at += 8, left -= 8) {
    std::memcpy(&word, at, 8);
    hash = mix(hash ^ word, 0x9E3779B97F4A7C15u);
  }
  word = 0;
  if (left > 0) std::memcpy(&word, at, left);
  return mix(hash ^ word, 0xD6E8FEB86659FD93u + 2 * bytes.size());
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
