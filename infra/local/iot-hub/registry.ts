import { readAuthentication, readStatus } from './device-input';
import type { Authentication } from './device-input';
import { HubError } from './errors';
import { isObject } from './json';
import type { JsonObject } from './json';
import { newTwin, patchTwin } from './twins';
import type { Twin, TwinChange } from './twins';

/** A device as the hub keeps it; what travels is derived from it. */
export interface DeviceRecord {
  deviceId: string;
  /** A device that was deleted and created again is another one. */
  generationId: string;
  etag: string;
  status: 'enabled' | 'disabled';
  statusReason: string | null;
  statusUpdatedTime: string;
  connectionStateUpdatedTime: string;
  lastActivityTime: string;
  authentication: Authentication;
  twin: Twin;
}

export type RegistryFact = { device: DeviceRecord } | { removed: string };

/** One line of a bulk request's answer. */
interface BulkError {
  deviceId: string;
  errorCode: string;
  errorStatus: string;
}

export interface Registry {
  get: (deviceId: string) => DeviceRecord | undefined;
  /** The device, or the error DeviceNotFound. */
  need(deviceId: string): DeviceRecord;
  /** Without a twin's contents: only a bulk request brings them along. */
  create(deviceId: string, input: JsonObject): DeviceRecord;
  update(deviceId: string, input: JsonObject, etag?: string): DeviceRecord;
  remove(deviceId: string, etag?: string): void;
  /** At most 100 changes, each on its own. */
  bulk(items: unknown): BulkError[];
  saveTwin(deviceId: string, twin: Twin, change?: TwinChange): void;
  /** Notes a time that may be lost with the process. */
  touch(deviceId: string, times: Partial<Pick<DeviceRecord, 'connectionStateUpdatedTime' | 'lastActivityTime'>>): void;
  /** All devices, in the order of their ids. */
  list(): DeviceRecord[];
  readonly size: number;
  restore(fact: RegistryFact): void;
  facts(): Iterable<RegistryFact>;
}

interface RegistryOptions {
  save: (fact: RegistryFact) => void;
  /** Called when a device may no longer be connected. */
  shutOut: (deviceId: string, why: 'removed' | 'disabled') => void;
  /** Told of what the hub tells others, when it is kept. */
  happened: (what: 'created' | 'deleted' | TwinChange, device: DeviceRecord) => void;
  now: () => Date;
  /** A fresh base64 key of 32 bytes. */
  newKey: () => string;
}

