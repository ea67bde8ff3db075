import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { CheckpointStore, OperationOptions, PartitionOwnership } from '@azure/event-hubs';

const here = hostname();
const longestCall = 15_000;

/** A new owner id that tells other hosts on this machine which process to look for. */
export function ownerId(): string {
  return `${here}/${process.pid}/${randomUUID()}`;
}

export interface OwnershipView {
  store: CheckpointStore;
  /** A pump for the partition was started or has ended. */
  pumping(partitionId: string, runs: boolean): void;
}

/**
 * The checkpoint store, seen by one host, with three things the SDK's load balancer does not do by itself:
 * a killed host's partitions are free at once when its process is gone from this machine; a partition this host owns but
 * no longer receives from is free, so that it is claimed again; and `onLost` tells when another host has taken one while
 * this one was busy with a batch (the SDK would notice too late and take it back). And each call ends: one that storage
 * never answers would hold its partition for good.
 */
export function watchOwnership(
  store: CheckpointStore,
  self: string,
  onLost: (partitionId: string) => void,
): OwnershipView {
  const pumps = new Set<string>();

  function seen(ownership: PartitionOwnership): PartitionOwnership {
    const { ownerId: owner, partitionId } = ownership;
    if (owner === self) return pumps.has(partitionId) ? ownership : { ...ownership, ownerId: '' };
    if (owner && isGone(owner)) return { ...ownership, ownerId: '' };
    if (owner && pumps.has(partitionId)) onLost(partitionId);
    return ownership;
  }

  return {
    pumping: (partitionId, runs) => void (runs ? pumps.add(partitionId) : pumps.delete(partitionId)),
    store: {
      listOwnership: async (namespace, hub, group, options) =>
        (await store.listOwnership(namespace, hub, group, inTime(options))).map(seen),
      listCheckpoints: (namespace, hub, group, options) =>
        store.listCheckpoints(namespace, hub, group, inTime(options)),
      claimOwnership: (claims, options) => store.claimOwnership(claims, inTime(options)),
      updateCheckpoint: (checkpoint, options) => store.updateCheckpoint(checkpoint, inTime(options)),
    },
  };
}

function inTime(options: OperationOptions | undefined): OperationOptions {
  return { abortSignal: AbortSignal.timeout(longestCall), ...options };
}

function isGone(owner: string): boolean {
  const [machine, pid] = owner.split('/');
  if (machine !== here || !pid || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
