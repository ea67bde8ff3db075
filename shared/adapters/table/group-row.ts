import { createHash } from 'node:crypto';
import type { Coverage } from '../../domain/coverage';
import type { Group, Window } from '../../domain/debounce';
import type { Source } from '../../ports/alert-ledger';

/*
 * The rows that stand beside alerts in a partition: the state of each group (G-), the coverage of each hub partition
 * (M-) and the notes of alerts that wait for a device (U-).
 */

/** Eight bytes each; see `identityOf`. */
const identityBytes = 8;

type StoredWindow = Omit<Window, 'seen'> & { seen: number };

export function groupRowKey(groupKey: string): string {
  return `G-${shortHash(groupKey)}`;
}

export function coverageRowKey({ hub, partition }: Source): string {
  return `M-${shortHash(`${hub}/${partition}`)}`;
}

export function waitingRowKey(deviceId: string, groupKey = ''): string {
  return `U-${shortHash(deviceId)}-${groupKey && shortHash(groupKey)}`;
}

/** Windows, tickets and waiting devices are JSON; the many identities are packed into one binary property. */
export function encodeGroup(groupKey: string, group: Group): Record<string, unknown> {
  const windows = group.windows.map((window): StoredWindow => ({ ...window, seen: window.seen.size }));
  const identities = group.windows.flatMap(({ seen }) => [...seen]);
  return {
    groupKey,
    state: JSON.stringify({ windows, tickets: group.tickets, waiting: group.waiting }),
    seen: Buffer.concat(identities.map((identity) => Buffer.from(identity, 'base64url'))),
  };
}

export function decodeGroup(row: Record<string, unknown>): Group {
  const { windows, tickets, waiting } = JSON.parse(String(row['state'])) as Omit<Group, 'windows'> & {
    windows: StoredWindow[];
  };
  const bytes = Buffer.from((row['seen'] as Uint8Array | undefined) ?? []);
  let at = 0;
  const next = () => bytes.toString('base64url', at, (at += identityBytes));
  return {
    tickets,
    waiting,
    windows: windows.map((window) => ({ ...window, seen: new Set(Array.from({ length: window.seen }, next)) })),
  };
}

export function encodeCoverage(source: Source, coverage: Coverage): Record<string, unknown> {
  return { hub: source.hub, hubPartition: source.partition, ranges: JSON.stringify(coverage) };
}

export function decodeCoverage(row: Record<string, unknown>): Coverage {
  return JSON.parse(String(row['ranges'])) as Coverage;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
