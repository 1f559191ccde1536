// Exports the functions that read lines of a journal without folding them.
#include "binding.h"
#include "scan/entries.h"

namespace binding {

Napi::Value readEntries(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto fd = static_cast<int>(wholeNumber(info[0], "fd"));
  const lane::Place from{wholeNumber(info[2], "line"), wholeNumber(info[1], "offset")};
  const uint64_t bytesMax = wholeNumber(info[3], "bytesMax");
  const lane::EntriesText entries = guarded(env, [&] { return lane::readEntriesText(fd, from, bytesMax); });
  Napi::Object result = Napi::Object::New(env);
  result.Set("text", textBuffer(env, entries.text));
  result.Set("offset", Napi::Number::New(env, static_cast<double>(entries.next.offset)));
  result.Set("line", Napi::Number::New(env, static_cast<double>(entries.next.line)));
  result.Set("done", Napi::Boolean::New(env, entries.done));
  return result;
}

}  // namespace binding
