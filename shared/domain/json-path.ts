import { ServiceError } from './errors';
import { valueAt } from './json-text';

/** Paths are walked step by step over the text, so their length is bounded: enough for people, and no way to keep us busy. */
const mostSteps = 50;

/**
 * Text of the value at a path of a JSON text, as it is written there; undefined when there is none. The text must be
 * valid JSON. An exact top-level property wins; then comes the path grammar of `readPath`. An outermost value that is
 * neither an object nor an array has nothing in it.
 */
export function findInJson(json: string, path: string): string | undefined {
  const exact = valueAt(json, path);
  if (exact !== undefined) return exact;
  const steps = readPath(path);
  let value: string | undefined = /^\s*[{[]/.test(json) ? json.trim() : undefined;
  for (const step of steps) {
    if (value === undefined) return undefined;
    value = valueAt(value, step);
  }
  return value;
}

/**
 * Reads a path: names separated by dots, `[0]` for items, `['a name']` or `["a name"]` for names with special characters
 * (`\'` and `\\` inside), an optional `$` in front. A path without dots and brackets may use slashes in their place.
 * Wildcards, slices, filters and `..` are refused with `bad-request`.
 */
export function readPath(path: string): (string | number)[] {
  if (path === '') throw refused(path, 1, 'it is empty: name a property');
  const steps = /[.[]/.test(path) ? walk(path) : bySlashes(path);
  if (steps.length > mostSteps)
    throw refused(path.slice(0, 50), 1, `it has ${steps.length} steps, more than ${mostSteps}`);
  return steps;
}

function bySlashes(path: string): string[] {
  if (path === '$') return [];
  const names = path.split('/');
  let at = 1;
  for (const name of names) {
    checkName(path, name, at);
    at += name.length + 1;
  }
  return names;
}

function walk(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const pattern = /\[(\d+)\]|\[('|")((?:\\.|(?!\2)[^\\])*)\2\]|(\.?)([^.[\]]*)/gsy;
  pattern.lastIndex = /^\$(?=[.[])/.test(path) ? 1 : 0;
  while (pattern.lastIndex < path.length) {
    const at = pattern.lastIndex;
    const [, index, quote, quoted, dot, name] = pattern.exec(path)!;
    if (index !== undefined) steps.push(Number(index));
    else if (quote !== undefined) steps.push(quoted!.replaceAll(/\\(.)/gs, '$1'));
    else {
      // A name follows a dot or stands first; a bracket that is read here is none that we know.
      if (dot === '' && (at > 0 || name === '')) throw refused(path, at + 1, whyNot(path.slice(at)));
      checkName(path, name!, at + 1 + dot!.length);
      steps.push(name!);
    }
  }
  return steps;
}

function checkName(path: string, name: string, at: number): void {
  if (name === '*') throw refused(path, at, 'wildcards are not supported');
  if (name === '') throw refused(path, at, path.includes('..') ? "'..' is not supported" : 'a name is missing');
}

function whyNot(rest: string): string {
  if (rest.startsWith('[?')) return 'filters are not supported';
  if (rest.startsWith('[*')) return 'wildcards are not supported';
  if (/^\[[\d:,\s-]*\]/.test(rest)) return 'slices, lists and negative indexes are not supported';
  return "expected '.', [0] or ['name']";
}

function refused(path: string, at: number, why: string): ServiceError {
  return new ServiceError('bad-request', `PropertyPath '${path}' cannot be read at character ${at}: ${why}.`);
}
