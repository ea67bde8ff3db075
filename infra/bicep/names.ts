import type { Node } from 'web-tree-sitter';
import type { BicepSource } from './source';
import { problemAt } from './syntax';
import type { Problem } from './syntax';

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
  const problems: Problem[] = [];
  const used = new Set<string>();
  const known = new Map(source.declarations.map((declared) => [declared.name, declared]));

  const report = (rule: string, node: Node, message: string) =>
    problems.push(problemAt(rule, source.path, node, message));

  const visit = (node: Node, scope: ReadonlySet<string>): void => {
    switch (node.type) {
      case 'identifier':
        used.add(node.text);
        if (!known.has(node.text) && !scope.has(node.text)) {
          report('unknown-name', node, `"${node.text}" is declared nowhere in this file.`);
        }
        return;
      case 'object_property': {
        const [key, ...rest] = node.namedChildren;
        if (key?.type === 'string') visit(key, scope);
        for (const child of rest) visit(child, scope);
        return;
      }
      case 'call_expression': {
        const name = node.childForFieldName('function')!;
        used.add(name.text);
        if (name.type !== 'identifier') visit(name, scope);
        else if (!functions.has(name.text) && known.get(name.text)?.kind !== 'func') {
          report('unknown-function', name, `"${name.text}" is no function of Bicep that is known here.`);
        }
        visit(node.childForFieldName('arguments')!, scope);
        return;
      }
      case 'decorator': {
        const call = node.namedChildren[0]!;
        const name = call.childForFieldName('function')!;
        if (!decorators.has(name.text)) report('unknown-function', name, `"@${name.text}" is no decorator known here.`);
        visit(call.childForFieldName('arguments')!, scope);
        return;
      }
      case 'for_statement': {
        const [variables, list] = node.namedChildren;
        visit(list!, scope);
        visit(node.childForFieldName('body')!, new Set([...scope, ...namesOf(variables!)]));
        return;
      }
      case 'lambda_expression': {
        const [variables, body] = node.namedChildren;
        visit(body!, new Set([...scope, ...namesOf(variables!)]));
        return;
      }
      default:
        for (const child of node.namedChildren) visit(child, scope);
    }
  };

  for (const statement of source.root.namedChildren) {
    // What comes after the name; in functions the parameters are names, too.
    const named = !['decorators', 'target_scope_assignment', 'using_statement', 'comment'].includes(statement.type);
    const parameters = statement.descendantsOfType('parameter').flatMap((parameter) => namesOf(parameter));
    const parts = statement.namedChildren.filter(({ type }) => type !== 'parameters');
    for (const part of named ? parts.slice(1) : parts) visit(part, new Set(parameters));
  }
  for (const [name, declared] of known) {
    const mustBeUsed = declared.kind === 'var' || declared.kind === 'param' || declared.existing;
    if (mustBeUsed && !used.has(name) && source.using === undefined) {
      report('unused', declared.node, `The ${declared.kind} "${name}" is used nowhere.`);
    }
  }
  for (const { name, node } of source.declarations) {
    if (known.get(name)!.node.id !== node.id) report('declared-twice', node, `"${name}" is declared twice.`);
  }
  return problems;
}

/** The names in `x`, `(x, i)` and `x string`. */
function namesOf(node: Node): string[] {
  if (node.type === 'type') return [];
  if (node.namedChildCount === 0) return [node.text];
  return node.namedChildren.flatMap(namesOf);
}
