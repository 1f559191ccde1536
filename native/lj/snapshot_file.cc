// Reads and writes the snapshot beside a journal.
#include "lj/snapshot_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "base/crc32.h"
#include "lj/temporary.h"

namespace lane {

namespace {

/// The number of bytes compared at the start of the journal and before the offset, at most.
constexpr uint64_t edgeBytes = 4096;

/// A larger file is not read, because a length in it must not be trusted.
constexpr uint64_t fileBytesMax = uint64_t{1} << 30;

constexpr std::string_view firstLine = "lane-journal snapshot 4\n";
constexpr size_t checksumBytes = 8;

[[noreturn]] void refuse(const char* expected) { throw std::invalid_argument(expected); }

std::string checksumLine(std::string_view body) {
  char text[checksumBytes + 2];
  std::snprintf(text, sizeof text, "%08x\n", crc32(0, body));
  return text;
}

std::string identityOf(const struct stat& status) {
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

/// Reads fewer bytes only at the end of the file.
std::string readFully(int fd, uint64_t bytes, uint64_t offset) {
  std::string out(bytes, '\0');
  size_t length = 0;
  while (length < out.size()) {
    const size_t got = readAt(fd, out.data() + length, out.size() - length, offset + length);
    if (got == 0) break;
    length += got;
  }
  out.resize(length);
  return out;
}

/// Takes the text that begins `rest` off it.
void take(std::string_view& rest, std::string_view expected) {
  if (rest.substr(0, expected.size()) != expected) refuse("another text");
  rest.remove_prefix(expected.size());
}

std::string_view take(std::string_view& rest, uint64_t bytes) {
  const std::string_view taken = rest.substr(0, bytes);
  if (taken.size() != bytes) refuse("more bytes");
  rest.remove_prefix(bytes);
  return taken;
}

/// Takes a whole number without leading zeros, and at most 15 digits.
uint64_t takeNumber(std::string_view& rest) {
  constexpr size_t digitsMax = 15;
  const size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits == 0 || digits > digitsMax) refuse("a whole number");
  return std::stoull(std::string(take(rest, digits)));
}

}  // namespace

/// The parts of a snapshot, which point into its bytes.
struct SnapshotFile::Parts {
  std::string bytes;
  uint64_t offset = 0;
  std::string_view head;
  std::string_view mark;
  std::string_view state;
};

SnapshotFile::SnapshotFile(const Journal& journal) : journal_(journal) {
  const size_t slash = journal.path.rfind('/');
  folder_ = journal.path.substr(0, slash + 1);
  name_.append(".").append(journal.path, slash + 1).append(".snapshot");
}

std::unique_ptr<Scan> SnapshotFile::resume(const ScanOptions& options) {
  try {
    const Parts found = read();
    const int fd = journal_.fd.get();
    if (found.offset > static_cast<uint64_t>(statusOf(fd).st_size)) refuse("a longer journal");
    if (readFully(fd, found.head.size(), 0) != found.head) refuse("other first bytes");
    if (readFully(fd, found.mark.size(), found.offset - found.mark.size()) != found.mark) refuse("other last bytes");
    auto scan = std::make_unique<Scan>(options, found.state, found.mark);
    if (scan->offset() != found.offset) refuse("the same offset twice");
    lastOffset_ = found.offset;
    lastBytes_ = found.bytes.size();
    return scan;
  } catch (const std::exception&) {
    return nullptr;
  }
}

/// Accepts only a file whose owner could have written the journal and that admits no more writers than the journal.
SnapshotFile::Parts SnapshotFile::read() const {
  const Descriptor fd(::open((folder_ + name_).c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC));
  if (fd.get() < 0) refuse("a snapshot");
  const struct stat status = statusOf(fd.get());
  const struct stat journal = statusOf(journal_.fd.get());
  const auto bytes = static_cast<uint64_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || bytes > fileBytesMax) refuse("a regular file of at most a gibibyte");
  if (status.st_uid != journal.st_uid && status.st_uid != ::geteuid() && status.st_uid != 0) refuse("another owner");
  if ((status.st_mode & 0022 & ~journal.st_mode) != 0) refuse("no more writers than the journal has");
  Parts content;
  content.bytes = readFully(fd.get(), bytes, 0);
  if (content.bytes.size() != bytes) refuse("a whole file");
  std::string_view rest = content.bytes;
  take(rest, firstLine);
  const std::string_view checksum = take(rest, checksumBytes + 1);
  if (checksum != checksumLine(rest)) refuse("another checksum");
  take(rest, "{\"identity\":\"" + identityOf(journal) + "\",\"offset\":");
  content.offset = takeNumber(rest);
  take(rest, ",\"mark\":");
  const uint64_t mark = takeNumber(rest);
  take(rest, "}\n");
  if (mark > std::min(content.offset, edgeBytes)) refuse("a shorter mark");
  content.head = take(rest, mark);
  content.mark = take(rest, mark);
  content.state = rest;
  return content;
}

void SnapshotFile::save(Scan& scan) {
  if (scan.content() != Content::entries) return;
  // A snapshot of many leases is written more rarely, because that takes longer.
  if (scan.offset() - lastOffset_ < std::max(snapshotBytesMin, lastBytes_)) return;
  // While a damaged line is among the last ones, none is written.
  if (scan.endDamaged() || scan.mark().size() < std::min(scan.offset(), edgeBytes)) return;
  try {
    replaceBy(write(scan));
  } catch (const std::exception&) {
    // The next call tries again.
  }
}

std::string SnapshotFile::write(Scan& scan) const {
  const std::string_view mark = scan.mark();
  const std::string head = readFully(journal_.fd.get(), mark.size(), 0);
  if (head.size() < mark.size()) refuse("a longer journal");
  std::string body =
      "{\"identity\":\"" + identityOf(journal_.status) + "\",\"offset\":" + std::to_string(scan.offset());
  body.append(",\"mark\":").append(std::to_string(mark.size())).append("}\n");
  body.append(head).append(mark).append(scan.snapshotText());
  return std::string(firstLine).append(checksumLine(body)).append(body);
}

/// Users who may read the journal may read its snapshot.
void SnapshotFile::replaceBy(const std::string& bytes) const {
  Temporary temporary(folder_ + name_ + ".new-");
  temporary.write(bytes);
  temporary.takeRights(statusOf(journal_.fd.get()));
  temporary.renameTo(folder_ + name_);
}

}  // namespace lane
