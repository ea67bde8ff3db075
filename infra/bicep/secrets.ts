import type { Node } from 'web-tree-sitter';
import { nodesIn } from './source';
import type { BicepSource } from './source';
import { problemAt } from './syntax';
import type { Problem } from './syntax';

const vaultSecret = 'Microsoft.KeyVault/vaults/secrets@';

/** Parts of connection strings and signatures, and what looks like a key of 32 bytes. */
export const secretText =
  /AccountKey=|SharedAccessKey=|SharedAccessSignature=|[?&]sig=|password=|^'[A-Za-z0-9+/]{42,}={0,2}'$/i;

/** A key may stand, or be read, in one place only: where it is written into a vault. Not in a setting, an output or a parameter. */
export function secretProblems(source: BicepSource): Problem[] {
  const allowed = source.declarations.filter(({ target }) => target.startsWith(vaultSecret)).map(({ node }) => node);
  const inVault = (node: Node) =>
    allowed.some((each) => each.startIndex <= node.startIndex && node.endIndex <= each.endIndex);
  const outside = [...nodesIn(source.root)].filter((node) => !inVault(node));
  const texts = outside.filter(({ type, text }) => type === 'string' && secretText.test(text));
  const reads = outside
    .filter(({ type }) => type === 'call_expression')
    .map((node) => node.childForFieldName('function')!)
    .filter((name) => /(^|\.)list[A-Za-z]+$/.test(name.text));
  return [...texts, ...reads].map((node) =>
    problemAt('secret-outside-vault', source.path, node, 'Keys belong into a secret of a Key Vault, and nowhere else.'),
  );
}
