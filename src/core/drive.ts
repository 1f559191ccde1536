// Lets one generator serve both the synchronous and the asynchronous API. Such a generator is called a course: it
// yields each operation that it has to wait for, and a driver performs that operation in one of its two forms.

/** An operation that a course waits for, in a blocking and a non-blocking form. */
export interface Wait {
  /** Blocks the thread until the operation is done. */
  now(): void;
  /** Resolves once the operation is done. The event loop runs meanwhile. */
  later(): Promise<void>;
}

/** A generator that yields its waits and returns an answer. If a wait fails, its error is thrown at that `yield`. */
export type Course<Answer> = Generator<Wait, Answer, void>;

/** Waits one turn of the event loop. Loading `node:timers/promises` for this would take 0.3 ms. */
export const nextTurn: Wait = {
  now: () => undefined,
  later: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Runs a course to its end on this thread. */
export function drive<Answer>(course: Course<Answer>): Answer {
  let turn = course.next();
  while (turn.done !== true) {
    try {
      turn.value.now();
    } catch (error) {
      turn = course.throw(error);
      continue;
    }
    turn = course.next();
  }
  return turn.value;
}

/** Runs a course to its end. The event loop runs during each wait; the code between the waits runs on this thread. */
export async function driveAsync<Answer>(course: Course<Answer>): Promise<Answer> {
  let turn = course.next();
  while (turn.done !== true) {
    try {
      await turn.value.later();
    } catch (error) {
      turn = course.throw(error);
      continue;
    }
    turn = course.next();
  }
  return turn.value;
}
