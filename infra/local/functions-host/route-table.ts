import { matchSegment, matchTemplate, parseTemplate } from './route-template';
import type { Part, RouteParameter, RouteTemplate, Segment } from './route-template';
import { StartError } from './start-error';

/** One HTTP function: `route` as the app wrote it, without the prefix. No methods means every method. */
export interface RouteEntry {
  name: string;
  route: string;
  methods: string[];
}

export interface RouteMatch {
  name: string;
  params: Record<string, string>;
}

export interface RouteTable {
  /** `path` is the request target without its query, still percent-encoded. */
  match(method: string, path: string): RouteMatch | undefined;
}

/**
 * Tries the routes in the order of their function names, as the real host does: it gives a literal no precedence over a
 * parameter. Throws a StartError for a route that therefore could never be reached, and for the two reserved prefixes.
 */
export function createRouteTable(entries: RouteEntry[], prefix: string): RouteTable {
  const rows = entries
    .toSorted((a, b) => compareNames(a.name, b.name))
    .map((entry) => ({
      name: entry.name,
      methods: entry.methods.map((method) => method.toUpperCase()),
      route: entry.route,
      template: templateOf(entry, prefix),
    }));
  for (const [index, later] of rows.entries()) {
    for (const earlier of rows.slice(0, index)) {
      const shared = sharedMethods(earlier.methods, later.methods);
      if (shared.length > 0 && covers(earlier.template, later.template)) {
        throw new StartError(
          `Function "${later.name}" can never be reached with ${shared.join(', ')}: its route "${later.route}" is shadowed ` +
            `by "${earlier.route}" of "${earlier.name}", which is tried first because its name sorts first. ` +
            `Constrain the parameter (such as {id:guid}) or rename the function.`,
        );
      }
    }
  }
  return {
    match: (method, path) => {
      const segments = decodeSegments(path);
      for (const { name, methods, template } of rows) {
        if (methods.length > 0 && !methods.includes(method)) continue;
        const params = matchTemplate(template, segments);
        if (params) return { name, params };
      }
      return undefined;
    },
  };
}

function templateOf({ name, route }: RouteEntry, prefix: string): RouteTemplate {
  const bare = route.replace(/^\//, '').toLowerCase();
  if (bare.startsWith('admin') || bare.startsWith('runtime')) {
    throw new StartError(
      `Function "${name}": the route "${route}" must not begin with "admin" or "runtime"; both are reserved.`,
    );
  }
  try {
    return parseTemplate(prefix ? `${prefix}/${route.replace(/^\//, '')}` : route);
  } catch (error) {
    throw error instanceof StartError ? new StartError(`Function "${name}": ${error.message}`) : error;
  }
}

/** Percent-decodes each segment; %2F stays, so that it never becomes a separator. A trailing slash does not count. */
export function decodeSegments(path: string): string[] {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  if (trimmed === '') return [];
  return trimmed.split('/').map((segment) => {
    if (!segment.includes('%')) return segment;
    try {
      return decodeURIComponent(segment.replaceAll(/%(2f)/gi, '%25$1'));
    } catch {
      // The real server leaves a broken escape as it is.
      return segment;
    }
  });
}

// OrdinalIgnoreCase compares upper-cased code units.
function compareNames(a: string, b: string): number {
  const [upperA, upperB] = [a.toUpperCase(), b.toUpperCase()];
  if (upperA === upperB) return 0;
  return upperA < upperB ? -1 : 1;
}

function sharedMethods(a: string[], b: string[]): string[] {
  if (a.length === 0) return b.length === 0 ? ['every method'] : b;
  return b.length === 0 ? a : a.filter((method) => b.includes(method));
}

/** Whether every path the later template matches is one the earlier matches. When in doubt: no. */
function covers(earlier: RouteTemplate, later: RouteTemplate): boolean {
  return variants(later.segments).every((variant) => coversSegments(earlier.segments, variant));
}

// A template with optional segments at its end stands for several of fixed length.
function variants(segments: Segment[]): Segment[][] {
  const found = [segments];
  for (let length = segments.length; length > 0; length--) {
    const { parameter } = segments[length - 1]!;
    if (!parameter || !isOmittable(parameter)) break;
    found.push(segments.slice(0, length - 1));
  }
  return found;
}

function coversSegments(earlier: Segment[], later: Segment[]): boolean {
  for (const [index, segment] of earlier.entries()) {
    const { parameter } = segment;
    if (parameter?.catchAll) return parameter.constraints.length === 0 || sameConstraints(segment, later[index]);
    const other = later[index];
    if (!other) {
      if (!parameter || !isOmittable(parameter)) return false;
    } else if (other.parameter?.catchAll || !coversSegment(segment, other)) {
      return false;
    }
  }
  return later.length <= earlier.length;
}

function coversSegment(earlier: Segment, later: Segment): boolean {
  if (later.literal !== undefined) return matchSegment(earlier, later.literal, {});
  if (earlier.literal !== undefined) return false;
  if (earlier.parameter) return earlier.parameter.constraints.length === 0 || sameConstraints(earlier, later);
  return (
    earlier.parts.length === later.parts.length &&
    earlier.parts.every((part, index) => coversPart(part, later.parts[index]!))
  );
}

function coversPart(earlier: Part, later: Part): boolean {
  if ('literal' in earlier) return 'literal' in later && earlier.literal.toLowerCase() === later.literal.toLowerCase();
  return 'parameter' in later && constraintsWithin(earlier.parameter, later.parameter);
}

function sameConstraints(earlier: Segment, later: Segment | undefined): boolean {
  return later?.parameter !== undefined && constraintsWithin(earlier.parameter!, later.parameter);
}

function constraintsWithin(earlier: RouteParameter, later: RouteParameter): boolean {
  const texts = later.constraints.map(({ text }) => text);
  return earlier.constraints.every(({ text }) => texts.includes(text));
}

function isOmittable(parameter: RouteParameter): boolean {
  return parameter.optional || parameter.default !== undefined || parameter.catchAll;
}
