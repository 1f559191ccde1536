// Implements the lease shell: acquires, renews, hands over and releases leases. Each call is one decision under the
// lock, and each refusal is journaled with its reason (docs/format.md 8, "The lease shell").

import { text } from "../core/words.js";
import type { Fold } from "../engine/engine.js";
import type { Decision } from "../journal/commit.js";
import type { OpenJournal } from "../journal/journal.js";
import { type ProcessTable, systemProcesses } from "../lock/process.js";
import type { Entry, Generation, Lease } from "../types.js";
import { checkKeys } from "../unknown-key.js";
import { heartbeatEntry, releaseEntry, scavengeEntry } from "../write/entries.js";
import { haltEntry, spawnEntry } from "../write/event-entries.js";
import { decideAcquire, isGrant } from "./acquire.js";
import { decideAdopt } from "./adopt.js";
import { judgeLease, type Moment, readPast, tellReclaim } from "./expiry.js";
import { type Found, findLease, type LiveState, readState } from "./find.js";
import { adoptKeys, changeKeys, haltKeys, requestKeys, scavengeKeys, spawnKeys, targetKeys } from "./option-keys.js";
import { answerDone, type Refusal, refuse, type Terms } from "./outcome.js";
import * as check from "./request.js";
import type * as shapes from "./types.js";
import { type Attempts, acquireWhenFree, checkWait } from "./wait.js";

/** Decides what to do with the live lease that was found. */
type Judge<Done> = (found: Found, state: LiveState, terms: Terms) => Decision<Done | shapes.LeaseRefused> | Refusal;

export class OpenLeases implements shapes.Leases {
  readonly #journal: OpenJournal;
  readonly #terms: Terms;

  /** Takes ownership of the journal: `close` closes it. */
  constructor(journal: OpenJournal, terms: check.LeaseTerms, processes: ProcessTable = systemProcesses) {
    this.#journal = journal;
    this.#terms = { ...terms, processes, mark: check.markProcess(terms.pid, processes) };
  }

  get path(): string {
    return this.#journal.path;
  }

  get owner(): string {
    return this.#terms.owner;
  }

