// Starts a fold from the snapshot beside the journal and writes the next one, as src/read/snapshot.ts does
// (docs/format.md 10, "Snapshots"). A snapshot is a cache: if anything about it is wrong, it is not used.
#pragma once

#include <memory>

#include "lj/journal.h"
#include "scan/scan.h"

namespace lane {

/// The size or growth of a journal from which a snapshot is worthwhile, in bytes.
inline constexpr uint64_t snapshotBytesMin = 1024 * 1024;

class SnapshotFile {
 public:
  /// `journal` must outlive this object.
  explicit SnapshotFile(const Journal& journal);

  /// Returns a scan that continues from the snapshot, or null.
  std::unique_ptr<Scan> resume(const ScanOptions& options);

  /// Rewrites the snapshot if the journal has grown enough since the last one. If that fails, nothing changes.
  void save(Scan& scan);

 private:
  struct Parts;

  Parts read() const;
  std::string write(Scan& scan) const;
  void replaceBy(const std::string& bytes) const;

  const Journal& journal_;
  std::string folder_;
  std::string name_;
  /// The offset and the size of the snapshot that was used.
  uint64_t lastOffset_ = 0;
  uint64_t lastBytes_ = 0;
};

}  // namespace lane
