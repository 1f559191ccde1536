// Lists what the colours and signs mean, as far as the chart uses them.
import { endings } from "../cli/timeline/words.js";
import type { Bar, Mark, Timeline } from "../timeline/types.js";
import { find, make } from "./element.js";

const barKinds: readonly Bar["how"][] = ["live", "released", "scavenged", "replaced", "missing"];

const markNames: { [kind in Mark["kind"]]: string } = {
  refused: "refused",
  adopted: "adopted",
  halted: "HALT",
  odd: "odd",
};

const markKinds: readonly Mark["kind"][] = ["refused", "adopted", "halted", "odd"];

export function drawLegend({ lanes, damage }: Timeline): void {
  const bars = new Set(lanes.flatMap((lane) => lane.bars.map(({ how }) => how)));
  const marks = new Set(lanes.flatMap((lane) => lane.marks.map(({ kind }) => kind)));
  const entries = [
    ...barKinds.filter((kind) => bars.has(kind)).map((kind) => entryOf(`swatch ${kind}`, endings[kind])),
    ...(bars.size > 0 ? [entryOf("swatch silent", "silent")] : []),
    ...markKinds.filter((kind) => marks.has(kind)).map((kind) => entryOf(`sign ${kind}`, markNames[kind])),
    ...(damage.length > 0 ? [entryOf("swatch damaged", "damage")] : []),
  ];
  find("legend").replaceChildren(...entries);
}

function entryOf(sign: string, text: string): HTMLElement {
  const entry = make("li");
  entry.append(make("span", { class: sign }), make("span", { text }));
  return entry;
}
