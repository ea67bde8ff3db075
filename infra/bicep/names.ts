import type { Node } from 'web-tree-sitter';
import type { BicepSource } from './source';
import { problemAt } from './syntax';
import type { Problem } from './syntax';
import { usesIn } from './uses';
import type { Use } from './uses';

/** The functions of Bicep that are used here. One that is missing can be added; one that is misspelt is found. */
const functions = new Set(
  `array base64 bool cidrSubnet concat contains deployment empty endsWith environment filter first format guid int items
  join json last length listKeys loadTextContent map max min padLeft range readEnvironmentVariable reference replace
  resourceGroup resourceId split startsWith string subscription subscriptionResourceId substring take tenant toLower
  toObject toUpper trim union uniqueString uri`.split(/\s+/),
);

const decorators = new Set('allowed description maxLength maxValue metadata minLength minValue secure'.split(' '));

/** Names that nobody declared, that are declared twice, or that nobody uses. */
export function nameProblems(source: BicepSource): Problem[] {
  const uses = source.root.namedChildren.flatMap(usesOfStatement);
  return [...uses.flatMap((use) => unknownName(use, source)), ...unusedNames(uses, source), ...declaredTwice(source)];
}

/** What comes after the name that a statement declares; of functions, the parameters are names of their own. */
function usesOfStatement(statement: Node): Use[] {
  const declares = !['decorators', 'target_scope_assignment', 'using_statement', 'comment'].includes(statement.type);
  const parts = statement.namedChildren.filter(({ type }) => type !== 'parameters').slice(declares ? 1 : 0);
  const parameters = statement.descendantsOfType('parameter').map(({ namedChildren: [name] }) => name!.text);
  return parts.flatMap((part) => usesIn(part, new Set(parameters)));
}

function unknownName({ kind, node, local }: Use, { path, declarations }: BicepSource): Problem[] {
  const declared = declarations.find(({ name }) => name === node.text);
  if (kind === 'name' && !local && !declared) {
    return [problemAt('unknown-name', path, node, `"${node.text}" is declared nowhere in this file.`)];
  }
  if (kind === 'function' && !functions.has(node.text) && declared?.kind !== 'func') {
    return [problemAt('unknown-function', path, node, `"${node.text}" is no function of Bicep that is known here.`)];
  }
  if (kind === 'decorator' && !decorators.has(node.text)) {
    return [problemAt('unknown-function', path, node, `"@${node.text}" is no decorator that is known here.`)];
  }
  return [];
}

function unusedNames(uses: readonly Use[], { path, declarations, using }: BicepSource): Problem[] {
  if (using !== undefined) return []; // the template uses them
  const used = new Set(uses.map(({ node }) => node.text));
  return declarations
    .filter(({ kind, existing, name }) => (existing || kind === 'var' || kind === 'param') && !used.has(name))
    .map(({ kind, name, node }) => problemAt('unused', path, node, `The ${kind} "${name}" is used nowhere.`));
}

function declaredTwice({ path, declarations }: BicepSource): Problem[] {
  return declarations
    .filter(({ name }, index) => declarations.findIndex((other) => other.name === name) < index)
    .map(({ name, node }) => problemAt('declared-twice', path, node, `"${name}" is declared twice.`));
}
