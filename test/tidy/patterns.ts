// A source text -> its regular expressions that may run on for as long as the text they are given.
import ts from "typescript";

/** Literals with a quantifier that has no upper bound, and patterns made at run time, as they are written. */
export function findOpenPatterns(text: string): string[] {
  const source = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isOpen = ts.isRegularExpressionLiteral(node) && repeatsWithoutBound(node.text);
    const isMade = ts.isNewExpression(node) && node.expression.getText(source) === "RegExp";
    if (isOpen || isMade) found.push(node.getText(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function repeatsWithoutBound(literal: string): boolean {
  const bare = literal.replace(/\\./g, "e").replace(/\[[^\]]*\]/g, "c");
  return /[*+]|\{\d+,\}/.test(bare);
}
