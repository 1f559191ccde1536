// Keeps what is explained in the panel, and what that refers to.
import type { History } from "../history/select.js";
import type { Episode, Refusal } from "../history/types.js";
import type { Damage, Mark } from "../timeline/types.js";
import { type Explanation, type Link, Panel } from "./panel.js";
import { Keys } from "./past.js";
import { Explainer, formatInstant, nameOfHolders, nameOfLane, shorten, tellDamage } from "./tell.js";

/** How many refusals of one blocker are linked. */
const linksMax = 20;

export interface Follow {
  episode(episode: Episode): void;
  refusal(refusal: Refusal): void;
  /** Call it when the selection has changed. */
  changed(): void;
}

export class Selection {
  readonly keys = new Keys();
  readonly #follow: Follow;
  readonly #explainer: Explainer;
  readonly #panel = new Panel(() => this.clear());
  readonly #blocked: Map<Episode, Refusal[]>;
  #selected: string | undefined;
  #related = new Set<string>();

  constructor(history: History, nowMs: number, follow: Follow) {
    this.#follow = follow;
    this.#explainer = new Explainer(history.remarks, nowMs);
    this.#blocked = groupByBlocker(history.refusals);
  }

  isSelected(key: string): boolean {
    return key === this.#selected;
  }

  isRelated(key: string): boolean {
    return this.#related.has(key);
  }

  showEpisode(episode: Episode): void {
    const refusals = this.#blocked.get(episode) ?? [];
    const explanation = {
      title: `${nameOfHolders(episode)} on ${nameOfLane(episode.lane)}`,
      text: this.#explainer.explainEpisode(episode),
      links: refusals.slice(0, linksMax).map((refusal) => this.#linkRefusal(refusal)),
    };
    this.#show(
      `e${this.keys.of(episode)}`,
      explanation,
      refusals.map((refusal) => `r${this.keys.of(refusal)}`),
    );
  }

  /** `key`: of the element that shows the marks. */
  showMarks(marks: readonly Mark[], key: string): void {
    const [first] = marks;
    if (first === undefined) return;
    const refusals = marks.flatMap((mark) => (mark.kind === "refused" ? [mark.refusal] : []));
    const links = refusals.flatMap((refusal) => this.#linksOf(refusal)).slice(0, linksMax);
    const [refusal] = refusals;
    const one = refusal === undefined ? "On" : `${shorten(refusal.holder || "somebody")} was refused on`;
    const title = marks.length === 1 ? one : `${marks.length} events on`;
    const explanation = { title, text: this.#explainer.explainMarks(marks), links };
    const episodes = refusals.flatMap(({ blockers, granted }) => [...blockers.map(({ episode }) => episode), granted]);
    const related = episodes.filter((each) => each !== undefined).map((each) => `e${this.keys.of(each)}`);
    const lane = refusal?.lane ?? laneOf(first);
    this.#show(key, { ...explanation, title: `${title} ${nameOfLane(lane)}` }, related);
  }

  showDamage(damage: Damage): void {
    this.#show(`d${damage.firstLine}`, { title: "Damage", text: tellDamage(damage), links: [] }, []);
  }

  clear(): void {
    this.#selected = undefined;
    this.#related = new Set();
    this.#panel.close();
    this.#follow.changed();
  }

  #show(key: string, explanation: Explanation, related: readonly string[]): void {
    this.#selected = key;
    this.#related = new Set(related);
    this.#panel.show(explanation);
    this.#follow.changed();
  }

  #linkRefusal(refusal: Refusal): Link {
    const when = refusal.moment.at === null ? "at an unknown time" : `at ${formatInstant(refusal.moment.at)}`;
    const text = `refused because of it: ${shorten(refusal.holder || "somebody")}, ${when}`;
    return { text, follow: () => this.#follow.refusal(refusal) };
  }

  #linksOf({ blockers, granted }: Refusal): Link[] {
    const links = blockers.flatMap(({ episode }) =>
      episode === undefined ? [] : [this.#linkEpisode("held by", episode)],
    );
    return granted === undefined ? links : [...links, this.#linkEpisode("then got by", granted)];
  }

  #linkEpisode(what: string, episode: Episode): Link {
    const text = `${what}: ${nameOfHolders(episode)} on ${nameOfLane(episode.lane)}`;
    return { text, follow: () => this.#follow.episode(episode) };
  }
}

function laneOf(mark: Mark): string {
  if (mark.kind === "odd") return mark.remark.lane;
  return mark.kind === "refused" ? mark.refusal.lane : mark.episode.lane;
}

function groupByBlocker(refusals: readonly Refusal[]): Map<Episode, Refusal[]> {
  const groups = new Map<Episode, Refusal[]>();
  for (const refusal of refusals) {
    for (const { episode } of refusal.blockers) {
      if (episode === undefined) continue;
      const known = groups.get(episode);
      if (known === undefined) groups.set(episode, [refusal]);
      else known.push(refusal);
    }
  }
  return groups;
}
