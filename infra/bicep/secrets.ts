import type { Node } from 'web-tree-sitter';
import { nodesIn } from './source';
import type { BicepSource } from './source';
import { problemAt } from './syntax';
import type { Problem } from './syntax';

const vaultSecret = 'Microsoft.KeyVault/vaults/secrets@';

/** A key may be read in one place only: where it is written into a vault. Not into a setting, an output or a parameter. */
export function secretProblems(source: BicepSource): Problem[] {
  const allowed = source.declarations.filter(({ target }) => target.startsWith(vaultSecret)).map(({ node }) => node);
  const inVault = (node: Node) =>
    allowed.some((each) => each.startIndex <= node.startIndex && node.endIndex <= each.endIndex);
  return [...nodesIn(source.root)]
    .filter((node) => node.type === 'call_expression' && !inVault(node))
    .map((node) => node.childForFieldName('function')!)
    .filter((name) => /(^|\.)list[A-Za-z]+$/.test(name.text))
    .map((name) =>
      problemAt(
        'secret-outside-vault',
        source.path,
        name,
        'Keys are read into a secret of a Key Vault, and nowhere else.',
      ),
    );
}
