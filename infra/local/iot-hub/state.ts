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
import { openJournal } from './journal';
import type { Journal } from './journal';
import { createRegistry } from './registry';
import type { RegistryFact } from './registry';
import { createTelemetry } from './telemetry';

type Fact = RegistryFact | CommandFact | FeedbackFact;

/** What the hub knows, brought back from disk, and the parts that change it. */
export function openState(folder: string, count = 4) {
  let journal: Journal<Fact> | undefined;
  const save = (fact: Fact) => journal!.append(fact);
  const registry = createRegistry({ save, now, newKey, shutOut });
  const feedback = createFeedback({ save, now });
  const commands = createCloudToDevice({
    registry,
    connections: (): Connections => connections,
    feedback,
    save,
    now: Date.now,
    newToken: randomUUID,
  });
  const connections = createConnections({ registry, released: commands.released, now });

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

  return {
    registry,
    connections,
    commands,
    feedback,
    telemetry,
    partitions,
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
