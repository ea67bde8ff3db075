import { HubError } from './errors';
import { isObject } from './json';
import type { Json, JsonObject } from './json';

/** Desired or reported properties, with when each of them changed last. */
interface Section {
  values: JsonObject;
  metadata: JsonObject;
  version: number;
}

/** What the hub keeps about a device besides its identity. */
export interface Twin {
  /** Grows with every change. */
  version: number;
  etag: string;
  tags: JsonObject;
  desired: Section;
  reported: Section;
}

/** What a back end may send: a part to merge in, or the whole to put in its place. */
export interface TwinInput {
  tags?: Json;
  properties?: { desired?: Json };
}

/** What was done to a twin: parts merged in, or the whole put in place. */
export type TwinChange =
  { kind: 'updated'; tags?: JsonObject; desired?: JsonObject; reported?: JsonObject } | { kind: 'replaced' };

export function newTwin(now: Date): Twin {
  const section = (): Section => ({ values: {}, metadata: { $lastUpdated: now.toISOString() }, version: 1 });
  return { version: 1, etag: etagOf(1), tags: {}, desired: section(), reported: section() };
}

/** Merges tags and desired properties; null removes. Answers the changed twin and what the device has to hear. */
export function patchTwin(
  twin: Twin,
  input: TwinInput,
  now: Date,
): { twin: Twin; desired?: JsonObject; change: TwinChange } {
  const tags = section(input.tags, 'tags');
  const desired = section(input.properties?.desired, 'properties.desired');
  const changed = structuredClone(twin);
  if (tags) changed.tags = merged(changed.tags, tags);
  if (desired) mergeSection(changed.desired, desired, now, true);
  return {
    twin: checked(advanced(changed)),
    desired: desired && { ...desired, $version: changed.desired.version },
    change: { kind: 'updated', ...(tags && { tags }), ...(desired && { desired }) },
  };
}

/** Puts new tags and desired properties in place of the old ones. */
export function replaceTwin(
  twin: Twin,
  input: TwinInput,
  now: Date,
): { twin: Twin; desired: JsonObject; change: TwinChange } {
  const emptied = structuredClone(twin);
  if (input.tags !== undefined) emptied.tags = {};
  if (input.properties?.desired !== undefined) Object.assign(emptied.desired, { values: {}, metadata: {} });
  const changed = patchTwin(emptied, input, now).twin;
  const desired = { ...changed.desired.values, $version: changed.desired.version };
  return { twin: changed, desired, change: { kind: 'replaced' } };
}

/** Merges what a device reports. The etag stays: it speaks of what back ends write. */
export function reportProperties(twin: Twin, patch: unknown, now: Date): { twin: Twin; change: TwinChange } {
  const reported = section(patch as Json, 'properties.reported');
  if (!reported) throw new HubError('ArgumentInvalid', 'Reported properties must be an object');
  const changed = structuredClone(twin);
  mergeSection(changed.reported, reported, now, false);
  changed.version++;
  return { twin: checked(changed), change: { kind: 'updated', reported } };
}

/** The properties as a device gets them. */
export function propertiesForDevice({ desired, reported }: Twin): JsonObject {
  return {
    desired: { ...desired.values, $version: desired.version },
    reported: { ...reported.values, $version: reported.version },
  };
}

/** The properties as a back end gets them. */
export function propertiesForService({ desired, reported }: Twin): JsonObject {
  return { desired: withMetadata(desired), reported: withMetadata(reported) };
}

/** A twin as notices of the hub show it. */
export function describeTwin({ deviceId, twin }: { deviceId: string; twin: Twin }): JsonObject {
  const { etag, version, tags } = twin;
  return { deviceId, etag, version, tags, properties: propertiesForService(twin) };
}

/** A change as notices show it: the parts that were merged in with their metadata, or all of the twin. */
export function describeChange(device: { deviceId: string; twin: Twin }, change: TwinChange): JsonObject {
  if (change.kind === 'replaced') return describeTwin(device);
  const { twin } = device;
  const { tags, desired, reported } = change;
  const properties = {
    ...(desired && { desired: partOf(twin.desired, desired, true) }),
    ...(reported && { reported: partOf(twin.reported, reported, false) }),
  };
  return { version: twin.version, ...(tags && { tags }), ...((desired ?? reported) && { properties }) };
}

