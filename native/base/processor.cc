// Finds out which instructions the processor has.
#include "base/processor.h"

#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

namespace lane {

#if defined(__x86_64__) && defined(__GNUC__)

namespace {

constexpr bool hasAll(uint64_t bits, uint64_t wanted) { return (bits & wanted) == wanted; }

constexpr uint64_t bit(unsigned number) { return uint64_t{1} << number; }

/// Returns the register states that the operating system saves when it switches threads (XCR0).
uint64_t savedStates() noexcept {
  uint32_t low = 0;
  uint32_t high = 0;
  // The intrinsic `_xgetbv` would need a compiler flag.
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

}  // namespace

Processor readProcessor() noexcept {
  // The bits of Intel's manual, volume 2, CPUID, and volume 1, 13.3.
  constexpr uint64_t savesStates = bit(27);
  constexpr uint64_t bmi1 = bit(3);
  constexpr uint64_t avx2 = bit(5);
  constexpr uint64_t avx512 = bit(16) | bit(30) | bit(31);
  constexpr uint64_t vectors256 = bit(1) | bit(2);
  constexpr uint64_t vectors512 = vectors256 | bit(5) | bit(6) | bit(7);
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr uint64_t multiplication = bit(1) | bit(19);
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return {};
  Processor processor;
  processor.hasMultiplication = hasAll(c, multiplication);
  if (!hasAll(c, savesStates)) return processor;
  const uint64_t saved = savedStates();
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return processor;
  processor.hasAvx2 = hasAll(b, avx2 | bmi1) && hasAll(saved, vectors256);
  processor.hasAvx512 = hasAll(b, avx512 | bmi1) && hasAll(saved, vectors512);
  return processor;
}

#else

Processor readProcessor() noexcept { return {}; }

#endif

}  // namespace lane
