// Exports `Sift`, which reads a journal for its history.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "binding.h"
#include "binding_descriptor.h"
#include "scan/sift.h"

namespace binding {

namespace {

/// Memory of JavaScript that is written again for each step: fresh memory costs more than what is written to it.
class Room {
 public:
  /// Returns a view of a copy, which is valid until the next call. `View`: a typed array of JavaScript.
  template <class View, class Items>
  View copyOf(Napi::Env env, const Items& items) {
    const size_t bytes = items.size() * sizeof(items[0]);
    if (memory_.IsEmpty() || memory_.Value().ByteLength() < bytes) {
      memory_ = Napi::Persistent(Napi::ArrayBuffer::New(env, bytes + bytes / 2));
    }
    Napi::ArrayBuffer memory = memory_.Value();
    if (bytes > 0) std::memcpy(memory.Data(), items.data(), bytes);
    return View::New(env, items.size(), memory, 0);
  }

 private:
  Napi::Reference<Napi::ArrayBuffer> memory_;
};

/// Returns two numbers for each stretch.
std::vector<double> numbersOf(const std::vector<lane::SiftedText::Stretch>& stretches) {
  std::vector<double> numbers;
  for (const auto& [entries, bytes] : stretches) {
    numbers.push_back(static_cast<double>(entries));
    numbers.push_back(static_cast<double>(bytes));
  }
  return numbers;
}

class Sift : public Napi::ObjectWrap<Sift> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Sift", {InstanceMethod<&Sift::step>("step")});
  }

  explicit Sift(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    const Options given(info);
    lane::SiftOptions options;
    options.sieve.lane = given.bytes("lane");
    options.sieve.nowMs = static_cast<int64_t>(given.number("nowMs"));
    options.sieve.calls = given.flagOr("calls", false);
    options.threads = static_cast<unsigned>(std::min<uint64_t>(given.number("threads"), 64));
    options.pieceBytes = std::max<uint64_t>(given.numberOr("pieceBytes", options.pieceBytes), 1);
    options.usesShapes = given.flagOr("usesShapes", options.usesShapes);
    sift_ = std::make_unique<lane::Sift>(std::move(options));
  }

 private:
  Napi::Value step(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto fd = static_cast<int>(wholeNumber(info[0], "fd"));
    const uint64_t bytesMax = wholeNumber(info[1], "bytesMax");
    const uint64_t end = info[2].IsUndefined() ? UINT64_MAX : wholeNumber(info[2], "end");
    if (sift_ == nullptr) throw Napi::Error::New(env, "step: the end of the file was reached before");
    const lane::SiftedText& sifted = guarded(
        env, [&]() -> auto& {
          return sift_->step({openedAs(fd), end}, bytesMax);
        });
    Napi::Object result = Napi::Object::New(env);
    result.Set("values", values_.copyOf<Napi::Uint8Array>(env, sifted.values));
    result.Set("stretches", stretches_.copyOf<Napi::Float64Array>(env, numbersOf(sifted.stretches)));
    result.Set("members", members_.copyOf<Napi::Uint32Array>(env, sifted.members));
    result.Set("numbers", numbers_.copyOf<Napi::Float64Array>(env, sifted.numbers));
    result.Set("beats", beats_.copyOf<Napi::Float64Array>(env, sifted.beats));
    result.Set("listed", textBuffer(env, sifted.listed));
    result.Set("offset", Napi::Number::New(env, static_cast<double>(sifted.offset)));
    result.Set("done", Napi::Boolean::New(env, sifted.done));
    // JavaScript does not know how much memory the object takes, and may keep it for long.
    if (sifted.done) sift_.reset();
    return result;
  }

  std::unique_ptr<lane::Sift> sift_;
  Room values_;
  Room stretches_;
  Room members_;
  Room numbers_;
  Room beats_;
};

}  // namespace

Napi::Function defineSift(Napi::Env env) { return Sift::define(env); }

}  // namespace binding
