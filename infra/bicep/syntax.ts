import { readFile } from 'node:fs/promises';
import { Language, Parser } from 'web-tree-sitter';
import type { Node } from 'web-tree-sitter';

/** One thing that is wrong, and where. `rule` is a short name that tests and readers can hold on to. */
export interface Problem {
  rule: string;
  file: string;
  line: number;
  column: number;
  message: string;
}

export type Parse = (text: string, path: string) => Node;

/** The grammar is a WebAssembly file: no native code, on no platform. */
export async function loadBicepGrammar(): Promise<Parse> {
  await Parser.init();
  const grammar = await readFile(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return (text, path) => {
    const tree = parser.parse(path.endsWith('.bicepparam') ? withoutTypes(text) : text);
    if (!tree) throw new Error(`${path} could not be parsed at all.`);
    return tree.rootNode;
  };
}

/** The grammar wants a type behind a parameter's name. In a parameter file there is none, and `var` means the same. */
function withoutTypes(text: string): string {
  return text.replaceAll(/^param(?= \w+ =)/gm, 'var  ');
}

export function problemAt(rule: string, file: string, { startPosition }: Node, message: string): Problem {
  return { rule, file, line: startPosition.row + 1, column: startPosition.column + 1, message };
}

export function syntaxProblems(node: Node, file: string): Problem[] {
  if (!node.hasError) return [];
  if (node.isMissing) return [problemAt('syntax', file, node, `Something is missing here: ${node.type}.`)];
  if (node.isError) return [problemAt('syntax', file, node, `"${firstLine(node.text)}" cannot stand here.`)];
  return node.children.flatMap((child) => syntaxProblems(child, file));
}

function firstLine(text: string): string {
  return text.split('\n')[0]!.slice(0, 60);
}
