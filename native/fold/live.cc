// Reads identities and keeps a lease as text.
#include "fold/live.h"

#include <algorithm>

#include "fold/fields.h"

namespace lane {

namespace {

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

Identity readIdentity(Value loopTs, Value lane, Arena& arena) {
  const auto stable = [&](Value value) {
    std::string room;
    const std::string_view text = textOf(value, room);
    return text.data() == room.data() ? arena.keep(text) : text;
  };
  return {stable(loopTs), stable(lane)};
}

void Lease::assign(Value object, Place place) {
  object_.assign(object);
  place_ = place;
  set_.clear();
}

void Lease::restore(const JsonText& object, Place place) {
  const std::vector<Child>& members = object.children();
  const auto isOwned = [](std::string_view key) {
    return key == "heartbeat_at" || key == "holder" || key == "pid" || key == "host_id";
  };
  std::string text = "{";
  std::vector<std::string_view> written;
  for (const Child& member : members) {
    Value value = member.value;
    if (isOwned(member.key)) {
      if (std::find(written.begin(), written.end(), member.key) != written.end()) continue;
      written.push_back(member.key);
      for (const Child& later : members) {
        if (later.key == member.key) value = later.value;
      }
    }
    if (text.size() > 1) text += ',';
    text.append("\"").append(member.key).append("\":").append(value);
  }
  assign(text += '}', place);
}

void Lease::set(Owned field, Value value) {
  for (SetField& set : set_) {
    if (set.field == field) {
      set.text.assign(value);
      return;
    }
  }
  set_.push_back({field, std::string(value)});
}

const std::string* Lease::find(Owned field) const {
  for (const SetField& set : set_) {
    if (set.field == field) return &set.text;
  }
  return nullptr;
}

Value Lease::heartbeatAt() const {
  const std::string* set = find(Owned::heartbeatAt);
  return set == nullptr ? stampOfLease(object_) : Value(*set);
}

size_t Lease::bytes() const {
  size_t bytes = object_.size();
  for (const SetField& set : set_) bytes += set.text.size();
  return bytes;
}

void Lease::appendTo(std::string& out) const {
  out.append(object_, 0, object_.size() - 1);
  bool follows = !isEmpty(object_);
  for (const SetField& set : set_) {
    if (follows) out += ',';
    follows = true;
    out.append("\"").append(keyOf(fieldOfOwned(set.field))).append("\":").append(set.text);
  }
  out += '}';
}

}  // namespace lane
