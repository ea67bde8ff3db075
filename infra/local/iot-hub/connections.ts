import type { JsonObject } from './json';
import type { Delivery } from './messages';
import type { DeviceRecord, Registry } from './registry';

/** What a connected device may ask to hear of. */
export type Interest = 'messages' | 'methods' | 'desired';

/** One live connection of one device, whatever the protocol. */
export interface DeviceLink {
  deviceId: string;
  interests: ReadonlySet<Interest>;
  /** Hands over a cloud-to-device message; the link settles it by its lock token. */
  deliver(delivery: Delivery): void;
  call(requestId: string, name: string, payload: Buffer): void;
  desire(patch: JsonObject): void;
  /** Cuts the connection. */
  cut(why: string): void;
}

export interface Connections {
  /** Lets a link in; an older one of the same device is cut. */
  open(link: DeviceLink): void;
  closed(link: DeviceLink): void;
  of(deviceId: string): DeviceLink | undefined;
  /** Cuts the device's link, if there is one. */
  cut(deviceId: string, why: string): void;
  isConnected(deviceId: string): boolean;
  readonly size: number;
  /** Calls back when the device connects or begins to listen to more, until the returned function is called. */
  whenReady(deviceId: string, listener: () => void): () => void;
  /** A link tells that its interests grew. */
  ready(link: DeviceLink): void;
}

interface ConnectionsOptions {
  registry: Pick<Registry, 'touch'>;
  /** Told when a device comes or goes. */
  happened: (deviceId: string, connected: boolean) => void;
  /** Called when a link is gone, so that what was under way with it can go back into its queue. */
  released: (link: DeviceLink) => void;
  now: () => Date;
}

export function createConnections({ registry, happened, released, now }: ConnectionsOptions): Connections {
  const links = new Map<string, DeviceLink>();
  const waiting = new Map<string, Set<() => void>>();

  function changed(deviceId: string, connected: boolean): void {
    const time = now().toISOString();
    registry.touch(deviceId, { connectionStateUpdatedTime: time, lastActivityTime: time });
    happened(deviceId, connected);
  }

  function closed(link: DeviceLink): void {
    if (links.get(link.deviceId) === link) {
      links.delete(link.deviceId);
      changed(link.deviceId, false);
    }
    released(link);
  }

  function cut(deviceId: string, why: string): void {
    const link = links.get(deviceId);
    if (!link) return;
    closed(link);
    link.cut(why);
  }

  return {
    open(link) {
      if (links.get(link.deviceId) === link) return;
      cut(link.deviceId, 'another connection of the same device was opened');
      links.set(link.deviceId, link);
      changed(link.deviceId, true);
    },
    closed,
    of: (deviceId) => links.get(deviceId),
    cut,
    isConnected: (deviceId) => links.has(deviceId),
    get size() {
      return links.size;
    },
    whenReady(deviceId, listener) {
      const listeners = waiting.get(deviceId) ?? new Set();
      waiting.set(deviceId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && waiting.get(deviceId) === listeners) waiting.delete(deviceId);
      };
    },
    ready(link) {
      if (links.get(link.deviceId) !== link) return;
      for (const listener of waiting.get(link.deviceId) ?? []) listener();
    },
  };
}

export function connectionState(connections: Pick<Connections, 'isConnected'>, { deviceId }: DeviceRecord) {
  return connections.isConnected(deviceId) ? 'Connected' : 'Disconnected';
}
