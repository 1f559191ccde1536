// Takes the input as the text of a lock file. Whatever fields are read from it, a lock file written from them must read
// the same.
#include <simdjson.h>

#include <string>

#include "fuzz/input.h"
#include "lj/lock_file.h"

namespace {

std::string write(const lane::LockFields& fields) {
  const lane::ProcessMark& process = fields.process;
  std::string text = "owner: " + fields.owner + "\nacquired_at: " + fields.acquiredAt;
  text += "\npid: " + std::to_string(process.pid) + "\nhost: " + process.host + "\nmachine_id: " + process.machine;
  text += "\nboot_id: " + process.bootId + "\nnamespace: " + process.nameSpace;
  text += "\nprocess_start: " + process.start + "\nuptime: " + fields.uptime + "\n";
  return text += fields.released ? "released: yes\n" : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string text = fuzz::Input(bytes, size).text();
  if (!simdjson::validate_utf8(text)) return 0;
  const auto fields = lane::readLockFields(text);
  if (!fields) return 0;
  const std::string written = write(*fields);
  const auto again = lane::readLockFields(written);
  fuzz::require(again.has_value(), "a lock that was written to be read");
  fuzz::requireSame(write(*again), written, "the fields of a lock");
  return 0;
}
