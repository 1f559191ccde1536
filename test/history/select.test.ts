// Tests which part of a history is selected.
import { describe, expect, it } from "vitest";
import { selectHistory } from "../../src/history/select.js";
import { acquire, foldHistory, release } from "./journal.js";

describe("without a period", () => {
  it("an episode is selected whose end was stamped before its begin", () => {
    const { episodes } = selectHistory(foldHistory([acquire("13:00:00", "a"), release("12:00:00")]), {});
    expect(episodes).toHaveLength(1);
  });
});
