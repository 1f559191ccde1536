// Exports the functions that read lines of a journal without folding them.
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "binding.h"
#include "binding_descriptor.h"
#include "scan/cut.h"
#include "scan/entries.h"

namespace binding {

namespace {

lane::Place placeIn(const Options& given) { return {given.number("line"), given.number("offset")}; }

void setPlace(Napi::Object result, lane::Place place) {
  result.Set("line", Napi::Number::New(result.Env(), static_cast<double>(place.line)));
  result.Set("offset", Napi::Number::New(result.Env(), static_cast<double>(place.offset)));
}

Napi::Value numbersOf(Napi::Env env, const std::vector<lane::LinePlace>& places) {
  auto numbers = Napi::Float64Array::New(env, 3 * places.size());
  double* at = numbers.Data();
  for (const auto& [place, bytes] : places) {
    *at++ = static_cast<double>(place.line);
    *at++ = static_cast<double>(place.offset);
    *at++ = static_cast<double>(bytes);
  }
  return numbers;
}

constexpr std::array<std::pair<const char*, lane::Bound::Kind>, 3> wholeBounds = {{
    {"line", lane::Bound::Kind::line},
    {"offset", lane::Bound::Kind::offset},
    {"seq", lane::Bound::Kind::seq},
}};

/// Reads the bound from an object with one member.
lane::Bound boundIn(const Options& given) {
  for (const auto& [name, kind] : wholeBounds) {
    if (const Napi::Value value = given[name]; !value.IsUndefined()) {
      return {kind, static_cast<int64_t>(wholeNumber(value, name))};
    }
  }
  const Napi::Value ts = given["ts"];
  const double number = ts.IsNumber() ? ts.As<Napi::Number>().DoubleValue() : std::nan("");
  // A Date reaches 8.64e15 milliseconds in either direction.
  if (!(std::abs(number) <= 8.64e15)) {
    throw Napi::TypeError::New(ts.Env(), "bound: expected a line, an offset, a seq or a ts");
  }
  return {lane::Bound::Kind::ts, static_cast<int64_t>(std::floor(number))};
}

}  // namespace

Napi::Value readEntries(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Options given(info);
  const auto fd = static_cast<int>(given.number("fd"));
  const lane::EntriesRequest request{placeIn(given), given.number("bytesMax"), given.flagOr("withLast", true)};
  std::optional<lane::Mark> mark;
  if (given["mark"].IsBuffer()) mark.emplace(given.bytes("mark"));
  const lane::EntriesText entries =
      guarded(env, [&] { return lane::readEntriesText(openedAs(fd), request, mark ? &*mark : nullptr); });
  Napi::Object result = Napi::Object::New(env);
  setPlace(result, entries.next);
  result.Set("text", textBuffer(env, entries.text));
  result.Set("places", numbersOf(env, entries.places));
  result.Set("done", Napi::Boolean::New(env, entries.done));
  if (mark) result.Set("mark", textBuffer(env, mark->bytes()));
  return result;
}

Napi::Value findCut(const Napi::CallbackInfo& info) {
  const Options given(info);
  const auto fd = static_cast<int>(given.number("fd"));
  const lane::Place from = placeIn(given);
  const lane::Bound bound = boundIn(given.inner("bound"));
  const uint64_t bytesMax = given.number("bytesMax");
  const lane::Cut cut = guarded(info.Env(), [&] { return lane::findCut(openedAs(fd), from, bound, bytesMax); });
  Napi::Object result = Napi::Object::New(info.Env());
  setPlace(result, cut.place);
  result.Set("isFound", Napi::Boolean::New(info.Env(), cut.isFound));
  result.Set("done", Napi::Boolean::New(info.Env(), cut.done));
  return result;
}

}  // namespace binding
