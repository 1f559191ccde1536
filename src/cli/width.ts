// Measures, pads and cuts text by the columns that it takes on a terminal: wide characters take two, marks none.

export interface Ruler {
  widthOf(text: string): number;
  /** Adds spaces up to the width. A text that is wider stays as it is. */
  pad(text: string, columns: number): string;
  /** Returns the text, or as much of its beginning as fits with an ellipsis after it. At least one column. */
  cut(text: string, columns: number): string;
}

/** Loads the measuring at first use, because most verbs align nothing. */
export async function loadRuler(): Promise<Ruler> {
  const { default: widthOf } = await import("string-width");
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  return {
    widthOf: (text) => widthOf(text),
    pad: (text, columns) => text + " ".repeat(Math.max(0, columns - widthOf(text))),
    cut(text, columns) {
      if (widthOf(text) <= columns) return text;
      let kept = "";
      let width = 0;
      for (const { segment } of graphemes.segment(text)) {
        width += widthOf(segment);
        if (width > columns - 1) break;
        kept += segment;
      }
      return `${kept}…`;
    },
  };
}
