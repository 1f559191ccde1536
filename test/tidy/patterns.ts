// Finds the regular expressions of a source text that can match an unlimited length of text.
import ts from "typescript";

/** Returns literals with a quantifier without an upper bound, and patterns created at run time, as written. */
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
