// What one of the doctor's looks found, beside what it saw.

export interface Finding {
  about: "engine" | "journal" | "lock" | "fileSystem" | "permissions";
  /** Somebody has to do something about it: the exit code is 1. Else it is only good to know. */
  attention: boolean;
  /** For people; without a full stop. */
  says: string;
}
