// Writes a history for people: a row for each episode, and rows for what happened during it.

import { launchStateOf } from "../../history/launches.js";
import { compareMoments } from "../../history/moments.js";
import { grantedFrom } from "../../history/refusal.js";
import type { History } from "../../history/select.js";
import type { Episode, Halt, Launch, Moment, Refusal, Remark } from "../../history/types.js";
import { printable, printableLine } from "../printable.js";
import { formatBetween, formatDuration, formatTime } from "./times.js";
import { tellCall, tellEnd, tellHolders, tellRemark } from "./words.js";

/** Something that happened on a lane at a line of the journal. */
type Event =
  | { kind: "episode"; lane: string; moment: Moment; episode: Episode }
  | { kind: "note"; lane: string; moment: Moment; isOdd: boolean; text: string };

/** A column grows with its content up to this limit, so that one long value does not push the others off the screen. */
const columnCharactersMax = 40;

/** Of a time of day. */
const timeCharacters = 8;

/** Returns lines, each with its LF: the lanes in the order in which they first appear, each in file order. */
export function* writeHistory(history: History, nowMs: number): Generator<string> {
  const lanes = new Map<string, Event[]>();
  for (const event of listEvents(history, nowMs)) {
    const events = lanes.get(event.lane);
    if (events === undefined) lanes.set(event.lane, [event]);
    else events.push(event);
  }
  const columns = new Columns(history.episodes, nowMs);
  for (const [lane, events] of lanes) {
    yield printableLine(lane === "" ? "(the whole journal)" : lane);
    let day = dayOf(nowMs);
    for (const event of events.sort((a, b) => compareMoments(a.moment, b.moment))) {
      const { at } = event.moment;
      if (at !== null && dayOf(at) !== day) {
        day = dayOf(at);
        yield `  ${day}\n`;
      }
      yield columns.formatEvent(event);
    }
  }
}

/** Rows show the time of day only, after a row with the date. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function* listEvents({ episodes, refusals, remarks, launches, calls }: History, nowMs: number): Generator<Event> {
  for (const episode of episodes) {
    const { lane, begin, halts } = episode;
    yield { kind: "episode", lane, moment: begin, episode };
    for (const halt of halts) yield noteOf(lane, halt.moment, tellHalt(halt));
  }
  for (const refusal of refusals) yield noteOf(refusal.lane, refusal.moment, tellRefusal(refusal));
  for (const launch of launches) yield noteOf(launch.lane, launch.moment, tellLaunch(launch, nowMs));
  for (const call of calls) yield noteOf(call.episode?.lane ?? "", call.moment, tellCall(call));
  for (const remark of remarks) yield { ...noteOf(remark.lane, remark.moment, tellPlaced(remark)), isOdd: true };
}

function noteOf(lane: string, moment: Moment, text: string): Event & { kind: "note" } {
  return { kind: "note", lane, moment, isOdd: false, text };
}

function tellHalt({ handle, reason }: Halt): string {
  const what = ["HALT", handle].filter((text) => text !== "").join(" ");
  return reason === "" ? what : `${what}: ${reason}`;
}

function tellRefusal(refusal: Refusal): string {
  const { holder, moment, granted, reason } = refusal;
  const waited = granted === undefined ? undefined : formatBetween(moment.at, grantedFrom(refusal)?.at ?? null);
  const outcome = granted === undefined ? "has not got it since" : `waited ${waited ?? "for an unknown time"}`;
  return `refused: ${holder || "somebody"} (${outcome})${holder === "" && reason !== "" ? `: ${reason}` : ""}`;
}

function tellLaunch(launch: Launch, nowMs: number): string {
  const { holder, run_id, moment, acquired } = launch;
  const states = {
    acquired: `acquired after ${formatBetween(moment.at, acquired?.at) ?? "an unknown time"}`,
    spawning: "spawning",
    aborted: "aborted",
  };
  return `launched: ${holder || run_id || "somebody"} (${states[launchStateOf(launch, nowMs)]})`;
}

function tellPlaced(remark: Remark): string {
  const { seq } = remark.moment;
  return `${seq === 0 ? "" : `#${seq}: `}${tellRemark(remark)}`;
}

/** Aligns the cells of all episodes. */
class Columns {
  readonly #nowMs: number;
  readonly #widths: number[];
  readonly #timeWidth: number;

  constructor(episodes: readonly Episode[], nowMs: number) {
    this.#nowMs = nowMs;
    const rows = episodes.map((episode) => cellsOf(episode, nowMs));
    this.#widths = [0, 1, 2, 3, 4].map((column) =>
      rows.reduce((width, row) => Math.max(width, Math.min(row[column]?.length ?? 0, columnCharactersMax)), 0),
    );
    // The times of other rows stand where an episode's end does.
    this.#timeWidth = timeCharacters + 1;
  }

  formatEvent(event: Event): string {
    if (event.kind === "episode") {
      const cells = cellsOf(event.episode, this.#nowMs);
      const padded = cells.map((cell, column) => cell.padEnd(this.#widths[column] ?? 0));
      return `  ${padded.join("  ").trimEnd()}\n`;
    }
    const time = formatTime(event.moment.at, event.moment.at ?? this.#nowMs);
    return printableLine(`${`${" ".repeat(this.#timeWidth)}${event.isOdd ? "!" : " "} `}${time}  ${event.text}`);
  }
}

/** Returns when, how long, by whom, with which token, how lively, and how it ended. */
function cellsOf(episode: Episode, nowMs: number): string[] {
  const { begin, end, token, beats, gapMs, lastSignAt, isUncertain, isInherited } = episode;
  const from = `${isInherited ? "≤" : ""}${formatTime(begin.at, begin.at ?? nowMs)}`;
  const to = end === undefined ? "now" : formatTime(end.moment.at, begin.at ?? nowMs);
  const endAt = end === undefined ? nowMs : end.moment.at;
  const silent = formatBetween(lastSignAt, endAt);
  const gap = gapMs === 0 ? "" : `, gap ≤ ${formatDuration(gapMs)}`;
  const how = end === undefined ? "LIVE" : tellEnd(end);
  const cells = [
    `${from}–${to}`,
    formatBetween(begin.at, endAt) ?? "?",
    tellHolders(episode),
    token === null ? "no token" : `token ${token}`,
    `${beats} ${beats === 1 ? "beat" : "beats"}${gap}`,
    `${how}${silent === undefined ? "" : `, silent ${silent}`}${isUncertain ? ", damage in between" : ""}`,
  ];
  return cells.map(printable);
}
