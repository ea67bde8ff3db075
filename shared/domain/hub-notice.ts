import { nameOf, refuse, wrongType } from './fields';
import type { Refusal } from './fields';
import { valuesIn } from './hub-event';
import type { HubEvent } from './hub-event';
import { isDeeper, isObject } from './json-values';
import type { JsonObject } from './json-values';

/** An event that the hub itself sent, with its application properties. */
export interface HubNotice {
  event: HubEvent;
  properties: Readonly<Record<string, unknown>>;
}

interface About {
  deviceId: string;
  /** When it happened, in milliseconds. */
  time: number;
}

/** What the hub tells of a device. */
export type Notice = About &
  (
    | { kind: 'connection'; connected: boolean; /** Compared as text. */ sequence: string }
    | { kind: 'created' }
    | { kind: 'deleted' }
    | {
        kind: 'reported';
        properties: JsonObject;
        /** Of the reported properties; null when the hub does not tell. */
        version: number | null;
        /** All properties, not only those that changed. */
        whole: boolean;
      }
  );

/** None of ours: of a module, or a change of what back ends write. */
export type Nothing = { kind: 'nothing' };

const deepest = 20;
const longestDeviceId = 128;

type Reading = (about: About, body: JsonObject) => Notice | Nothing | Refusal;

const sources: Readonly<Record<string, Readonly<Record<string, Reading>>>> = {
  deviceconnectionstateevents: {
    deviceconnected: connection(true),
    devicedisconnected: connection(false),
  },
  devicelifecycleevents: {
    createdeviceidentity: (about) => ({ ...about, kind: 'created' }),
    deletedeviceidentity: (about) => ({ ...about, kind: 'deleted' }),
  },
  twinchangeevents: { updatetwin: reported(false), replacetwin: reported(true) },
};

/** Whether an event is the hub's word about a device's connection, identity or twin. */
export function isNotice({ messageSource }: HubEvent): boolean {
  if (messageSource === undefined || messageSource === 'Telemetry') return false;
  return Object.hasOwn(sources, messageSource.toLowerCase());
}

/** Reads such an event. What is not as documented is refused, with what was wrong. */
export function readNotice({ event, properties }: HubNotice): Notice | Nothing | Refusal {
  if (properties['moduleId']) return { kind: 'nothing' };
  const { opType } = properties;
  const readings = sources[event.messageSource?.toLowerCase() ?? ''] ?? {};
  const operation = typeof opType === 'string' ? opType.toLowerCase() : '';
  if (!Object.hasOwn(readings, operation)) {
    return refuse('unknown-operation', `"opType" is ${nameOf(opType)}, which ${event.messageSource} do not have.`);
  }
  const deviceId = properties['deviceId'] ?? event.connectionDeviceId;
  if (typeof deviceId !== 'string' || deviceId === '' || deviceId.length > longestDeviceId) {
    return refuse('no-device', 'The event does not say which device it is about ("deviceId").');
  }
  const read = bodyOf(event);
  if (read.kind === 'refused') return read;
  return readings[operation]!({ deviceId, time: timeOf(properties['operationTimestamp'], event) }, read.body);
}

function bodyOf({ body }: HubEvent): { kind: 'body'; body: JsonObject } | Refusal {
  const read = valuesIn(body);
  if ('kind' in read) return read;
  const { values } = read;
  const [value] = values;
  if (values.length !== 1 || !isObject(value)) return refuse('not-an-object', 'The body is no JSON object.');
  return isDeeper(value, deepest)
    ? refuse('wrong-type', `The body has more than ${deepest} levels of objects and arrays.`)
    : { kind: 'body', body: value };
}

function connection(connected: boolean): Reading {
  return (about, { sequenceNumber }) =>
    typeof sequenceNumber === 'string' && /^[0-9a-f]{1,64}$/i.test(sequenceNumber)
      ? { ...about, kind: 'connection', connected, sequence: sequenceNumber.toUpperCase().padStart(64, '0') }
      : wrongType('sequenceNumber', 'a text of 1 to 64 hexadecimal digits', sequenceNumber);
}

function reported(whole: boolean): Reading {
  return (about, { properties }) => {
    if (properties === undefined) return { kind: 'nothing' };
    if (!isObject(properties)) return wrongType('properties', 'an object', properties);
    const section = properties['reported'];
    if (section === undefined) return { kind: 'nothing' };
    if (!isObject(section)) return wrongType('properties.reported', 'an object', section);
    const { $metadata: _metadata, $version, ...own } = section;
    const version = typeof $version === 'number' && Number.isSafeInteger($version) ? $version : null;
    return { ...about, kind: 'reported', properties: own, version, whole };
  };
}

/** When the hub did it; when it took the event, if it does not say. */
function timeOf(text: unknown, { enqueued }: HubEvent): number {
  const time = typeof text === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return time >= 0 ? time : enqueued;
}