const never = '0001-01-01T00:00:00Z';
const deviceIds = /^[A-Za-z0-9\-:.+%_#*?!(),=@;$']{1,128}$/;
const mostInBulk = 100;

export function createRegistry({ save, shutOut, happened, now, newKey }: RegistryOptions): Registry {
  const devices = new Map<string, DeviceRecord>();
  let ordered: DeviceRecord[] | undefined;
  let lastStamp = 0;

  function put(record: DeviceRecord): DeviceRecord {
    if (!devices.has(record.deviceId)) ordered = undefined;
    const known = devices.get(record.deviceId);
    if (known) Object.assign(known, record);
    else devices.set(record.deviceId, record);
    save({ device: record });
    return devices.get(record.deviceId)!;
  }

  function create(deviceId: string, input: JsonObject, twin?: Twin): DeviceRecord {
    if (!deviceIds.test(deviceId)) throw new HubError('ArgumentInvalid', `"${deviceId}" is no device id`);
    if (devices.has(deviceId)) throw new HubError('DeviceAlreadyExists', `${deviceId} exists already`);
    const time = now();
    const created = put({
      deviceId,
      generationId: nextStamp(),
      etag: nextEtag(),
      ...readStatus(input, { status: 'enabled', statusReason: null }),
      statusUpdatedTime: never,
      connectionStateUpdatedTime: never,
      lastActivityTime: never,
      authentication: readAuthentication(input, undefined, newKey),
      twin: twin ?? newTwin(time),
    });
    happened('created', created);
    return created;
  }

  /** A bulk request may bring tags and desired properties along; when they cannot be, nothing is created. */
  function createWithTwin(deviceId: string, item: JsonObject): DeviceRecord {
    const hasContent = item['tags'] !== undefined || item['properties'] !== undefined;
    return create(deviceId, item, hasContent ? patchTwin(newTwin(now()), item, now()).twin : undefined);
  }

  function update(deviceId: string, input: JsonObject, etag?: string): DeviceRecord {
    const record = need(deviceId);
    matchEtag(record.etag, etag, deviceId);
    const time = now();
    const status = readStatus(input, record);
    const statusUpdatedTime = status.status === record.status ? record.statusUpdatedTime : time.toISOString();
    const authentication = readAuthentication(input, record.authentication, newKey);
    const changed = put({ ...record, ...status, statusUpdatedTime, authentication, etag: nextEtag() });
    if (changed.status === 'disabled') shutOut(deviceId, 'disabled');
    return changed;
  }

  function remove(deviceId: string, etag?: string): void {
    const record = need(deviceId);
    matchEtag(record.etag, etag, deviceId);
    devices.delete(deviceId);
    ordered = undefined;
    save({ removed: deviceId });
    shutOut(deviceId, 'removed');
    happened('deleted', record);
  }

  function bulk(items: unknown): BulkError[] {
    if (!Array.isArray(items) || items.length === 0 || items.length > mostInBulk) {
      throw new HubError('ArgumentInvalid', `A bulk request holds 1 to ${mostInBulk} devices`);
    }
    const failed: BulkError[] = [];
    for (const item of items as unknown[]) {
      const deviceId = isObject(item) && typeof item['id'] === 'string' ? item['id'] : '';
      try {
        if (!isObject(item)) throw new HubError('ArgumentInvalid', 'A device must be an object');
        one(deviceId, item);
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        failed.push({ deviceId, errorCode: error.code, errorStatus: error.message });
      }
    }
    return failed;
  }

  function one(deviceId: string, item: JsonObject): void {
    const mode = typeof item['importMode'] === 'string' ? modes[item['importMode'].toLowerCase()] : undefined;
    if (!mode) throw new HubError('ArgumentInvalid', `importMode ${JSON.stringify(item['importMode'])} is not known`);
    mode(deviceId, item, typeof item['etag'] === 'string' ? item['etag'] : '');
  }

  // In lower case: the SDKs do not agree about the case.
  const modes: Record<string, (deviceId: string, item: JsonObject, etag: string) => void> = {
    create: createWithTwin,
    createorupdate: (deviceId, item) =>
      devices.has(deviceId) ? update(deviceId, item) : createWithTwin(deviceId, item),
    update: (deviceId, item) => update(deviceId, item),
    updateifmatchetag: update,
    delete: (deviceId) => remove(deviceId),
    deleteifmatchetag: (deviceId, _, etag) => remove(deviceId, etag),
  };

  function need(deviceId: string): DeviceRecord {
    const record = devices.get(deviceId);
    if (!record) throw new HubError('DeviceNotFound', `${deviceId} is not registered`);
    return record;
  }

  /** A number that never comes twice, restarts included. */
  function nextStamp(): string {
    lastStamp = Math.max(lastStamp + 1, now().getTime() * 1000);
    return String(lastStamp);
  }

  function nextEtag(): string {
    return Buffer.from(nextStamp()).toString('base64');
  }

  return {
    get: (deviceId) => devices.get(deviceId),
    need,
    create,
    update,
    remove,
    bulk,
    saveTwin(deviceId, twin, change = { kind: 'replaced' }) {
      happened(change, put({ ...need(deviceId), twin }));
    },
    touch(deviceId, times) {
      const record = devices.get(deviceId);
      if (record) Object.assign(record, times);
    },
    list: () => (ordered ??= [...devices.values()].toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1))),
    get size() {
      return devices.size;
    },
    restore(fact) {
      ordered = undefined;
      if ('removed' in fact) devices.delete(fact.removed);
      else devices.set(fact.device.deviceId, fact.device);
    },
    *facts() {
      for (const device of devices.values()) yield { device };
    },
  };
}

/** No tag and "*" match anything. */
export function matchEtag(present: string, wanted: string | undefined, what: string): void {
  if (wanted === undefined || wanted === '*' || wanted === present) return;
  throw new HubError('PreconditionFailed', `${what} was changed: its ETag is not "${wanted}" any more`);
}