  acquire(request: shapes.LeaseRequest): shapes.LeaseDone | shapes.LeaseRefused {
    checkKeys("request", request, requestKeys);
    const wanted = check.checkRequest(request, this.#terms);
    return this.#decide("acquire", (state, terms) => this.#decideAcquire(wanted, state, terms));
  }

  async acquireWhenFree(
    request: shapes.LeaseRequest,
    options?: shapes.AcquireWaitOptions,
  ): Promise<shapes.LeaseDone | shapes.LeaseRefused> {
    checkKeys("request", request, requestKeys);
    const wanted = check.checkRequest(request, this.#terms);
    const journal = this.#journal;
    const attempts: Attempts = {
      path: journal.path,
      lockWaitMs: journal.lockWaitMs,
      acquire: (isRecorded) =>
        this.#decide<ReturnType<Attempts["acquire"]>>(
          "acquireWhenFree",
          (state, terms) => {
            const decision = this.#decideAcquire(wanted, state, terms);
            return isRecorded || isGrant(decision) ? decision : { entries: [], settle: () => "refused" };
          },
          0,
        ),
      wouldGrant: () => {
        const state = { live: journal.replay(), generations: journal.generations(), nextGeneration: 1 };
        return isGrant(this.#decideAcquire(wanted, state, this.#terms));
      },
    };
    return acquireWhenFree(attempts, checkWait(options));
  }

  release(target: shapes.ChangeOptions): shapes.LeaseDone | shapes.LeaseRefused {
    checkKeys("target", target, changeKeys);
    const { lane, loopTs } = check.checkTarget(target);
    const force = check.checkFlag("force", target.force);
    const given = check.optional(target.reason, (reason) => check.checkText("reason", reason)) ?? "explicit";
    return this.#change("release", { lane, loopTs }, (found) => {
      const reason = this.#explainForce(found, given, force);
      if (reason === undefined) return this.#notHolder(found);
      return {
        entries: [releaseEntry(found.lease, { reason, by: this.#terms.owner })],
        settle: answerDone(found, found.lease),
      };
    });
  }

  adopt(target: shapes.AdoptLeaseOptions): shapes.LeaseDone | shapes.LeaseRefused {
    checkKeys("target", target, adoptKeys);
    const { lane, loopTs } = check.checkTarget(target);
    const force = check.checkFlag("force", target.force);
    const given = check.optional(target.reason, (reason) => check.checkText("reason", reason)) ?? "";
    const heir = check.checkHeir(target, this.#terms);
    return this.#change("adopt", { lane, loopTs }, (found, { nextGeneration }, terms) => {
      const reason = this.#explainForce(found, given, force);
      if (reason === undefined) return this.#notHolder(found);
      return decideAdopt(found, heir, reason, nextGeneration, terms);
    });
  }

  heartbeat(target: shapes.LeaseTarget): shapes.LeaseBeaten | shapes.LeaseRefused {
    checkKeys("target", target, targetKeys);
    const meant = check.checkTarget(target);
    // A heartbeat that is going to be skipped does not need the lock.
    if (this.#terms.coalesceSeconds > 0) {
      const found = findLease({ live: this.#journal.replay(), generations: this.#journal.generations() }, meant);
      const fresh = "lease" in found && this.#isHolder(found) ? skipBeat(found, this.#terms) : undefined;
      if (fresh !== undefined) return fresh;
    }
    return this.#change<shapes.LeaseBeaten>("heartbeat", meant, (found, _, terms) => {
      if (!this.#isHolder(found)) return this.#notHolder(found);
      const fresh = skipBeat(found, terms);
      if (fresh !== undefined) return { entries: [], settle: () => fresh };
      const heartbeatAt = check.stampOfNow(terms);
      const lease = { ...found.lease, heartbeat_at: heartbeatAt };
      return { entries: [heartbeatEntry(found.lease, { heartbeatAt })], settle: answerDone(found, lease) };
    });
  }

  scavenge(target: shapes.ScavengeLeaseOptions): shapes.LeaseDone | shapes.LeaseRefused {
    checkKeys("target", target, scavengeKeys);
    const { lane, loopTs } = check.checkTarget(target);
    const onlyIfDead = check.checkFlag("onlyIfDead", target.onlyIfDead);
    const reason = check.optional(target.reason, (given) => check.checkText("reason", given));
    return this.#change("scavenge", { lane, loopTs }, (found, _, terms) => {
      const health = judgeLease(found.lease, momentOf(terms));
      if (onlyIfDead && health.state !== "dead") {
        const kept = `it is not provably dead: ${health.reason}${tellReclaim(health)}`;
        return { ...meantBy(found), heldBy: [found], reason: kept, reasonClass: "NOT_DEAD" };
      }
      const prevHolder = text(found.lease["holder"]);
      const entry = scavengeEntry(found.lease, { reason, prevHolder, by: this.#terms.owner });
      return { entries: [entry], settle: answerDone(found, found.lease) };
    });
  }

  halt(handle: unknown, options: shapes.HaltLeaseOptions = {}): Entry {
    checkKeys("options", options, haltKeys);
    const about = check.checkAbout(options);
    return this.#journal.append(haltEntry(handle, { ...about, command: options.command, hostId: this.#terms.hostId }));
  }

  spawn(options: shapes.SpawnLeaseOptions): Entry {
    checkKeys("options", options, spawnKeys);
    const { lane } = check.checkTarget(options);
    const about = check.checkAbout(options);
    const holder = check.optional(options.holder, (given) => check.checkFilled("holder", given)) ?? this.#terms.owner;
    const pid = check.optional(options.pid, (given) => check.checkPid("pid", given));
    return this.#journal.append(spawnEntry({ ...about, lane, holder, pid, hostId: this.#terms.hostId }));
  }

  live(options: { expireDead?: boolean } = {}): Lease[] {
    checkKeys("options", options, { expireDead: true });
    const live = this.#journal.replay();
    if (!check.checkFlag("expireDead", options.expireDead)) return live;
    const moment = momentOf(this.#terms);
    return live.filter((lease) => judgeLease(lease, moment).state !== "dead");
  }

  health(): shapes.LeaseHealth[] {
    const moment = momentOf(this.#terms);
    return this.#journal.replay().map((lease) => judgeLease(lease, moment));
  }

  generations(): Generation[] {
    return this.#journal.generations();
  }

  close(): void {
    this.#journal.close();
  }

  #decideAcquire(wanted: check.FullRequest, state: LiveState, terms: Terms): ReturnType<typeof decideAcquire> {
    const damage = terms.refuseWhenCorrupt ? this.#nameDamage() : undefined;
    return decideAcquire(wanted, state, terms, momentOf(terms), damage);
  }

  /** Finds the lease under the lock and applies `judge` to it. */
  #change<Done>(call: string, target: shapes.LeaseTarget, judge: Judge<Done>): Done | shapes.LeaseRefused {
    return this.#decide(call, (state, terms): Decision<Done | shapes.LeaseRefused> => {
      const found = findLease(state, target);
      const answer =
        "lease" in found ? judge(found, state, terms) : { ...target, loopTs: target.loopTs ?? "", ...found };
      return "settle" in answer ? answer : refuse({ ...answer, reason: `${call}: ${answer.reason}` }, terms);
    });
  }

  /**
   * Decides under the lock. `decide` may be called again, on the entries that precede its own in the file. The time of
   * `terms` is then still that of the first call: with a later one, the same leases would give other entries.
   */
  #decide<Answer>(call: string, decide: (state: LiveState, terms: Terms) => Decision<Answer>, waitMs?: number): Answer {
    let first: number | undefined;
    const now = (): Date => {
      first ??= this.#terms.now().getTime();
      return new Date(first);
    };
    const terms = { ...this.#terms, now };
    const decideOn = (fold: Fold, counterMin: number) => decide(readState(fold, counterMin), terms);
    return this.#journal.decideUnderLock(call, decideOn, waitMs);
  }

  #isHolder({ lease }: Found): boolean {
    return lease["holder"] === this.#terms.owner;
  }

