// Lists the episodes in a table, page by page.
import { endings } from "../cli/timeline/words.js";
import type { Bar } from "../timeline/types.js";
import { find, make, makeButton } from "./element.js";
import { formatHeld, formatInstant, formatSilent, nameOfHolders, nameOfLane, shorten } from "./tell.js";

const rowsPerPage = 100;

export class Table {
  readonly #rows = find("table-rows");
  readonly #title = find("table-title");
  readonly #pages = find("table-pages");
  readonly #before = find("table-before");
  readonly #after = find("table-after");
  readonly #onChoose: (bar: Bar) => void;
  #bars: readonly Bar[] = [];
  #first = 0;

  constructor(onChoose: (bar: Bar) => void) {
    this.#onChoose = onChoose;
    this.#before.addEventListener("click", () => this.#turn(-rowsPerPage));
    this.#after.addEventListener("click", () => this.#turn(rowsPerPage));
  }

  /** `bars`: in file order. */
  setBars(bars: readonly Bar[]): void {
    this.#bars = bars;
    this.#first = 0;
    this.#draw();
  }

  #turn(by: number): void {
    this.#first += by;
    this.#draw();
  }

  #draw(): void {
    const total = this.#bars.length;
    const page = this.#bars.slice(this.#first, this.#first + rowsPerPage);
    this.#rows.replaceChildren(...page.map((bar) => this.#drawRow(bar)));
    const last = this.#first + page.length;
    const range = total <= rowsPerPage ? String(total) : `${this.#first + 1} to ${last} of ${total}`;
    this.#title.textContent = `Episodes: ${range}`;
    this.#pages.hidden = total <= rowsPerPage;
    setEnabled(this.#before, this.#first > 0);
    setEnabled(this.#after, last < total);
  }

  #drawRow(bar: Bar): HTMLElement {
    const { episode, fromMs, toMs, how } = bar;
    const { lane, run_id, token, end } = episode;
    const row = make("tr", { class: how });
    const head = make("th");
    head.scope = "row";
    head.append(makeButton({ class: "lane-link", text: nameOfLane(lane) }, () => this.#onChoose(bar)));
    const by = end === undefined || end.by === "" ? "" : ` by ${end.by}`;
    const reason = end === undefined || end.reason === "" ? "" : `, ${JSON.stringify(end.reason)}`;
    const ended = shorten(`${endings[how]}${by}${reason}`);
    const until = how === "live" ? "" : formatInstant(toMs);
    const cells = [nameOfHolders(episode), formatInstant(fromMs), until, formatHeld(bar), formatSilent(bar)];
    const rest = [ended, shorten(run_id), token === null ? "" : String(token)];
    row.append(head, ...[...cells, ...rest].map((text) => make("td", { text })));
    return row;
  }
}

function setEnabled(element: HTMLElement, isEnabled: boolean): void {
  if (element instanceof HTMLButtonElement) element.disabled = !isEnabled;
}