function partOf({ metadata, version }: Section, patch: JsonObject, versioned: boolean): JsonObject {
  const stamp = { $lastUpdated: metadata['$lastUpdated']!, ...(versioned && { $lastUpdatedVersion: version }) };
  return { ...patch, $metadata: stamped({}, patch, stamp), $version: version };
}

function withMetadata({ values, metadata, version }: Section): JsonObject {
  return { ...values, $metadata: metadata, $version: version };
}

function advanced(twin: Twin): Twin {
  twin.version++;
  twin.etag = etagOf(twin.version);
  return twin;
}

function etagOf(version: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(version));
  return bytes.toString('base64');
}

function section(value: Json | undefined, what: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new HubError('ArgumentInvalid', `${what} must be an object`);
  // A twin that was read and is sent back carries these along; they are ours to write.
  const { $metadata: _metadata, $version: _version, ...own } = value;
  return own;
}

function merged(old: JsonObject, patch: JsonObject): JsonObject {
  const result = { ...old };
  for (const [key, value] of Object.entries(patch)) {
    const known = result[key];
    if (value === null) delete result[key];
    else result[key] = isObject(value) ? merged(isObject(known) ? known : {}, value) : value;
  }
  return result;
}

function mergeSection(section: Section, patch: JsonObject, now: Date, versioned: boolean): void {
  section.version++;
  section.values = merged(section.values, patch);
  const stamp = { $lastUpdated: now.toISOString(), ...(versioned && { $lastUpdatedVersion: section.version }) };
  section.metadata = stamped(section.metadata, patch, stamp);
}

function stamped(metadata: JsonObject, patch: JsonObject, stamp: JsonObject): JsonObject {
  const result: JsonObject = { ...metadata, ...stamp };
  for (const [key, value] of Object.entries(patch)) {
    const known = result[key];
    if (value === null) delete result[key];
    else result[key] = isObject(value) ? stamped(isObject(known) ? known : {}, value, stamp) : stamp;
  }
  return result;
}

const limits: [what: string, of: (twin: Twin) => JsonObject, bytes: number][] = [
  ['tags', (twin) => twin.tags, 8 * 1024],
  ['properties.desired', (twin) => twin.desired.values, 32 * 1024],
  ['properties.reported', (twin) => twin.reported.values, 32 * 1024],
];
/** Objects within each other, below tags, desired or reported. */
const deepest = 10;

function checked(twin: Twin): Twin {
  for (const [what, of, bytes] of limits) {
    const values = of(twin);
    if (sizeOf(values) > bytes) throw new HubError('ArgumentInvalid', `${what} is over ${bytes} bytes`);
    checkKeys(values, what, 0);
  }
  return twin;
}

/** As the service counts: keys and texts as UTF-8, numbers as 8 bytes, booleans as 4. */
function sizeOf(value: Json): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return 8;
  if (typeof value === 'boolean') return 4;
  if (Array.isArray(value)) return value.reduce((bytes: number, item) => bytes + sizeOf(item), 0);
  if (value === null) return 0;
  return Object.entries(value).reduce((bytes, [key, item]) => bytes + Buffer.byteLength(key) + sizeOf(item), 0);
}

function checkKeys(values: JsonObject, path: string, depth: number): void {
  if (depth > deepest) throw new HubError('ArgumentInvalid', `${path} is deeper than ${deepest} levels`);
  for (const [key, value] of Object.entries(values)) {
    if (key === '' || Buffer.byteLength(key) > 1024 || /[.$ \p{Cc}]/u.test(key)) {
      throw new HubError('ArgumentInvalid', `"${key}" in ${path} is no name for a property`);
    }
    if (isObject(value)) checkKeys(value, `${path}.${key}`, depth + 1);
  }
}
