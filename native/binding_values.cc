// Converts values and errors between JavaScript and C++.
#include <cmath>

#include "binding.h"
#include "binding_descriptor.h"

namespace binding {

Napi::Error systemError(Napi::Env env, const lane::Failure& failure) {
  Napi::Error error = Napi::Error::New(env, std::string(failure.call) + ": " + failure.code().message());
  error.Set("errno", Napi::Number::New(env, nodeErrno(failure.code().value())));
  error.Set("syscall", Napi::String::New(env, failure.call));
  return error;
}

uint64_t wholeNumber(Napi::Value value, const char* name) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= 9007199254740991.0) || number != std::floor(number)) {
    throw Napi::TypeError::New(value.Env(), std::string(name) + ": expected a whole number");
  }
  return static_cast<uint64_t>(number);
}

Options::Options(Napi::Value given) {
  if (!given.IsObject()) throw Napi::TypeError::New(given.Env(), "options: expected an object");
  given_ = given.As<Napi::Object>();
}

uint64_t Options::numberOr(const char* name, uint64_t otherwise) const {
  const Napi::Value value = given_.Get(name);
  return value.IsUndefined() ? otherwise : wholeNumber(value, name);
}

bool Options::flagOr(const char* name, bool otherwise) const {
  const Napi::Value value = given_.Get(name);
  return value.IsBoolean() ? value.As<Napi::Boolean>().Value() : otherwise;
}

std::string_view Options::bytes(const char* name) const {
  const Napi::Value value = given_.Get(name);
  if (!value.IsBuffer()) return {};
  const auto buffer = value.As<Napi::Buffer<char>>();
  return {buffer.Data(), buffer.Length()};
}

Napi::Value textBuffer(Napi::Env env, std::string_view text) {
  return Napi::Buffer<char>::Copy(env, text.data(), text.size());
}

Napi::Value textBuffers(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array list = Napi::Array::New(env, texts.size());
  for (uint32_t i = 0; i < texts.size(); i++) list[i] = textBuffer(env, texts[i]);
  return list;
}

}  // namespace binding
