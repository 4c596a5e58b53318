import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, it } from 'vitest';

const SOURCES = path.join(import.meta.dirname, '../../../src');

interface Node {
  readonly type?: string;
  readonly start: number;
  readonly computed?: boolean;
  readonly object?: Node;
  readonly property?: Node;
  readonly name?: string;
}

/** `TABLE[key]` of an object with keys of any text: for `constructor` that is a function. */
function lookUpsIn(text: string): readonly string[] {
  const { program } = parseSync('file.ts', text);
  const tables = new Set(
    program.body.flatMap((statement) => {
      const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (declaration?.type !== 'VariableDeclaration') return [];
      return declaration.declarations.flatMap(({ id, init }) =>
        id.type === 'Identifier' &&
        init?.type === 'ObjectExpression' &&
        text.slice(id.typeAnnotation?.start ?? id.end, id.typeAnnotation?.end ?? id.end).includes('Record<string,')
          ? [id.name]
          : [],
      );
    }),
  );
  const found: string[] = [];
  JSON.stringify(program, (_key, node: Node | bigint | null) => {
    if (typeof node === 'bigint') return undefined;
    if (
      node?.type === 'MemberExpression' &&
      node.computed === true &&
      node.property?.type !== 'Literal' &&
      tables.has(node.object?.name ?? '')
    )
      found.push(`${node.object?.name ?? ''} in line ${text.slice(0, node.start).split('\n').length}`);
    return node;
  });
  return found;
}

it('identifies a look-up in an object', () => {
  expect(lookUpsIn("const A: Readonly<Record<string, number>> = { a: 1 };\nf(A[word], A['a']);")).toEqual([
    'A in line 2',
  ]);
});

// What is looked up comes from hosts and files of others: a Map has no other keys than its own.
it('has no look-up of any text in an object', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(
    files.flatMap((file) => lookUpsIn(readFileSync(path.join(SOURCES, file), 'utf8')).map((one) => `${file}: ${one}`)),
  ).toEqual([]);
});
