// Formats what `lj lock` prints.
#include "lj/lock.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string_view>
#include <utility>

#include "base/number.h"
#include "base/quote.h"
#include "fold/stamp.h"
#include "lj/hand_over.h"
#include "lj/journal.h"
#include "lj/lock_file.h"
#include "lj/print.h"
#include "lj/process.h"
#include "lj/tree.h"

namespace lane {

namespace {

/// A holder about whom nothing is known keeps the lock this long, and one second more, because stamps are truncated to
/// the second.
constexpr double unknownHolderSeconds = 300 + 1;

/// A file may be linked as the lock again for this long after its stamp (src/lock/spare.ts), and one second more.
constexpr double reuseMsMax = 60'000 + 1000;
constexpr double reuseMsMin = 1000;

/// Reads a number of digits and one point, as writers write it.
double uptimeIn(const std::string& text) {
  constexpr size_t digitsMax = 15;
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = std::string_view(text).substr(std::min(point + 1, text.size()));
  const bool isPlain = areAllDigits(std::string_view(text).substr(0, point)) && text.size() <= digitsMax;
  if (!isPlain || (point < text.size() && !areAllDigits(fraction))) throw HandOver();
  return std::strtod(text.c_str(), nullptr);
}

/// A lock, and the moment at which it is looked at.
class HeldLock {
 public:
  HeldLock(std::string path, SeenLock seen) : path_(std::move(path)), seen_(std::move(seen)), here_(describeHost()) {
    if (seen_.fields) stamp_ = readStamp(seen_.fields->acquiredAt);
    age_ = age();
    life_ = life();
    reusedMs_ = reusedAfterMs();
  }

  bool isStale() const { return life_ == Life::dead || (life_ == Life::unknown && age_ > unknownHolderSeconds); }

  std::string format() const {
    const std::string_view owner = seen_.fields ? std::string_view(seen_.fields->owner) : std::string_view();
    std::string out = isStale() ? "stale: the lock " : "held: the lock ";
    appendPrintable(path_, out);
    out += " is held by ";
    const std::string ago = std::to_string(shownAge()) + " s ago";
    if (owner.empty()) {
      out.append("a file that names no holder, written ").append(ago);
    } else {
      appendPrintable(owner, out);
      appendPerson(out);
      out += " since ";
      appendPrintable(acquiredAt(), out);
      out.append(" (").append(ago).append(")");
    }
    return out += isStale() ? "; the next caller takes it over\n" : "\n";
  }

  /// The keys are sorted.
  std::string formatJson() const {
    const LockFields fields = seen_.fields.value_or(LockFields());
    std::string text = "{\"acquiredAt\":";
    appendQuoted(acquiredAt(), text);
    text.append(",\"ageSeconds\":").append(std::to_string(shownAge())).append(",\"alive\":\"").append(lifeName());
    text.append("\",\"held\":true,\"host\":");
    appendQuoted(fields.process.host, text);
    text += ",\"owner\":";
    appendQuoted(fields.owner, text);
    text += ",\"path\":";
    appendQuoted(path_, text);
    text.append(",\"pid\":").append(std::to_string(fields.process.pid)).append(",\"stale\":");
    text.append(isStale() ? "true" : "false")
        .append(",\"uid\":")
        .append(std::to_string(seen_.status.st_uid))
        .append("}");
    std::string out;
    appendStrict(readTree(text), out);
    return out += '\n';
  }

 private:
  const char* lifeName() const { return lifeNames[static_cast<size_t>(life_)]; }

  void appendPerson(std::string& out) const {
    const ProcessMark& process = seen_.fields->process;
    out.append(" (pid ").append(std::to_string(process.pid));
    if (!process.host.empty()) out += " on ";
    appendPrintable(process.host, out);
    out.append(", ").append(life_ == Life::unknown ? "not known whether alive" : lifeName()).append(")");
  }

  /// Also dead: a holder that released the lock but could not remove its file.
  Life life() const {
    if (!seen_.fields) return Life::unknown;
    return seen_.fields->released ? Life::dead : judgeLife(seen_.fields->process, here_);
  }

  /// In seconds: by the system's uptime if the file is from this boot, because that clock cannot be set; otherwise by
  /// the stamp; or by the file's own time if the stamp is missing, unreadable or in the future. Never negative.
  double age() const {
    if (seen_.fields && !here_.bootId.empty() && seen_.fields->process.bootId == here_.bootId) {
      const double seconds = seen_.fields->uptime.empty() ? -1 : uptimeSeconds() - uptimeIn(seen_.fields->uptime);
      if (seconds >= 0) return seconds;
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto nowMs = static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    const bool isStamped = stamp_ && static_cast<double>(stamp_->first) <= nowMs;
    const double began = isStamped ? static_cast<double>(stamp_->last) : modifiedMs(seen_.status);
    return std::max(0.0, nowMs - began) / 1000;
  }

  /// How long after its stamp the file was linked as the lock, in milliseconds: 0 unless a file was reused. Linking a
  /// file sets its time of change.
  double reusedAfterMs() const {
    if (!seen_.fields || seen_.fields->uptime.empty() || !stamp_) return 0;
    const double after = changedMs(seen_.status) - static_cast<double>(stamp_->first);
    return after >= reuseMsMin && after <= reuseMsMax ? after : 0;
  }

  uint64_t shownAge() const { return static_cast<uint64_t>(std::floor(std::max(0.0, age_ - reusedMs_ / 1000))); }

  /// The stamp in the file, or the time of the link if the file was reused.
  std::string acquiredAt() const {
    if (!seen_.fields) return {};
    if (reusedMs_ == 0) return seen_.fields->acquiredAt;
    const auto seconds = static_cast<time_t>(changedMs(seen_.status) / 1000);
    struct tm parts;
    char text[32];
    if (::gmtime_r(&seconds, &parts) == nullptr) throw HandOver();
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
  }

  const std::string path_;
  const SeenLock seen_;
  const ProcessMark here_;
  std::optional<Moments> stamp_;
  double age_ = 0;
  double reusedMs_ = 0;
  Life life_ = Life::unknown;
};

/// The lock of a journal that is a symbolic link may be beside the link or beside its target.
std::string lockPath(const std::string& journal) {
  if (const std::string_view named = environment("DISPATCH_LANE_LEASE_LOCK_PATH"); !named.empty()) {
    return absolutePath(named);
  }
  struct stat status;
  if (::lstat(journal.c_str(), &status) == 0 ? !S_ISREG(status.st_mode) : errno != ENOENT) throw HandOver();
  // As the JavaScript command names it, with the slash of the root folder twice.
  const size_t slash = journal.rfind('/');
  return (slash == 0 ? "/" : journal.substr(0, slash)) + "/.lane-lease.lock";
}

std::string formatFree(const std::string& path, bool json) {
  std::string out;
  if (json) {
    std::string text = "{\"held\":false,\"path\":";
    appendQuoted(path, text);
    appendStrict(readTree(text += '}'), out);
  } else {
    out += "free: there is no ";
    appendPrintable(path, out);
  }
  return out += '\n';
}

}  // namespace

LockText formatLock(const std::string& journal, bool json) {
  const std::string path = lockPath(journal);
  std::optional<SeenLock> seen = seeLock(path);
  if (!seen) return {formatFree(path, json), false};
  const HeldLock lock(path, *std::move(seen));
  return {json ? lock.formatJson() : lock.format(), !lock.isStale()};
}

}  // namespace lane
