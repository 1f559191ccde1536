// Declares what the sources of the addon share. Only binding*.cc and this header include napi.h.
#pragma once

#include <napi.h>

#include <cstdint>
#include <exception>
#include <string>
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
uint64_t wholeNumber(const Napi::CallbackInfo& info, size_t at, const char* name);

Napi::Value textBuffer(Napi::Env env, const std::string& text);
Napi::Value textBuffers(Napi::Env env, const std::vector<std::string>& texts);

/// Exported; see `Addon.readEntries` in src/engine/addon.ts.
Napi::Value readEntries(const Napi::CallbackInfo& info);

}  // namespace binding
