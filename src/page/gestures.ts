// Turns the pointer, the wheel and the keyboard into movements over the time axis.
import { find } from "./element.js";

export interface Movements {
  /** `x`: the place that stays where it is, in pixels from the left edge of the plot. Default: the middle. */
  zoom(factor: number, x?: number): void;
  /** `share`: of the width of the plot. */
  move(share: number): void;
  /** Shows what is between two places. */
  show(fromX: number, toX: number): void;
  reset(): void;
}

const zoomFactor = 1.6;
const moveShare = 0.15;

/** A pointer that moves less has clicked. */
const dragPixels = 5;

export function listenToKeys(target: HTMLElement, movements: Movements): void {
  const actions: { [key: string]: () => void } = {
    ArrowLeft: () => movements.move(-moveShare),
    ArrowRight: () => movements.move(moveShare),
    "+": () => movements.zoom(zoomFactor),
    "=": () => movements.zoom(zoomFactor),
    "-": () => movements.zoom(1 / zoomFactor),
    Escape: () => movements.reset(),
  };
  target.addEventListener("keydown", (event) => {
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    action();
  });
}

export function listenToButtons(movements: Movements): void {
  find("zoom-in").addEventListener("click", () => movements.zoom(zoomFactor));
  find("zoom-out").addEventListener("click", () => movements.zoom(1 / zoomFactor));
  find("zoom-reset").addEventListener("click", () => movements.reset());
}

/** The wheel zooms with Ctrl, moves sideways if it turns sideways, and otherwise scrolls the lanes as usual. */
export function listenToWheel(target: HTMLElement, plot: HTMLElement, movements: Movements): void {
  const onWheel = (event: WheelEvent): void => {
    if (event.ctrlKey) {
      event.preventDefault();
      const x = event.clientX - plot.getBoundingClientRect().left;
      movements.zoom(Math.exp(-event.deltaY / 300), x);
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      movements.move(event.deltaX / Math.max(1, plot.clientWidth));
    }
  };
  target.addEventListener("wheel", onWheel, { passive: false });
}

interface Drag {
  pointer: number;
  startX: number;
  isMoving: boolean;
}

/** A drag over the plot chooses the time to show. */
export function listenToDrags(target: HTMLElement, plot: HTMLElement, movements: Movements): void {
  const range = find("range");
  let drag: Drag | undefined;
  const xOf = (event: PointerEvent): number => {
    const { left, width } = plot.getBoundingClientRect();
    return Math.min(width, Math.max(0, event.clientX - left));
  };
  const stop = (): void => {
    drag = undefined;
    range.hidden = true;
  };
  target.addEventListener("pointerdown", (event) => {
    const isInPlot = event.clientX >= plot.getBoundingClientRect().left;
    if (event.button === 0 && isInPlot) drag = { pointer: event.pointerId, startX: xOf(event), isMoving: false };
  });
  target.addEventListener("pointermove", (event) => {
    if (drag === undefined || event.pointerId !== drag.pointer) return;
    const x = xOf(event);
    if (!drag.isMoving && Math.abs(x - drag.startX) < dragPixels) return;
    if (!drag.isMoving) target.setPointerCapture(drag.pointer);
    drag.isMoving = true;
    range.hidden = false;
    range.style.left = `${plot.offsetLeft + Math.min(x, drag.startX)}px`;
    range.style.width = `${Math.abs(x - drag.startX)}px`;
  });
  target.addEventListener("pointerup", (event) => {
    if (drag?.isMoving === true) {
      const x = xOf(event);
      movements.show(Math.min(x, drag.startX), Math.max(x, drag.startX));
    }
    stop();
  });
  target.addEventListener("pointercancel", stop);
}
