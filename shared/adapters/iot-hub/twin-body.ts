import type { DeviceTwin, TwinPart } from '../../domain/device-twin';
import { isObject } from '../../domain/json-values';
import type { JsonObject } from '../../domain/json-values';

/** The twin in an answer of the hub: of a read, of an update, or of a query, whose rows have the same shape. */
export function twinOf(body: unknown): DeviceTwin {
  // What the SDK says of its type leaves out much of what the hub answers.
  const twin = objectOf(body);
  const properties = objectOf(twin['properties']);
  const { $version, ...reported } = objectOf(properties['reported']);
  return {
    etag: textOf(twin['etag']) ?? '*',
    tags: objectOf(twin['tags']),
    desired: withoutMetadata(objectOf(properties['desired'])),
    reported: withoutMetadata(reported),
    reportedVersion: typeof $version === 'number' ? $version : 1,
    // The documentation shows it in either letter case.
    connected: /^connected$/i.test(textOf(twin['connectionState']) ?? ''),
    connectionChanged: timeOf(twin['connectionStateUpdatedTime']),
    lastActivity: timeOf(twin['lastActivityTime']),
    enabled: twin['status'] !== 'disabled',
    statusReason: textOf(twin['statusReason']),
  };
}

/** What to send so that a part is merged into a twin. */
export function patchBody({ tags, desired }: Partial<TwinPart>) {
  return { ...(tags && { tags }), ...(desired && { properties: { desired } }) };
}

function withoutMetadata({ $metadata: _metadata, $version: _version, ...values }: JsonObject): JsonObject {
  return values;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The hub writes "never" as the first day of the year 1. */
function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return time > 0 ? time : null;
}
