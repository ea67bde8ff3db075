import { ServiceError } from '../domain/errors';
import type { Resource } from './resource';

const xml = /^(xml|application\/xml)$/i;
const json = /^(json|application\/json(;\s*odata\.metadata=minimal)?)$/i;

/** Checks a `$format`: `$metadata` is XML and everything else JSON. `Accept` is not looked at. */
export function checkFormat(kind: Resource['kind'], options: ReadonlyMap<string, string>): void {
  const format = options.get('$format')?.trim();
  const allowed = kind === 'metadata' ? xml : json;
  if (format === undefined || allowed.test(format)) return;
  const only = kind === 'metadata' ? 'application/xml' : 'application/json;odata.metadata=minimal';
  throw new ServiceError('unsupported', `$format=${format} is not offered here, only ${only}.`);
}
