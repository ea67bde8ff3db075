import type { Node } from 'web-tree-sitter';

/** What a Bicep file declares under a name. Outputs are apart, because they may have the names of other things. */
export interface Declaration {
  kind: 'param' | 'var' | 'resource' | 'module' | 'type' | 'func';
  name: string;
  node: Node;
  /** A default, a value, the body of a resource or module; undefined where there is none. */
  value: Node | undefined;
  /** `Microsoft.Web/sites@2024-04-01` of a resource, the path of a module. */
  target: string;
  existing: boolean;
  /** A parameter that must be given. */
  required: boolean;
  /** A parameter that is `@secure()`. */
  secure: boolean;
}

export interface BicepSource {
  path: string;
  root: Node;
  declarations: Declaration[];
  outputs: Map<string, Node>;
  /** Path of the template that a parameter file is for. */
  using: string | undefined;
}

const kinds: Record<string, Declaration['kind']> = {
  parameter_declaration: 'param',
  variable_declaration: 'var',
  resource_declaration: 'resource',
  module_declaration: 'module',
  type_declaration: 'type',
  user_defined_function: 'func',
};

export function readSource(path: string, root: Node): BicepSource {
  const source: BicepSource = { path, root, declarations: [], outputs: new Map(), using: undefined };
  let decorators: Node | undefined;
  for (const node of root.namedChildren) {
    const kind = kinds[node.type];
    if (kind) source.declarations.push(declaration(kind, node, decorators));
    if (node.type === 'output_declaration') source.outputs.set(identifierOf(node), node);
    if (node.type === 'using_statement') source.using = textOf(node.namedChildren[0]);
    decorators = node.type === 'decorators' ? node : undefined;
  }
  return source;
}

function declaration(kind: Declaration['kind'], node: Node, decorators: Node | undefined): Declaration {
  const [, second] = node.namedChildren;
  const last = node.namedChildren.at(-1);
  const typed = kind === 'resource' || kind === 'module';
  const value = last && last.type !== 'type' && last.type !== 'identifier' ? last : valueNamed(kind, node);
  return {
    kind,
    name: identifierOf(node),
    node,
    value,
    target: typed ? textOf(second) : '',
    existing: node.children.some((child) => child.text === 'existing'),
    required: kind === 'param' && !node.children.some((child) => child.text === '=') && !isNullable(node),
    secure: /@secure\(\)/.test(decorators?.text ?? ''),
  };
}

/** A value that is nothing but a name: `param a string = b`. */
function valueNamed(kind: Declaration['kind'], node: Node): Node | undefined {
  const names = node.namedChildren.filter((child) => child.type === 'identifier');
  return kind === 'var' || kind === 'param' ? names[1] : undefined;
}

function isNullable(node: Node): boolean {
  return node.descendantsOfType('nullable_type').length > 0;
}

function identifierOf(node: Node): string {
  return node.namedChildren.find((child) => child.type === 'identifier')?.text ?? '';
}

/** A string without its quotes; interpolations stay as they are written. */
export function textOf(node: Node | undefined | null): string {
  return node?.text.replaceAll(/^'+|'+$/g, '') ?? '';
}

/** The properties of an object, by name. Conditions and loops around the object are looked through. */
export function propertiesOf(node: Node | undefined): Map<string, { key: Node; value: Node }> {
  const found = new Map<string, { key: Node; value: Node }>();
  for (const property of bodyOf(node)?.namedChildren ?? []) {
    const [key, value] = property.namedChildren;
    if (property.type === 'object_property' && key && value) found.set(textOf(key), { key, value });
  }
  return found;
}

function bodyOf(node: Node | undefined): Node | undefined {
  if (node?.type === 'if_statement') return bodyOf(node.namedChildren.at(-1));
  if (node?.type === 'for_statement') return bodyOf(node.childForFieldName('body') ?? undefined);
  return node?.type === 'object' ? node : undefined;
}

/** This node and everything under it. */
export function* nodesIn(node: Node): Generator<Node> {
  yield node;
  for (const child of node.namedChildren) yield* nodesIn(child);
}

/** Like `nodesIn`, and on through the variables, conditions and loops that the names stand for. */
export function nodesBehind(node: Node, source: BicepSource, seen = new Set<number>()): Node[] {
  return [...nodesIn(node)].flatMap((each) => {
    if (each.type !== 'identifier' || seen.has(each.id)) return [each];
    seen.add(each.id);
    const behind = meaningOf(each, source);
    return behind ? [each, ...nodesBehind(behind, source, seen)] : [each];
  });
}

/** The list a loop's variable runs through, or the value of a variable. */
function meaningOf(name: Node, source: BicepSource): Node | undefined {
  for (let around = name.parent; around; around = around.parent) {
    if (around.type !== 'for_statement') continue;
    const [variable, list] = around.namedChildren;
    if (variable?.text === name.text || variable?.namedChildren[0]?.text === name.text) return list;
  }
  return source.declarations.find(({ kind, name: known }) => kind === 'var' && known === name.text)?.value;
}
