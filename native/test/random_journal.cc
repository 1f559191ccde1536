// Makes random journals.
#include "test/random_journal.h"

namespace lane_test {

namespace {

template <size_t N>
std::string pick(std::mt19937& random, const char* const (&choices)[N]) {
  return choices[random() % N];
}

std::string stamp(std::mt19937& random) {
  return pick(random, {"\"10\"", "\"11\"", "\"12\"", "\"1\\u0031\"", "13", "-Infinity", "NaN", "\"\""});
}

std::string identity(std::mt19937& random) {
  return "\"lane\": " + pick(random, {"\"a\"", "\"bb\"", "\"\\u0061\"", "\"\xC3\xA9\"", "7", "\"\""}) +
         ", \"loop_ts\": " + pick(random, {"\"t\"", "\"u\"", "null"});
}

/// Rarely present, as in real journals.
std::string watermark(std::mt19937& random) {
  if (random() % 16 != 0) return "";
  const std::string value = pick(random, {"3", "50", "70.0", "-1", "\"9\"", "null", "9007199254740991"});
  return "\"generation_watermark\": " + value + ", ";
}

std::string entry(std::mt19937& random) {
  const std::string seq = ", \"seq\": " + std::to_string(random() % 1000);
  switch (random() % 8) {
    case 0:
    case 1:
      return "{" + watermark(random) + identity(random) + ", \"lease\": {\"heartbeat_at\": " + stamp(random) +
             ", \"pid\": 1.0}, \"op\": \"ACQUIRE\"" + seq + "}";
    case 2: return "{" + identity(random) + ", \"op\": \"RELEASE\"" + seq + "}";
    case 3: return "{" + identity(random) + ", \"op\": \"ADOPT\", \"pid\": 9, \"ts\": " + stamp(random) + "}";
    case 4: return "{" + identity(random) + ", \"op\": \"REFUSE\", \"seq\": \"x\"}";
    case 5:
      if (random() % 8 != 0) return "{\"op\": \"RECONCILE\", " + identity(random) + ", \"holder\": \"h\"}";
      return "{\"op\": \"CHECKPOINT\", \"leases\": [{" + identity(random) + "}, {" + identity(random) +
             ", \"heartbeat_at\": \"12\"}], \"generations\": [{" + identity(random) +
             ", \"generation\": 40}], \"generation_watermark\": " + std::to_string(random() % 60) + "}";
    default:
      return "{\"heartbeat_at\": " + stamp(random) + ", " + identity(random) + ", \"op\": \"HEARTBEAT\"" + seq + "}";
  }
}

}  // namespace

std::string randomLine(std::mt19937& random) {
  std::string line = entry(random);
  switch (random() % 12) {
    case 0: return line.substr(0, random() % line.size());
    case 1: return "";
    case 2: return "17";
    case 3: line[random() % line.size()] = static_cast<char>(random()); return line;
    default: return line;
  }
}

std::string randomJournal(std::mt19937& random, size_t lines) {
  std::string journal = random() % 8 == 0 ? "\xEF\xBB\xBF" : "";
  for (size_t i = 0; i < lines; i++) journal += randomLine(random) + "\n";
  if (random() % 2 == 0) journal += randomLine(random);
  return journal;
}

}  // namespace lane_test
