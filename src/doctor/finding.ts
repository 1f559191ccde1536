// Declares a finding of `lj doctor`.

export interface Finding {
  about: "engine" | "journal" | "lock" | "fileSystem" | "permissions";
  /** True if someone must act, which makes the exit code 1. False for a note. */
  attention: boolean;
  /** The finding in words, without a full stop. */
  says: string;
}
