// Writes the scripts that complete the command line in a shell, from the tables of verbs and options.
import { type CommandLine, flagsOf, UsageError, type VerbDescription, verbs } from "./args.js";
import type { FlagDescription } from "./flag.js";
import type { Output } from "./output.js";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** How to use each script; printed at its top. */
const uses: { [shell in Shell]: string } = {
  bash: 'eval "$(lj completions bash)"',
  zsh: 'eval "$(lj completions zsh)", after compinit',
  fish: "lj completions fish | source",
};

export async function runCompletions({ word = "" }: CommandLine, output: Output): Promise<0> {
  const shell = shells.find((name) => name === word);
  if (shell === undefined) throw new UsageError(`SHELL: expected bash, zsh or fish, found ${JSON.stringify(word)}`);
  await output.write(formatCompletions(shell));
  return 0;
}

export function formatCompletions(shell: Shell): string {
  const bodies: { [name in Shell]: () => string } = { bash: formatBash, zsh: formatZsh, fish: formatFish };
  return `# Completes lj in ${shell}: ${uses[shell]}\n${bodies[shell]()}`;
}

/** What follows an option. */
function valuesOf({ kind, key }: FlagDescription): readonly string[] | "files" | undefined {
  if (kind === "path" || kind === "paths" || kind === "target") return "files";
  if (kind === "engine") return ["native", "js", "auto"];
  return key === "op" ? ops : undefined;
}

const ops = ["ACQUIRE", "RELEASE", "HEARTBEAT", "REFUSE", "SCAVENGE", "ADOPT", "RECONCILE", "CHECKPOINT", "HALT"];

function spellingsOf(flag: FlagDescription): string[] {
  return flag.short === undefined ? [`--${flag.name}`] : [`-${flag.short}`, `--${flag.name}`];
}

function optionsOf(verb: VerbDescription): string[] {
  return [...flagsOf(verb).flatMap(spellingsOf), "--help"];
}

/** The words that a verb takes. Other words are files: its journal. */
function wordsOf(verb: VerbDescription): readonly string[] {
  return verb.name === "completions" ? shells : [];
}

function formatBash(): string {
  const cases = verbs.map(
    (verb) => `    ${verb.name}) options="${optionsOf(verb).join(" ")}"; words="${wordsOf(verb).join(" ")}" ;;`,
  );
  const values = listValued().map(({ names, values: list }) => `    ${names.join("|")}) ${bashValues(list)} return ;;`);
  return `_lj() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" verb="" word options words
  COMPREPLY=()
  case "$previous" in
${values.join("\n")}
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) verb="$word"; break ;; esac
  done
  case "$verb" in
${cases.join("\n")}
    *) options="--help --version"; words="${verbs.map(({ name }) => name).join(" ")} help" ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")); [ -n "$verb" ] && COMPREPLY+=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _lj lj
`;
}

function bashValues(values: readonly string[] | "files"): string {
  const from = values === "files" ? "-f" : `-W "${values.join(" ")}"`;
  return `COMPREPLY=($(compgen ${from} -- "$current"));`;
}

/** The options that take a value, each once: a value that cannot be listed completes to nothing. */
function listValued(): { names: string[]; values: readonly string[] | "files" }[] {
  const known = new Map<string, { names: string[]; values: readonly string[] | "files" }>();
  for (const flag of verbs.flatMap(flagsOf)) {
    if (flag.kind === "switch") continue;
    known.set(flag.name, { names: spellingsOf(flag), values: valuesOf(flag) ?? [] });
  }
  // Only for one verb does --json take a value, and its name is the same.
  known.delete("json");
  return [...known.values()];
}

function formatZsh(): string {
  const names = verbs.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  const cases = verbs.map((verb) => {
    const options = flagsOf(verb).flatMap(zshOptions);
    const words = wordsOf(verb).length > 0 ? `'*:word:(${wordsOf(verb).join(" ")})'` : "'*:journal:_files'";
    return `    ${verb.name}) _arguments ${[...options, words].join(" ")} ;;`;
  });
  return `_lj() {
  local -a verbs
  verbs=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe 'verb' verbs; return; fi
  local verb=$words[2]
  shift words; (( CURRENT-- ))
  case $verb in
${cases.join("\n")}
  esac
}
compdef _lj lj
`;
}

function zshOptions(flag: FlagDescription): string[] {
  const help = flag.help.replace(/[[\]:]/g, "\\$&");
  const values = flag.kind === "switch" ? undefined : (valuesOf(flag) ?? []);
  const action =
    values === "files" ? "_files" : values === undefined || values.length === 0 ? " " : `(${values.join(" ")})`;
  const value = flag.kind === "switch" ? "" : `:${flag.value}:${action}`;
  const times = flag.kind === "paths" ? "*" : "";
  return spellingsOf(flag).map((name) => quote(`${times}${name}[${help}]${value}`));
}

function formatFish(): string {
  const top = verbs.map(
    ({ name, summary }) => `complete -c lj -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
  );
  const options = verbs.flatMap((verb) =>
    flagsOf(verb).map((flag) => {
      const values = flag.kind === "switch" ? undefined : (valuesOf(flag) ?? []);
      const value = values === undefined ? "" : values === "files" ? " -r -F" : ` -x -a ${quote(values.join(" "))}`;
      const short = flag.short === undefined ? "" : ` -s ${flag.short}`;
      const seen = `complete -c lj -n '__fish_seen_subcommand_from ${verb.name}'`;
      return `${seen} -l ${flag.name}${short}${value} -d ${quote(flag.help)}`;
    }),
  );
  const words = `complete -c lj -n '__fish_seen_subcommand_from completions' -f -a ${quote(shells.join(" "))}`;
  return `${[...top, ...options, words].join("\n")}\n`;
}

/** In single quotes, for zsh and fish. */
function quote(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "'\\''")}'`;
}
