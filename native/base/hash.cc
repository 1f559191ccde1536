// Draws the seed of the hashes when the library is loaded. That must not fail: an exception there ends the process.
#include "base/hash.h"

#if defined(__linux__)
#include <sys/auxv.h>
#include <sys/random.h>
#else
#include <cstdlib>  // on Windows with _CRT_RAND_S defined
#endif

namespace lane {

namespace {

/// std::random_device is avoided: it throws, and in libstdc++ it raises a prebuild's minimum glibc from 2.34 to 2.36.
uint64_t randomWord() noexcept {
  uint64_t word = 0;
#if defined(__linux__)
  if (::getrandom(&word, sizeof word, 0) != static_cast<ssize_t>(sizeof word)) {
    // A sandbox may forbid the call. The kernel gives every process 16 random bytes at its start.
    const auto given = ::getauxval(AT_RANDOM);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): getauxval returns the address as a number.
    if (given != 0) word = wordAt(reinterpret_cast<const char*>(given) + sizeof word);
  }
#elif defined(_WIN32)
  unsigned halves[2] = {};
  // A failure leaves a half 0: the hashes then work, but can be foreseen.
  for (unsigned& half : halves) ::rand_s(&half);
  word = uint64_t{halves[0]} << 32 | halves[1];
#else
  ::arc4random_buf(&word, sizeof word);
#endif
  return word | 1;
}

}  // namespace

const uint64_t hashSeed = randomWord();

}  // namespace lane
