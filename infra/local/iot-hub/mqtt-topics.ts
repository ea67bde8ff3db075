import type { Interest } from './connections';

// The topics IoT Hub fixes for its devices.

/** What a subscription asks for; undefined for a topic there is not. */
export function interestIn(deviceId: string, topic: string): Interest | 'responses' | undefined {
  switch (topic) {
    case `devices/${deviceId}/messages/devicebound/#`:
      return 'messages';
    case '$iothub/methods/POST/#':
      return 'methods';
    case '$iothub/twin/PATCH/properties/desired/#':
      return 'desired';
    case '$iothub/twin/res/#':
      return 'responses';
    default:
      return undefined;
  }
}

/** The path and the fields of `path?name=value&...`. */
export function split(rest: string): { path: string; fields: URLSearchParams } {
  const at = rest.indexOf('?');
  const path = at < 0 ? rest : rest.slice(0, at);
  return { path, fields: new URLSearchParams(at < 0 ? '' : rest.slice(at + 1)) };
}