  /** Returns the reason to write, or `undefined` if this owner must not change the lease (faults B18). */
  #explainForce(found: Found, given: string, force: boolean): string | undefined {
    if (this.#isHolder(found)) return given;
    if (!force) return undefined;
    const forced = `forced by ${this.#terms.owner}, held by ${nameHolder(found)}`;
    return given === "" ? forced : `${given}; ${forced}`;
  }

  #notHolder(found: Found): Refusal {
    const reason = `expected holder ${JSON.stringify(this.#terms.owner)}, found ${nameHolder(found)}`;
    return { ...meantBy(found), heldBy: [found], reason, reasonClass: "NOT_HOLDER" };
  }

  /** Checks the journal as it is under the lock. */
  #nameDamage(): string | undefined {
    const { corrupt, tornTail } = this.#journal.scan();
    const first = corrupt.first[0] ?? (tornTail?.damaged ? tornTail : undefined);
    if (first === undefined) return undefined;
    const count = corrupt.count + (tornTail?.damaged ? 1 : 0);
    return `${count} damaged lines, the first is line ${first.line} at byte ${first.offset}`;
  }
}

function meantBy({ lease }: Found): { lane: string; loopTs: string } {
  return { lane: text(lease["lane"]), loopTs: text(lease["loop_ts"]) };
}

function nameHolder({ lease }: Found): string {
  const holder = text(lease["holder"]);
  return holder === "" ? "no holder" : JSON.stringify(holder);
}

function momentOf({ now, processes }: Terms): Moment {
  return { now: now().getTime(), processes };
}

/** Returns the answer without writing a heartbeat if the last one is recent enough. */
function skipBeat(found: Found, terms: Terms): shapes.LeaseBeaten | undefined {
  const now = terms.now().getTime();
  const beat = readPast(found.lease["heartbeat_at"], now);
  const seconds = beat === undefined ? -1 : (now - beat) / 1000;
  if (seconds < 0 || seconds >= terms.coalesceSeconds) return undefined;
  return { ok: true, ...meantBy(found), ...found, entry: null };
}
