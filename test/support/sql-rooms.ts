import ts from 'typescript';

/** A table, view or function of a schema, where a text of the source names it. */
export interface SqlName {
  schema: string;
  name: string;
  /** Counted from 1. */
  line: number;
}

/** `schema.name` in the texts of a source (plain or template; not in its imports, comments or code), quoted or not, in any case. */
export function strangersIn(source: string, schemas: readonly string[]): SqlName[] {
  const named = new RegExp(String.raw`(?<![\w./#'-])"?(${schemas.join('|')})"?\."?([a-z_][a-z_0-9]*)`, 'gi');
  return texts(source).flatMap(({ text, line }) =>
    [...text.matchAll(named)].map((match) => ({ schema: match[1]!.toLowerCase(), name: match[2]!.toLowerCase(), line })),
  );
}

/** Schemas that a migration makes by their names. */
export const schemaNames = (source: string): string[] =>
  texts(source).flatMap(({ text }) => [...text.matchAll(/\bCREATE SCHEMA (?:IF NOT EXISTS )?([a-z_]+)/g)].map((match) => match[1]!));

function texts(source: string): { text: string; line: number }[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const found: { text: string; line: number }[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      found.push({ text: node.text, line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    }
    ts.forEachChild(node, walk);
  };
  walk(file);
  return found;
}
