// Takes the input as a journal, which may be stretched to 64 KiB, and folds it. Choices select the kind of fold and
// whether it uses shapes. A byte must not cost more than `costRatioMax` bytes of an ordinary journal.
#include "fuzz/answers.h"
#include "fuzz/input.h"

namespace {

fuzz::CostOracle& cost(bool isScan, bool usesShapes) {
  using lane::FoldKind;
  static fuzz::CostOracle oracles[] = {
      fuzz::makeFoldCost(FoldKind::replay, false),
      fuzz::makeFoldCost(FoldKind::replay, true),
      fuzz::makeFoldCost(FoldKind::scan, false),
      fuzz::makeFoldCost(FoldKind::scan, true),
  };
  return oracles[(isScan ? 2 : 0) + (usesShapes ? 1 : 0)];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const fuzz::Input input(bytes, size);
  const unsigned choice = input.choice(0);
  fuzz::requireOrdinaryCost(cost(choice % 2 != 0, choice % 4 < 2), input, input.text());
  return 0;
}
