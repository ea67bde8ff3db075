import { ServiceError } from '../domain/errors';
import type { RecordKey } from '../domain/record-key';
import { entity } from '../model/entities';
import { readResource } from './resource';
import type { Resource } from './resource';

export interface Address {
  /** The service root, e.g. `https://example.org/api/data/v9.2`. */
  root: string;
  resource: Resource;
  /** Query options in the order they came; each name once. */
  options: ReadonlyMap<string, string>;
}

/** Reads the address of a request. Set names are case-sensitive, as in Dataverse. */
export function readAddress(url: string): Address {
  const { origin, pathname, search } = new URL(url);
  const [, before, path] = /^(.*?\/data\/v9\.2)(?:\/(.*))?$/i.exec(pathname) ?? [];
  if (before === undefined) throw new ServiceError('unknown-resource', `${pathname} is not under /data/v9.2.`);
  return { root: `${origin}${before}`, resource: readResource(splitPath(path ?? '')), options: readOptions(search) };
}

/** The record that an `@odata.bind` names: `/accounts(<guid>)`, without the slash, or as an absolute URL. */
export function readReference(text: string): RecordKey {
  const path = text.replace(/^https?:\/\/[^/]+\/(.*?\/)?data\/v9\.\d\//i, '').replace(/^\//, '');
  const resource = readResource(splitPath(path));
  if (resource.kind === 'record') return resource.key;
  const set = resource.kind === 'collection' ? entity(resource.entity).set : 'accounts';
  throw new ServiceError(
    'bad-request',
    `'${text}' names no single record. Name one like /${set}(00000000-0000-0000-0000-000000000001).`,
  );
}

/** Decoded segments; a slash between quotes does not separate. */
function splitPath(path: string): string[] {
  const segments = [''];
  let quoted = false;
  for (const char of path.replaceAll(/%27/g, "'")) {
    if (char === "'") quoted = !quoted;
    if (char === '/' && !quoted) segments.push('');
    else segments[segments.length - 1] += char;
  }
  try {
    return segments.filter((segment) => segment !== '').map((segment) => decodeURIComponent(segment));
  } catch (error) {
    throw new ServiceError(
      'bad-request',
      `The address '${path}' is not well encoded: a '%' needs two hex digits of UTF-8.`,
      {
        cause: error,
      },
    );
  }
}

function readOptions(search: string): Map<string, string> {
  // A plus sign means a space in a query, but nobody writes a space into a time's offset.
  const query = search.replaceAll(/(T[\d:.]+|T\d\d%3A[\d%A.]+)\+(\d\d)/gi, '$1%2B$2');
  const options = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (options.has(name)) throw new ServiceError('bad-request', `The query option '${name}' is given twice.`);
    options.set(name, value);
  }
  return options;
}
