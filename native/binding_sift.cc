// Exports `Sift`, which reads a journal for its history.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "binding.h"
#include "scan/sift.h"

namespace binding {

namespace {

Napi::Value numbersOf(Napi::Env env, const std::vector<double>& numbers) {
  auto copy = Napi::Float64Array::New(env, numbers.size());
  std::copy(numbers.begin(), numbers.end(), copy.Data());
  return copy;
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
    const lane::SiftedText sifted = guarded(env, [&] { return sift_->step(fd, bytesMax); });
    Napi::Object result = Napi::Object::New(env);
    result.Set("text", textBuffer(env, sifted.text));
    result.Set("numbers", numbersOf(env, sifted.numbers));
    result.Set("beats", numbersOf(env, sifted.beats));
    result.Set("listed", textBuffer(env, sifted.listed));
    result.Set("offset", Napi::Number::New(env, static_cast<double>(sifted.offset)));
    result.Set("done", Napi::Boolean::New(env, sifted.done));
    return result;
  }

  std::unique_ptr<lane::Sift> sift_;
};

}  // namespace

Napi::Function defineSift(Napi::Env env) { return Sift::define(env); }

}  // namespace binding
