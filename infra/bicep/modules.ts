import { dirname, join } from 'node:path/posix';
import type { Node } from 'web-tree-sitter';
import { nodesIn, propertiesOf } from './source';
import type { BicepSource } from './source';
import { problemAt } from './syntax';
import type { Problem } from './syntax';

type Sources = ReadonlyMap<string, BicepSource>;

/** Modules that are not there, parameters that they do not have or miss, outputs that they do not have, files that nobody uses. */
export function moduleProblems(source: BicepSource, sources: Sources): Problem[] {
  return [
    ...callProblems(source, sources),
    ...outputProblems(source, sources),
    ...parameterFileProblems(source, sources),
  ];
}

function callProblems(source: BicepSource, sources: Sources): Problem[] {
  const modules = source.declarations.filter(({ kind }) => kind === 'module');
  return modules.flatMap(({ name, node, value, target }) => {
    const called = sources.get(besides(source, target));
    if (!called) return [problemAt('unknown-module', source.path, node, `There is no file ${target} beside this one.`)];
    const given = propertiesOf(propertiesOf(value).get('params')?.value);
    return givenProblems(source, node, new Map([...given].map(([key, pair]) => [key, pair.key])), called, name);
  });
}

function parameterFileProblems(source: BicepSource, sources: Sources): Problem[] {
  if (source.using === undefined) return [];
  const called = sources.get(besides(source, source.using));
  if (!called) return [problemAt('unknown-module', source.path, source.root, `There is no file ${source.using}.`)];
  const given = new Map(source.declarations.map(({ name, node }) => [name, node]));
  return givenProblems(source, source.root, given, called, source.using);
}

function givenProblems(
  source: BicepSource,
  where: Node,
  given: ReadonlyMap<string, Node>,
  called: BicepSource,
  name: string,
): Problem[] {
  const parameters = called.declarations.filter(({ kind }) => kind === 'param');
  const missing = parameters.filter((parameter) => parameter.required && !given.has(parameter.name));
  const unknown = [...given].filter(([key]) => !parameters.some((parameter) => parameter.name === key));
  return [
    ...missing.map((parameter) =>
      problemAt('missing-parameter', source.path, where, `${name} needs the parameter "${parameter.name}".`),
    ),
    ...unknown.map(([key, node]) =>
      problemAt('unknown-parameter', source.path, node, `${called.path} has no parameter "${key}".`),
    ),
  ];
}

/** `module.outputs.name` must be an output of that module. */
function outputProblems(source: BicepSource, sources: Sources): Problem[] {
  const modules = new Map(
    source.declarations.filter(({ kind }) => kind === 'module').map(({ name, target }) => [name, target]),
  );
  return [...nodesIn(source.root)].flatMap((node) => {
    const [, module, output] =
      /^(\w+)!?\.\??outputs\.(\w+)$/.exec(node.type === 'member_expression' ? node.text : '') ?? [];
    const target = module && modules.get(module);
    const called = target && sources.get(besides(source, target));
    if (!called || called.outputs.has(output!)) return [];
    return [problemAt('unknown-output', source.path, node, `${called.path} has no output "${output}".`)];
  });
}

/** Path of a file that is named relative to this one. */
export function besides(source: BicepSource, target: string): string {
  return join(dirname(source.path), target);
}
