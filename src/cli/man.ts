// Writes the manual page from the tables of verbs and options, as troff with the macros of man(7).
import { flagsOf, type VerbDescription, verbs } from "./args.js";
import type { FlagDescription } from "./flag.js";
import { flags } from "./flags.js";
import { environment, exitCodes } from "./help.js";

/** `version` is the package's. The page has no date, so that it is the same until something changes. */
export function formatManPage(version: string): string {
  const common = flags.filter(({ only, except }) => only === undefined && except === undefined);
  return [
    `.TH LJ 1 "" "lane-journal ${version}" "User Commands"\n`,
    `.SH NAME\nlj \\- read, check and maintain a lane journal\n`,
    `.SH SYNOPSIS\n.B lj\n.I VERB\n[options] [\\fIJOURNAL\\fR]\n`,
    ".SH DESCRIPTION\nA lane journal is the append-only log of leases whose fold is the set of live leases.\n",
    ".B lj\nreads it, explains it, and keeps it short. No verb acquires, renews or releases a lease.\n",
    '.PP\nTimes are UTC. A time is a stamp such as 2026-06-01T14:03Z, a date, or words such as "10 minutes ago".\n',
    ".SH OPTIONS OF EVERY VERB\n",
    ...common.map(formatOption),
    ".SH VERBS\n",
    ...verbs.map(formatVerb),
    `.SH ENVIRONMENT\n${environment.map(formatRow).join("")}`,
    `.SH EXIT STATUS\n${exitCodes.map(formatRow).join("")}`,
    ".SH SEE ALSO\nThe pages in the folder docs of the package, above all cli.md and operations.md.\n",
  ].join("");
}

function formatVerb(verb: VerbDescription): string {
  const { name, summary, argument, json, examples } = verb;
  const own = flagsOf(verb).filter(({ only, except }) => only !== undefined || except !== undefined);
  const word =
    argument === undefined ? "" : ` \\fI${escapeTroff(argument.isRequired ? argument.name : `[${argument.name}]`)}\\fR`;
  return [
    `.SS lj ${name}${word}\n${sentence(summary)}\n`,
    argument === undefined ? "" : formatRow([argument.name, argument.help]),
    ...own.map((flag) =>
      formatOption(flag.name === "json" && flag.kind === "switch" ? { ...flag, help: `${flag.help}: ${json}` } : flag),
    ),
    `.PP\nExamples:\n.nf\n${examples.map((line) => `  ${escapeTroff(line)}\n`).join("")}.fi\n`,
  ].join("");
}

function formatOption(flag: FlagDescription): string {
  const long = `--${flag.name}${flag.kind === "switch" ? "" : ` ${flag.value}`}`;
  return formatRow([flag.short === undefined ? long : `-${flag.short}, ${long}`, flag.help]);
}

function formatRow([name, text]: readonly [string, string]): string {
  return `.TP\n\\fB${escapeTroff(name)}\\fR\n${sentence(text)}\n`;
}

function sentence(text: string): string {
  return escapeTroff(`${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`);
}

/** A hyphen must stay the ASCII character, and a line must not begin with a control character. */
function escapeTroff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/gm, "\\&$&");
}
