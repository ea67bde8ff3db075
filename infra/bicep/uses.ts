import type { Node } from 'web-tree-sitter';

/** A name that an expression uses. `local` when a loop, a lambda or a function's parameter list declares it. */
export interface Use {
  kind: 'name' | 'function' | 'decorator';
  node: Node;
  local: boolean;
}

type Scope = ReadonlySet<string>;

/** Kinds of expression in which not everything that looks like a name is the use of one. */
const special: Record<string, (node: Node, scope: Scope) => Use[]> = {
  identifier: (node, scope) => [{ kind: 'name', node, local: scope.has(node.text) }],
  object_property: (node, scope) => {
    const [key, ...rest] = node.namedChildren;
    return [...(key?.type === 'string' ? [key] : []), ...rest].flatMap((part) => usesIn(part, scope));
  },
  call_expression: (node, scope) => callUses('function', node, scope),
  decorator: (node, scope) => callUses('decorator', node.namedChildren[0]!, scope),
  for_statement: (node, scope) => {
    const [variables, list] = node.namedChildren;
    const inside = new Set([...scope, ...namesIn(variables!)]);
    return [...usesIn(list!, scope), ...usesIn(node.childForFieldName('body')!, inside)];
  },
  lambda_expression: (node, scope) => {
    const [variables, body] = node.namedChildren;
    return usesIn(body!, new Set([...scope, ...namesIn(variables!)]));
  },
};

export function usesIn(node: Node, scope: Scope): Use[] {
  const known = special[node.type];
  return known ? known(node, scope) : node.namedChildren.flatMap((child) => usesIn(child, scope));
}

/** `name(…)`, or `thing.name(…)`, of which only the thing is looked at. */
function callUses(kind: 'function' | 'decorator', call: Node, scope: Scope): Use[] {
  const name = call.childForFieldName('function')!;
  const called: Use[] = name.type === 'identifier' ? [{ kind, node: name, local: false }] : usesIn(name, scope);
  return [...called, ...usesIn(call.childForFieldName('arguments')!, scope)];
}

/** The names in `x` and `(x, i)`. */
function namesIn(node: Node): string[] {
  return node.namedChildCount === 0 ? [node.text] : node.namedChildren.flatMap(namesIn);
}
