// Shows the explanation of what was chosen, with links to what it refers to.
import { find, make, makeButton } from "./element.js";

const indentation = "    ";

export interface Link {
  text: string;
  follow: () => void;
}

export interface Explanation {
  title: string;
  /** Several lines. */
  text: string;
  links: readonly Link[];
}

export class Panel {
  readonly #panel = find("panel");
  readonly #title = find("panel-title");
  readonly #text = find("panel-text");
  readonly #links = find("panel-links");

  constructor(onClose: () => void) {
    find("panel-close").addEventListener("click", onClose);
  }

  get isOpen(): boolean {
    return !this.#panel.hidden;
  }

  show({ title, text, links }: Explanation): void {
    this.#title.textContent = title;
    this.#text.replaceChildren(...text.trimEnd().split("\n").map(drawLine));
    const items = links.map((link) => {
      const item = make("li");
      item.append(makeButton({ text: link.text }, link.follow));
      return item;
    });
    this.#links.replaceChildren(...items);
    this.#panel.hidden = false;
    this.#panel.scrollTop = 0;
  }

  close(): void {
    this.#panel.hidden = true;
  }
}

/** The indented lines of `lj why` begin with a label; when they are too long, they go on below their text. */
function drawLine(line: string): HTMLElement {
  const isRow = line.startsWith(indentation);
  const text = isRow ? line.slice(indentation.length) : line;
  return make("span", { class: isRow ? "line row" : "line", text: `${text}\n` });
}
