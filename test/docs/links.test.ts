// Checks that the files, headings, commands and folders that the documents refer to exist.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { listFiles, readSource, root } from "../tidy/files.js";

const documents = listFiles().filter((file) => file.endsWith(".md"));

/** Removes the code blocks: text in them may look like a link. */
function proseOf(file: string): string {
  return readSource(file).text.replace(/^```[\s\S]*?^```/gm, "");
}

/** Derives anchors from headings as GitHub does. */
function anchorsOf(file: string): Set<string> {
  const headings = [...proseOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  const anchors = headings.map((heading) => heading.toLowerCase().replace(/[^\p{L}\p{N}\-_ ]/gu, ""));
  return new Set(anchors.map((anchor) => anchor.replaceAll(" ", "-")));
}

function findDeadLinks(file: string): string[] {
  const links = [...proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [target = "", anchor] = link.split("#");
    const found = target === "" ? file : path.posix.join(path.posix.dirname(file), target);
    if (!existsSync(path.join(root, found))) return true;
    return anchor !== undefined && !anchorsOf(found).has(anchor);
  });
}

describe("links", () => {
  it.each(documents)("of %s lead to files and headings that exist", (file) => {
    expect(findDeadLinks(file)).toEqual([]);
  });

  it("are found", () => {
    expect(
      findDeadLinks("README.md").length + [...proseOf("README.md").matchAll(/\]\(docs\//g)].length,
    ).toBeGreaterThan(5);
    expect(anchorsOf("docs/format.md")).toContain("5-the-fold-replay");
  });
});

describe("CONTRIBUTING.md", () => {
  const { text } = readSource("CONTRIBUTING.md");

  it("names every script of package.json that people run", () => {
    const described: unknown = JSON.parse(readSource("package.json").text);
    const scripts = Object.keys(Object(Reflect.get(Object(described), "scripts")));
    const own = scripts.filter((name) => name !== "install" && name !== "prepare");
    expect(own.filter((name) => !text.includes(name))).toEqual([]);
    expect(own.length).toBeGreaterThan(5);
  });

  it("has every folder of sources and suites on its map", () => {
    const folders = ["src", "native", "test"].flatMap((parent) =>
      readdirSync(path.join(root, parent), { withFileTypes: true })
        .filter((child) => child.isDirectory())
        .map((child) => `${parent}/${child.name}/`),
    );
    expect([...folders, "bench/", "examples/"].filter((folder) => !text.includes(`\`${folder}`))).toEqual([]);
  });
});
