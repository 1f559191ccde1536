// Shows a progress bar on a terminal once a read takes long.
import type { Progress as Done } from "../types.js";

export interface ProgressStream extends NodeJS.WritableStream {
  isTTY?: boolean | undefined;
}

export interface Progress {
  show: (done: Done) => void;
  /** Removes the bar. Nothing is shown afterwards. */
  end(): Promise<void>;
}

interface Bar {
  update(bytes: number): void;
  setTotal(bytes: number): void;
  stop(): void;
}

/** A bar that is shown for less than a second only flickers. */
const silentMilliseconds = 1000;

const noProgress: Progress = { show: () => undefined, end: async () => undefined };

export function createProgress(stream: ProgressStream, clock: () => number = () => performance.now()): Progress {
  if (stream.isTTY !== true) return noProgress;
  const began = clock();
  let loading: Promise<void> | undefined;
  let bar: Bar | undefined;
  let ended = false;
  const start = async (total: number): Promise<void> => {
    const created = await createBar(stream, total);
    if (ended) created.stop();
    else bar = created;
  };
  return {
    show({ bytes, bytesTotal }) {
      if (ended || clock() - began < silentMilliseconds) return;
      loading ??= start(bytesTotal);
      bar?.setTotal(bytesTotal);
      bar?.update(bytes);
    },
    async end() {
      ended = true;
      await loading;
      bar?.stop();
      bar = undefined;
    },
  };
}

async function createBar(stream: ProgressStream, total: number): Promise<Bar> {
  const { default: cliProgress } = await import("cli-progress");
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const bar = new cliProgress.SingleBar({
    stream,
    clearOnComplete: true,
    // The command handles SIGINT itself.
    gracefulExit: false,
    format: "{bar} {percentage} % of {megabytes} MB, {eta} s left",
    formatValue: (value, _options, type) => (type === "total" ? megabytes(value) : String(value)),
    barsize: 30,
  });
  bar.start(total, 0, { megabytes: megabytes(total) });
  return bar;
}
