// Runs `lj` in a pseudo terminal, as an operator does, with python3, because Node has no pseudo terminals of its own.
import { spawn } from "node:child_process";
import { main } from "./command.js";

/** What is done to the command in turn. Each step but the last waits until the screen has shown its `until`. */
export interface Step {
  /** Wait until this text has been written since the last step. `[stopped` is written when the command has stopped. */
  until: string;
  /** Then type this. */
  type?: string;
  /** Then send this signal. */
  signal?: "SIGTERM" | "SIGINT" | "SIGHUP" | "SIGTSTP";
  /** Then resize the terminal. */
  resize?: { columns: number; rows: number };
  /** Then append this to the file of `appendTo`. */
  append?: string;
}

export interface TerminalRun {
  /** All that was written to the terminal. */
  text: string;
  /** What was written while the step with this index was waited for. */
  shown: string[];
  /** The exit code; negative for the signal that ended it. */
  code: number;
  /** Whether the terminal's modes are those from before the command. */
  isRestored: boolean;
}

/** Fails if a text does not come within a minute, which leaves room for a busy machine. */
const program = `
import fcntl, json, os, pty, select, signal, struct, sys, termios, time
job = json.load(sys.stdin)
def resize(fd, columns, rows): fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
control, terminal = pty.openpty()
resize(terminal, job["columns"], job["rows"])
before = termios.tcgetattr(terminal)
started, ready = os.pipe()
shell = os.fork()
if shell == 0:
    # Like a shell with job control: the command is a job of its own, and is continued whenever it stops.
    os.close(control)
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    own = os.fork()
    if own == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.write(ready, b"%d\\n" % os.getpid())
        for fd in (0, 1, 2): os.dup2(terminal, fd)
        os.execve(job["argv"][0], job["argv"], job["env"])
    while True:
        _, status = os.waitpid(own, os.WUNTRACED)
        if not os.WIFSTOPPED(status): break
        kept = "restored" if termios.tcgetattr(terminal) == before else "changed"
        os.write(terminal, ("[stopped, " + kept + "]" + job["frameEnd"]).encode())
        os.kill(own, signal.SIGCONT)
    code = os.waitstatus_to_exitcode(status)
    os.write(ready, b"%d\\n" % code)
    os._exit(0)
os.close(ready)
lines = os.fdopen(started, "r")
pid = int(lines.readline())
text, shown, deadline = b"", [], time.monotonic() + 60
frame_end = job["frameEnd"].encode()
def end_of(until, start):
    # What one read brings may begin the next step's frame, so a step ends where its own frame does.
    at = text.find(until, start)
    at = -1 if at < 0 else text.find(frame_end, at + len(until))
    return -1 if at < 0 else at + len(frame_end)
def read(seconds):
    global text
    ready, _, _ = select.select([control], [], [], seconds)
    if ready: text += os.read(control, 65536)
    return bool(ready)
end = 0
for step in job["steps"]:
    start = end
    while (end := end_of(step["until"].encode(), start)) < 0:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            sys.exit("expected %r, found %r" % (step["until"], text[start:]))
        read(0.1)
    shown.append(text[start:end].decode(errors="replace"))
    if "resize" in step:
        resize(terminal, step["resize"]["columns"], step["resize"]["rows"])
    if "append" in step:
        with open(job["appendTo"], "a") as journal: journal.write(step["append"])
    if "type" in step: os.write(control, step["type"].encode())
    if "signal" in step: os.kill(pid, getattr(signal, step["signal"]))
while True:
    found, _ = os.waitpid(shell, os.WNOHANG)
    if found: break
    if time.monotonic() > deadline:
        os.kill(pid, signal.SIGKILL)
        sys.exit("expected an exit, found %r" % text[-2000:])
    read(0.1)
while read(0): pass
json.dump({
    "text": text.decode(errors="replace"), "shown": shown, "code": int(lines.readline()),
    "isRestored": termios.tcgetattr(terminal) == before,
}, sys.stdout)
`;

export interface TerminalJob {
  args: readonly string[];
  steps: readonly Step[];
  environment?: { [name: string]: string };
  columns?: number;
  rows?: number;
  appendTo?: string;
  /** What ends each frame of a full screen. A step then waits for its `until` and for the end of that frame. */
  frameEnd?: string;
}

export function runOnTerminal(job: TerminalJob): Promise<TerminalRun> {
  const { args, steps, environment = {}, columns = 80, rows = 24, appendTo = "", frameEnd = "" } = job;
  const env = { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", ...environment };
  const argv = [process.execPath, main, ...args];
  const child = spawn("python3", ["-c", program], { stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end(JSON.stringify({ argv, env, steps, columns, rows, appendTo, frameEnd }));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(stdout));
      else reject(new Error(`the pseudo terminal failed: ${stderr}`));
    });
  });
}
