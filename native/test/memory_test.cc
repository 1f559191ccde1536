// Tests that running out of memory while a journal is folded by several threads throws and does not end the process.
// For this, it replaces the operators that allocate for the whole test program.
#include <cstdlib>
#include <new>
#include <string>

#include "scan/scan.h"
#include "test/check.h"
#include "test/temporary_file.h"

namespace {

/// The number of allocations that still succeed in this thread; negative if all do.
thread_local long allocationsLeft = -1;

/// Folds with four threads, of which the calling one can allocate `allocations` times. Returns whether that was enough.
bool foldWith(long allocations, const lane_test::TemporaryFile& file) {
  lane::ScanOptions options;
  options.kind = lane::FoldKind::scan;
  options.threads = 4;
  options.pieceBytes = 4096;
  bool isEnough = true;
  allocationsLeft = allocations;
  try {
    lane::Scan scan(options);
    while (!scan.step(file.fd(), 1 << 20)) {
    }
  } catch (const std::bad_alloc&) {
    isEnough = false;
  }
  isEnough = isEnough && allocationsLeft > 0;
  allocationsLeft = -1;
  return isEnough;
}

}  // namespace

// All forms but those with an alignment, because a sanitizer has its own and expects the two of a pair to match.
[[gnu::noinline]] void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  if (allocationsLeft == 0) return nullptr;
  if (allocationsLeft > 0) allocationsLeft--;
  return std::malloc(bytes == 0 ? 1 : bytes);
}

[[gnu::noinline]] void* operator new(size_t bytes) {
  void* memory = operator new(bytes, std::nothrow);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

[[gnu::noinline]] void* operator new[](size_t bytes) { return operator new(bytes); }
[[gnu::noinline]] void* operator new[](size_t bytes, const std::nothrow_t& tag) noexcept {
  return operator new(bytes, tag);
}

[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

TEST("a fold by several threads that runs out of memory throws, at whichever allocation") {
  std::string journal;
  for (int i = 0; i < 400; i++) {
    const std::string lane = std::to_string(i % 7);
    journal += R"({"lane": ")" + lane + R"(", "loop_ts": "2026-06-01T14:00Z", "op": "HEARTBEAT", "seq": )" +
               std::to_string(i + 1) + "}\n";
  }
  const lane_test::TemporaryFile file(journal);
  constexpr long allocationsMax = 100'000;
  long allocations = 0;
  while (allocations < allocationsMax && !foldWith(allocations, file)) allocations++;
  // More than the threads and the pieces themselves need.
  CHECK(allocations > 20);
  CHECK(allocations < allocationsMax);
}
