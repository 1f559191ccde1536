// Declares what the sources of the addon share. Only binding*.cc and this header include napi.h.
#pragma once

#include <napi.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.h"

namespace binding {

/// Returns an error with Node's `errno` and `syscall`. JavaScript adds the name of the code.
Napi::Error systemError(Napi::Env env, const lane::Failure& failure);

/// Runs `call` and turns a C++ exception into a JavaScript error, because no C++ exception may leave the binding.
template <class Call>
auto guarded(Napi::Env env, Call call) {
  try {
    return call();
  } catch (const Napi::Error&) {
    throw;
  } catch (const lane::Failure& failure) {
    throw systemError(env, failure);
  } catch (const std::exception& failure) {
    throw Napi::Error::New(env, failure.what());
  }
}

/// Returns a whole number from 0 to 2^53 - 1, or throws a TypeError.
uint64_t wholeNumber(Napi::Value value, const char* name);

/// The options object that a function was called with.
class Options {
 public:
  /// Throws a TypeError if the first argument is not an object.
  explicit Options(const Napi::CallbackInfo& info) : Options(info[0]) {}

  /// Returns undefined for an option that was not given.
  Napi::Value operator[](const char* name) const { return given_.Get(name); }
  /// Like `wholeNumber`.
  uint64_t number(const char* name) const { return wholeNumber(given_.Get(name), name); }
  uint64_t numberOr(const char* name, uint64_t otherwise) const;
  /// Returns `otherwise` if the option is not a boolean.
  bool flagOr(const char* name, bool otherwise) const;
  /// Returns the bytes of a buffer, borrowed from it, or none if the option is not a buffer.
  std::string_view bytes(const char* name) const;
  /// Returns the options within an option. Throws a TypeError if it is not an object.
  Options inner(const char* name) const { return Options(given_.Get(name)); }

 private:
  explicit Options(Napi::Value given);

  Napi::Object given_;
};

Napi::Value textBuffer(Napi::Env env, std::string_view text);
Napi::Value textBuffers(Napi::Env env, const std::vector<std::string>& texts);

/// Exported functions; see `Addon` in src/engine/addon.ts.
Napi::Value readEntries(const Napi::CallbackInfo& info);
Napi::Value findCut(const Napi::CallbackInfo& info);
Napi::Function defineSift(Napi::Env env);

}  // namespace binding
