import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createCloudToDevice } from './cloud-to-device';
import type { CommandFact } from './cloud-to-device';
import { createConnections } from './connections';
import type { Connections } from './connections';
import { newKey } from './data-folder';
import { openEventLog } from './event-log';
import { createFeedback } from './feedback';
import type { FeedbackFact } from './feedback';
import { createNotices } from './notices';
import type { Notices } from './notices';
import { openJournal } from './journal';
import type { Journal } from './journal';
import { createRegistry } from './registry';
import type { RegistryFact } from './registry';
import { createTelemetry } from './telemetry';

type Fact = RegistryFact | CommandFact | FeedbackFact;

/** What the hub knows, brought back from disk, and the parts that change it. */
export function openState(
  folder: string,
  { hubName, routes, partitions: count = 4 }: { hubName: string; routes: boolean; partitions: number | undefined },
) {
  let journal: Journal<Fact> | undefined;
  const save = (fact: Fact) => journal!.append(fact);
  let notices: Notices | undefined;
  const registry = createRegistry({
    save,
    now,
    newKey,
    shutOut,
    happened(what, device) {
      if (what === 'created') notices?.identity(device, 'createDeviceIdentity');
      else if (what === 'deleted') notices?.identity(device, 'deleteDeviceIdentity');
      else notices?.twin(device, what);
    },
  });
  const feedback = createFeedback({ save, now });
  const commands = createCloudToDevice({
    registry,
    connections: (): Connections => connections,
    feedback,
    save,
    now: Date.now,
    newToken: randomUUID,
  });
  const connections = createConnections({
    registry,
    happened(deviceId, connected) {
      const device = registry.get(deviceId);
      if (device) notices?.connection(device, connected);
    },
    released: commands.released,
    now,
  });

  function shutOut(deviceId: string, why: 'removed' | 'disabled'): void {
    connections.cut(deviceId, `the device was ${why}`);
    if (why === 'removed') commands.forget(deviceId);
  }

  journal = openJournal<Fact>(join(folder, 'journal.jsonl'), {
    restore(fact) {
      if ('device' in fact || 'removed' in fact) registry.restore(fact);
      else if ('command' in fact || 'settled' in fact) commands.restore(fact);
      else feedback.restore(fact);
    },
    *snapshot() {
      yield* registry.facts();
      yield* commands.facts();
      yield* feedback.facts();
    },
  });
  const partitions = Array.from({ length: count }, (_, index) =>
    openEventLog(join(folder, 'events', String(index)), { now: Date.now }),
  );
  const telemetry = createTelemetry({ registry, partitions });
  if (routes) notices = createNotices({ hubName, partitions, now: Date.now });

  return {
    registry,
    connections,
    commands,
    feedback,
    telemetry,
    partitions,
    /** The hub is about to cut its connections: those are no news. */
    stopNotices() {
      notices?.stop();
    },
    close() {
      commands.close();
      for (const partition of partitions) partition.close();
      journal?.close();
    },
  };
}

function now(): Date {
  return new Date();
}
