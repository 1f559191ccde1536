// Generates the text of docs/api.md from the sources: every export, its declaration and its doc comment.
import path from "node:path";
import ts from "typescript";
import { readSource, root } from "../tidy/files.js";
import type { Section } from "./sections.js";

/** One export, as the compiler sees it. */
export interface Described {
  name: string;
  /** The doc comment; empty if there is none. */
  comment: string;
  /** The declaration, without a body. */
  declaration: string;
  /** The names of the members without a comment. */
  bareMembers: string[];
}

/** Returns every export of `src/index.ts`, by name. */
export function describeExports(): Map<string, Described> {
  const config = ts.readConfigFile(path.join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const entry = path.join(root, "src", "index.ts");
  const program = ts.createProgram([entry], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`expected a module ${entry}, found none`);
  const exported = checker.getExportsOfModule(module).map((symbol) => describeSymbol(symbol, checker));
  return new Map(exported.map((described) => [described.name, described]));
}

function describeSymbol(exported: ts.Symbol, checker: ts.TypeChecker): Described {
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  const declarations = (symbol.declarations ?? []).map((node) => originOf(node, checker));
  const comments = declarations.map((node) => commentOf(node)).filter((comment) => comment !== "");
  return {
    name: exported.name,
    comment: comments.join("\n\n"),
    declaration: declarations.map((node) => printDeclaration(node, checker)).join("\n"),
    bareMembers: declarations.flatMap(findBareMembers),
  };
}

/** Returns where the surface declares a function that is destructured from it. */
function originOf(node: ts.Declaration, checker: ts.TypeChecker): ts.Node {
  if (!ts.isBindingElement(node)) return node;
  const [signature] = checker.getTypeAtLocation(node).getCallSignatures();
  return signature?.declaration ?? node;
}

function commentOf(node: ts.Node): string {
  const owner = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const [comment] = ts.getJSDocCommentsAndTags(owner).filter(ts.isJSDoc);
  return ts.getTextOfJSDocComment(comment?.comment) ?? "";
}

/** Returns the text of a declaration as in a `.d.ts`, with the comments of its members. */
function printDeclaration(node: ts.Node, checker: ts.TypeChecker): string {
  if (ts.isClassDeclaration(node)) {
    const members = node.members.map((member) => `  ${indentedText(member)}`);
    const heritage = node.heritageClauses?.map((clause) => ` ${clause.getText()}`).join("") ?? "";
    return `class ${node.name?.text ?? ""}${heritage} {\n${members.join("\n")}\n}`;
  }
  if (ts.isInterfaceDeclaration(node)) return printInterface(node, checker);
  if (ts.isFunctionDeclaration(node)) return withoutBody(node).replace(/^export /, "");
  if (ts.isMethodSignature(node)) return `function ${node.getText()}`;
  if (ts.isVariableDeclaration(node)) return `const ${node.getText()};`;
  return node.getText().replace(/^export /, "");
}

/** Includes the members of base interfaces that are not exported, which are documented nowhere else. */
function printInterface(node: ts.InterfaceDeclaration, checker: ts.TypeChecker): string {
  const text = node.getText().replace(/^export /, "");
  const inherited = listHiddenBases(node, checker).map(innerText);
  return inherited.length === 0 ? text : text.replace(/ extends [^{]+\{\n/, () => ` {\n${inherited.join("")}`);
}

function listHiddenBases(node: ts.InterfaceDeclaration, checker: ts.TypeChecker): ts.InterfaceDeclaration[] {
  const bases = (node.heritageClauses ?? []).flatMap((clause) => clause.types);
  const declared = bases.flatMap((base) => checker.getTypeAtLocation(base).symbol.declarations ?? []);
  const hidden = declared.filter((base) => ts.isInterfaceDeclaration(base)).filter((base) => !isExported(base));
  return hidden.flatMap((base) => [...listHiddenBases(base, checker), base]);
}

function isExported(node: ts.Declaration): boolean {
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0;
}

function innerText(node: ts.Declaration): string {
  const text = node.getText();
  return text.slice(text.indexOf("{\n") + 2, text.lastIndexOf("}"));
}

function indentedText(member: ts.ClassElement): string {
  const start = member.getFullText().indexOf("/**");
  const comment =
    start === -1 ? "" : `${member.getFullText().slice(start, member.getFullText().indexOf("*/") + 2)}\n  `;
  return comment + withoutBody(member);
}

function withoutBody(node: ts.ClassElement | ts.FunctionDeclaration): string {
  const hasBody = ts.isConstructorDeclaration(node) || ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node);
  const body = hasBody ? node.body : undefined;
  if (body === undefined) return node.getText();
  return `${node
    .getText()
    .slice(0, body.getStart() - node.getStart())
    .trimEnd()};`;
}

function findBareMembers(node: ts.Node): string[] {
  if (!ts.isInterfaceDeclaration(node)) return [];
  return node.members.filter((member) => commentOf(member) === "").map((member) => member.name?.getText() ?? "");
}

/** Turns references to sections of the contract into links. */
function linkSections(text: string): string {
  return text.replace(/\bdocs\/format\.md(?:, sections?)? (\d+)\b/g, (_, number: string) => {
    const anchor = anchors.get(Number(number));
    if (anchor === undefined) throw new Error(`${JSON.stringify(text)}: docs/format.md has no section ${number}`);
    return `[format ${number}](format.md#${anchor})`;
  });
}

/** Maps each section number to the anchor that GitHub derives from its heading. */
const anchors = new Map(
  readSource("docs/format.md").lines.flatMap((line) => {
    const [, heading, number] = /^## ((\d+)\. .*)$/.exec(line) ?? [];
    if (heading === undefined) return [];
    const anchor = heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-");
    return [[Number(number), anchor] as const];
  }),
);

const introduction = `# API

What does each export take, return and throw? \`lane-journal\` and \`lane-journal/pure\` export the same names;
\`lane-journal/pure\` never loads the addon. \`npm run docs:api\` generates this page from the doc comments of
the source.

If a path is left out, it is that of the default journal (docs/format.md, section 8, "Where"). \`Path\` stands for
\`string | URL\` with a \`file:\` URL, and \`Text\` for \`string | null | undefined\`. A missing file reads as an empty
journal. Sizes and offsets are bytes, lines count from 0, and a time is in the unit that its name ends with:
\`ttlMinutes\`, \`lockWaitMs\`, \`coalesceSeconds\`.
`;

export function formatApi(sections: readonly Section[], described: ReadonlyMap<string, Described>): string {
  const parts = sections.map(({ title, says, names }) => {
    const told = names.map((name) => formatExport(name, described.get(name)));
    return `## ${title}\n\n${says}\n\n${told.join("\n")}`;
  });
  return linkOutsideBlocks(`${introduction}\n${parts.join("\n")}`);
}

function formatExport(name: string, described: Described | undefined): string {
  if (described === undefined) throw new Error(`expected an export ${name}, found none`);
  const { comment, declaration } = described;
  // The interface of all functions repeats the documentation of each.
  const shown =
    name === "Surface" ? "interface Surface {\n  // all functions above that read or write\n}" : declaration;
  return `### ${name}\n\n${comment}\n\n\`\`\`ts no-run: a declaration\n${shown}\n\`\`\`\n`;
}

function linkOutsideBlocks(text: string): string {
  return text
    .split(/^(```.*\n[\s\S]*?^```\n)/m)
    .map((part) => (part.startsWith("```") ? part : linkSections(part)))
    .join("");
}
