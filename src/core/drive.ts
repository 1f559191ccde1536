// Runs one course of work synchronously or asynchronously. A course is a generator that yields what it waits for, so
// its decisions are written once.

/** Something that a course waits for, in both forms. */
export interface Wait {
  /** Blocks the thread until it is done. */
  now(): void;
  /** Resolves once it is done; the event loop runs meanwhile. */
  later(): Promise<void>;
}

/** Work that waits by yielding. An error of a wait is thrown into it, where the wait was yielded. */
export type Course<Answer> = Generator<Wait, Answer, void>;

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

/** Runs a course to its end off the event loop, as far as what it waits for does. */
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
