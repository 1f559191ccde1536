// Builds the page of `lj timeline --html` from src/page: one file that contains its script and its style, and that a
// browser allows nothing else. The command puts the history in the place of `@history@`.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

/** Returns the text of the page. `root`: the folder of package.json. */
export async function buildPage(root) {
  const folder = join(root, "src", "page");
  const style = readFileSync(join(folder, "style.css"), "utf8");
  const parts = { style, script: await bundleScript(join(folder, "main.ts"), root) };
  let page = readFileSync(join(folder, "page.html"), "utf8");
  for (const [name, text] of Object.entries(parts)) {
    if (text.toLowerCase().includes(`</${name}`)) throw new Error(`the ${name} of the page would end its own element`);
    page = fill(page, `@${name}@`, text);
    page = fill(page, `@${name}-hash@`, `sha256-${createHash("sha256").update(text).digest("base64")}`);
  }
  return page;
}

async function bundleScript(input, cwd) {
  const bundle = await rolldown({
    cwd,
    input,
    platform: "browser",
    // The sources name the files that tsc would write.
    resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
    onLog(_level, { message }) {
      throw new Error(`the script of the page: ${message}`);
    },
  });
  const { output } = await bundle.generate({ format: "iife", minify: true });
  if (output.length !== 1) throw new Error(`the script of the page: expected one file, found ${output.length}`);
  return output[0].code;
}

function fill(page, placeholder, text) {
  const [before, after, ...more] = page.split(placeholder);
  if (after === undefined || more.length > 0) throw new Error(`page.html: expected ${placeholder} once`);
  return before + text + after;
}
