// Creates and finds elements. Text always goes in as text, never as markup.

export interface Attributes {
  class?: string;
  text?: string;
  /** What a screen reader says. */
  label?: string;
  /** What a pointer that rests on the element shows. */
  title?: string;
  /** Identifies the element across drawings, so that it keeps the focus. */
  key?: string;
}

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (attributes.class !== undefined) element.className = attributes.class;
  if (attributes.text !== undefined) element.textContent = attributes.text;
  if (attributes.label !== undefined) element.setAttribute("aria-label", attributes.label);
  if (attributes.title !== undefined) element.title = attributes.title;
  if (attributes.key !== undefined) element.dataset["key"] = attributes.key;
  return element;
}

export function makeButton(attributes: Attributes, onClick: () => void): HTMLButtonElement {
  const button = make("button", attributes);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}

/** Sets the place of an element in percent of its parent's width, so that a narrower print shows the same. */
export function placeAt(element: HTMLElement, left: number, width?: number): void {
  element.style.left = `${left}%`;
  if (width !== undefined) element.style.width = `${width}%`;
}

export function find(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`expected an element #${id} on the page, found none`);
  return element;
}

export function findInput(id: string): HTMLInputElement {
  const element = find(id);
  if (!(element instanceof HTMLInputElement)) throw new Error(`expected #${id} to be an input`);
  return element;
}
