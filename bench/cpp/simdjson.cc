// Implements the same fold as plainly as simdjson permits: takes a journal and prints an answer as child.ts does.
//
// `stream`: On-Demand over batches of lines, the fastest way that simdjson offers. It does not validate what it skips,
// takes identities and values as raw text, and can lose the rest of a batch after a damaged line. `dom`: parses and
// validates each line completely, and skips a line that simdjson rejects. Neither implements checkpoints, odd values or
// findings, so both do less than the engine they are compared with.
#include <simdjson.h>

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

using simdjson::dom::element;

/// A value as it was read: JSON text if `raw`, otherwise the content of a string.
struct Text {
  std::string_view text;
  bool raw = false;
};

enum Field {
  op,
  lane,
  loopTs,
  heartbeatAt,
  ts,
  holder,
  pid,
  hostId,
  fieldCount
};
constexpr std::string_view names[fieldCount] = {"op", "lane",   "loop_ts", "heartbeat_at",
                                                "ts", "holder", "pid",     "host_id"};

Field fieldOf(std::string_view key) {
  if (key.size() < 2 || key.size() > 12) return fieldCount;
  for (int i = 0; i < fieldCount; i++) {
    if (key == names[i]) return static_cast<Field>(i);
  }
  return fieldCount;
}

/// A live lease: the line that set it, and the values set since, as JSON text.
struct Held {
  std::string line;
  std::string set[fieldCount];
  size_t order = 0;
};

std::string jsonOf(const Text& value) {
  if (value.raw) return std::string(value.text);
  std::string out = "\"";
  for (const char c : value.text) {
    char code[7];
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    } else {
      std::snprintf(code, sizeof code, "\\u%04x", c);
      out += code;
    }
  }
  return out + '"';
}

class Live {
 public:
  void fold(const Text (&fields)[fieldCount], std::string_view line) {
    std::string_view name = fields[op].text;
    if (fields[op].raw && name.size() >= 2) name = name.substr(1, name.size() - 2);
    key_.assign(fields[loopTs].text).append(1, '\0').append(fields[lane].text);
    if (name == "HEARTBEAT" || name == "ADOPT") {
      const auto found = leases_.find(key_);
      if (found != leases_.end()) amend(found->second, fields, name == "ADOPT");
    } else if (name == "ACQUIRE" || name == "RECONCILE") {
      Held& held = leases_[key_];
      for (std::string& value : held.set) value.clear();
      held.line.assign(line);
      if (held.order == 0) held.order = ++lastOrder_;
    } else if (name == "RELEASE" || name == "SCAVENGE") {
      leases_.erase(key_);
    }
  }

  std::vector<const Held*> inOrder() const {
    std::vector<const Held*> ordered;
    for (const auto& lease : leases_) ordered.push_back(&lease.second);
    std::sort(ordered.begin(), ordered.end(), [](const Held* a, const Held* b) { return a->order < b->order; });
    return ordered;
  }

 private:
  static void amend(Held& held, const Text (&fields)[fieldCount], bool adopts) {
    const Text& stamp = fields[heartbeatAt].text.empty() ? fields[ts] : fields[heartbeatAt];
    if (!stamp.text.empty()) held.set[heartbeatAt] = jsonOf(stamp);
    for (const Field field : {holder, pid, hostId}) {
      if (adopts && !fields[field].text.empty()) held.set[field] = jsonOf(fields[field]);
    }
  }

  std::unordered_map<std::string, Held> leases_;
  std::string key_;
  size_t lastOrder_ = 0;
};

/// Reads whole lines of a file, a block at a time, into memory that starts on a page and has simdjson's padding.
class Blocks {
 public:
  explicit Blocks(const char* path) : fd_(open(path, O_RDONLY)) {
    if (fd_ < 0) throw std::runtime_error(std::string(path) + ": cannot be opened");
    grow();
  }
  Blocks(const Blocks&) = delete;
  ~Blocks() {
    std::free(memory_);
    close(fd_);
  }

  /// Returns the next lines including the last LF; empty at the end. A last line without LF is omitted.
  std::string_view next() {
    std::memmove(memory_, memory_ + used_, filled_ - used_);
    filled_ -= used_;
    used_ = 0;
    for (size_t searched = 0;;) {
      if (filled_ == capacity_) grow();
      const ssize_t got = read(fd_, memory_ + filled_, capacity_ - filled_);
      if (got < 0) throw std::runtime_error("the journal cannot be read");
      filled_ += static_cast<size_t>(got);
      const void* last = memrchr(memory_ + searched, '\n', filled_ - searched);
      if (last != nullptr) used_ = static_cast<size_t>(static_cast<const char*>(last) - memory_) + 1;
      if (last != nullptr || got == 0) return {memory_, used_};
      searched = filled_;
    }
  }

 private:
  void grow() {
    const size_t wanted = capacity_ == 0 ? 1 << 20 : capacity_ * 2;
    void* larger = nullptr;
    if (posix_memalign(&larger, 4096, wanted + 4096) != 0) throw std::bad_alloc();
    if (filled_ > 0) std::memcpy(larger, memory_, filled_);
    std::free(memory_);
    memory_ = static_cast<char*>(larger);
    capacity_ = wanted;
  }

