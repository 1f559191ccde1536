// Compares what the processor is found to have with what the compiler's own check says.
#include "base/processor.h"

#include "test/check.h"

TEST("the processor has the instructions that the compiler's check finds") {
  const lane::Processor found = lane::readProcessor();
#if defined(__x86_64__) && defined(__GNUC__)
  const bool hasBmi = __builtin_cpu_supports("bmi") != 0;
  const bool hasAvx512 = __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  CHECK_EQUAL(found.hasAvx2, hasBmi && __builtin_cpu_supports("avx2") != 0);
  CHECK_EQUAL(found.hasAvx512, hasBmi && hasAvx512);
  const bool hasMultiplication = __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
  CHECK_EQUAL(found.hasMultiplication, hasMultiplication);
#else
  CHECK(!found.hasAvx2 && !found.hasAvx512 && !found.hasMultiplication);
#endif
}
