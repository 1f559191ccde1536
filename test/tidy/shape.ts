// Finds the functions of a source text, each with its length in lines and the nesting depth of its control flow.
import ts from "typescript";

export interface FunctionShape {
  /** The first line, counted from 1. */
  line: number;
  lines: number;
  /** The depth of open `if`, loop, `switch` and `try` blocks within this function alone. */
  nesting: number;
}

export function shapeTypeScript(text: string): FunctionShape[] {
  const source = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  const shapes: FunctionShape[] = [];
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node, depth: number, inside: FunctionShape | undefined): void => {
    let shape = inside;
    let open = depth;
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const line = lineOf(node.getStart(source));
      shape = { line, lines: lineOf(node.end) - line + 1, nesting: 0 };
      shapes.push(shape);
      open = 0;
    } else if (isControlBlock(node)) {
      open++;
    }
    if (shape !== undefined) shape.nesting = Math.max(shape.nesting, open);
    ts.forEachChild(node, (child) => visit(child, open, shape));
  };
  visit(source, 0, undefined);
  return shapes;
}

function isControlBlock(node: ts.Node): boolean {
  if (ts.isCaseBlock(node)) return true;
  if (!ts.isBlock(node)) return false;
  const { parent } = node;
  return (
    ts.isIfStatement(parent) ||
    ts.isIterationStatement(parent, false) ||
    ts.isTryStatement(parent) ||
    ts.isCatchClause(parent)
  );
}

const controlHeader = /(^|\W)(if|for|while|switch|catch)\s*\(.*$|(^|\W)(else|do|try)$/s;
const functionHeader = /\)\s*(const|noexcept(\(.*\))?|override|final|mutable|&&?|->.*|:.*|\s)*$/s;
const typeHeader = /(^|\W)(namespace|class|struct|union|enum|extern)\s/;

interface OpenBrace {
  kind: "function" | "control" | "other";
  line: number;
  deepest: number;
}

/** Uses only braces: the text before one shows whether it opens a function, control flow or something else. */
export function shapeCpp(text: string): FunctionShape[] {
  const shapes: FunctionShape[] = [];
  const open: OpenBrace[] = [];
  let line = 1;
  let header = "";
  for (const character of blankOut(text)) {
    if (character === "\n") line++;
    if (character === "{") {
      open.push({ kind: kindOf(header.trim()), line: lineOfHeader(header, line), deepest: 0 });
      markDepth(open);
    } else if (character === "}") {
      const closed = open.pop();
      if (closed?.kind === "function") {
        shapes.push({ line: closed.line, lines: line - closed.line + 1, nesting: closed.deepest });
      }
    }
    header = /[{};]/.test(character) && !insideParentheses(header) ? "" : header + character;
  }
  return shapes;
}

function insideParentheses(header: string): boolean {
  return header.split("(").length > header.split(")").length;
}

function lineOfHeader(header: string, line: number): number {
  return line - header.trimStart().split("\n").length + 1;
}

function kindOf(header: string): OpenBrace["kind"] {
  if (controlHeader.test(header)) return "control";
  return !typeHeader.test(header) && functionHeader.test(header) ? "function" : "other";
}

/** Records in the innermost open function how many control blocks are open within it. */
function markDepth(open: OpenBrace[]): void {
  const start = open.findLastIndex((brace) => brace.kind === "function");
  const innermost = open[start];
  if (innermost === undefined) return;
  const depth = open.slice(start).filter((brace) => brace.kind === "control").length;
  innermost.deepest = Math.max(innermost.deepest, depth);
}

/**
 * Matches text in which braces do not count: comments, raw strings, strings, characters (not digit separators),
 * directives.
 */
const unread = new RegExp(
  [
    String.raw`\/\/[^\n]*`,
    String.raw`\/\*[\s\S]*?\*\/`,
    String.raw`R"(\w*)\([\s\S]*?\)\1"`,
    String.raw`"(?:\\.|[^"\\\n])*"`,
    String.raw`(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'`,
    String.raw`^[ \t]*#[^\n]*`,
  ].join("|"),
  "gm",
);

/** Returns the text without comments, literals and preprocessor lines. Line ends are kept. */
function blankOut(text: string): string {
  return text.replace(unread, (found) => found.replace(/[^\n]/g, " "));
}