  const int fd_;
  char* memory_ = nullptr;
  size_t capacity_ = 0;
  size_t filled_ = 0;
  size_t used_ = 0;
};

std::string_view lineFrom(std::string_view block, size_t at) {
  const void* end = std::memchr(block.data() + at, '\n', block.size() - at);
  return block.substr(at, static_cast<size_t>(static_cast<const char*>(end) - block.data()) - at);
}

void readFields(simdjson::ondemand::object& entry, Text (&fields)[fieldCount]) {
  for (auto member : entry) {
    simdjson::ondemand::raw_json_string key;
    if (member.key().get(key) != simdjson::SUCCESS) return;
    const char* begin = key.raw();
    const Field field = fieldOf({begin, static_cast<size_t>(std::strchr(begin, '"') - begin)});
    if (field == fieldCount) continue;
    std::string_view value = member.value().raw_json_token();
    while (!value.empty() && value.back() <= ' ') value.remove_suffix(1);
    if (value != "null" && value != "\"\"") fields[field] = {value, true};
  }
}

void foldStream(Blocks& blocks, Live& live) {
  simdjson::ondemand::parser parser;
  parser.threaded = false;
  for (std::string_view block = blocks.next(); !block.empty(); block = blocks.next()) {
    simdjson::ondemand::document_stream documents;
    const size_t batch = std::max<size_t>(block.size(), simdjson::dom::MINIMAL_BATCH_SIZE);
    if (parser.iterate_many(block.data(), block.size(), batch).get(documents) != simdjson::SUCCESS) continue;
    for (auto at = documents.begin(); at != documents.end(); ++at) {
      Text fields[fieldCount];
      simdjson::ondemand::object entry;
      auto document = *at;
      if (document.get_object().get(entry) != simdjson::SUCCESS) continue;
      readFields(entry, fields);
      live.fold(fields, lineFrom(block, at.current_index()));
    }
  }
}

void foldDom(Blocks& blocks, Live& live) {
  simdjson::dom::parser parser;
  std::string numbers[fieldCount];
  for (std::string_view block = blocks.next(); !block.empty(); block = blocks.next()) {
    for (size_t at = 0; at < block.size();) {
      const std::string_view line = lineFrom(block, at);
      at += line.size() + 1;
      simdjson::dom::object entry;
      if (parser.parse(line.data(), line.size(), false).get(entry) != simdjson::SUCCESS) continue;
      Text fields[fieldCount];
      for (const auto member : entry) {
        const Field field = fieldOf(member.key);
        if (field == fieldCount || member.value.is_null()) continue;
        if (member.value.get(fields[field].text) == simdjson::SUCCESS) continue;
        numbers[field] = simdjson::minify(member.value);
        fields[field] = {numbers[field], true};
      }
      live.fold(fields, line);
    }
  }
}

/// Returns the lease of an ACQUIRE's line. Values set later follow as repeated keys, which take precedence.
std::string leaseText(const Held& held, simdjson::dom::parser& parser) {
  std::string out = "{";
  const auto add = [&out](std::string_view key, std::string_view value) {
    out.append(out.size() == 1 ? "\"" : ",\"").append(key).append("\":").append(value);
  };
  simdjson::dom::object entry;
  if (parser.parse(held.line).get(entry) != simdjson::SUCCESS) throw std::runtime_error("a held line does not parse");
  simdjson::dom::object lease;
  if (entry["lease"].get(lease) == simdjson::SUCCESS) {
    for (const auto member : lease) add(member.key, std::string(simdjson::minify(member.value)));
  } else {
    for (const char* own : {"lane", "lane_kind", "tree", "loop_ts", "host_id", "pid", "acquired_at", "heartbeat_at",
                            "ttl_minutes", "holder", "run_id"}) {
      element value;
      if (entry[own].get(value) == simdjson::SUCCESS) add(own, std::string(simdjson::minify(value)));
    }
  }
  for (int i = 0; i < fieldCount; i++) {
    if (!held.set[i].empty()) add(names[i], held.set[i]);
  }
  return out + "}";
}

int run(std::string_view way, const char* path) {
  const auto began = std::chrono::steady_clock::now();
  Live live;
  Blocks blocks(path);
  if (way == "dom")
    foldDom(blocks, live);
  else
    foldStream(blocks, live);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("{\"seconds\":%.6f,\"leases\":[", took.count());
  simdjson::dom::parser parser;
  const char* before = "";
  for (const Held* held : live.inOrder()) {
    std::printf("%s%s", before, leaseText(*held, parser).c_str());
    before = ",";
  }
  std::puts("]}");
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view way = count == 3 ? words[1] : "";
  if (way != "stream" && way != "dom") {
    std::fprintf(stderr, "expected `stream` or `dom` and a journal\n");
    return 2;
  }
  try {
    return run(way, words[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
