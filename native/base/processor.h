// Detects the instruction sets of the processor. Does not use `__builtin_cpu_supports`, because some toolchains do not
// link the library that it requires.
#pragma once

namespace lane {

/// Instruction sets that both the processor and the operating system support.
struct Processor {
  bool hasAvx2 = false;    // with BMI1
  bool hasAvx512 = false;  // AVX-512 F, BW and VL, with BMI1
  /// The carry-less multiplication, with SSE 4.1.
  bool hasMultiplication = false;
};

/// Returns false for all sets if the processor is not x86-64.
Processor readProcessor() noexcept;

}  // namespace lane
