// Finds out which instructions the processor has, without `__builtin_cpu_supports`: not every toolchain links what that
// calls.
#pragma once

namespace lane {

/// Instruction sets that both the processor and the operating system support.
struct Processor {
  bool hasAvx2 = false;    // with BMI1
  bool hasAvx512 = false;  // AVX-512 F, BW and VL, with BMI1
};

/// Returns neither for a processor that is not x86-64.
Processor readProcessor() noexcept;

}  // namespace lane
