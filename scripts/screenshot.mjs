// `npm run docs:picture`: takes the picture of the timeline's page that the README shows, from examples/incident.jsonl.
// Run it after `npm run build`. It needs chromium.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findBrowser, startBrowser } from "../dist/bench/lib/browser.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const picture = join(root, "docs", "timeline.png");
const bytesMax = 150_000;

const folder = mkdtempSync(join(tmpdir(), "lane-journal-picture-"));
try {
  const page = join(folder, "timeline.html");
  writePage(page);
  await takePicture(page);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const { size } = statSync(picture);
if (size > bytesMax) throw new Error(`${picture}: expected at most ${bytesMax} bytes, found ${size}`);
console.log(picture, size);

function writePage(page) {
  const args = [join(root, "dist/package/lj.js"), "timeline", "--html", page, join(root, "examples/incident.jsonl")];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`lj timeline: ${stderr}`);
}

async function takePicture(page) {
  const executable = findBrowser();
  if (executable === undefined) throw new Error("expected chromium on the PATH, found none");
  const browser = await startBrowser(executable);
  try {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 640 }, deviceScaleFactor: 1 });
    await tab.goto(pathToFileURL(page).href);
    await tab.locator(".mark.refused").first().click();
    await tab.screenshot({ path: picture });
  } finally {
    await browser.close();
  }
}
