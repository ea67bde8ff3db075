import { createHash } from 'node:crypto';
import { identitiesIn } from '../../domain/group';
import type { Group, Window } from '../../domain/group';
import { Identities } from '../../domain/identities';
import type { Waiting } from '../../ports/alert-ledger';
import { textIn, textProperties } from './long-text';
import type { KeyRange } from './placement';

/*
 * Rows that stand beside alerts in a partition: the state of each group (G-) as it was at some position of the shard's
 * log, and the notes of alerts that wait for a device (U-).
 */

/** Four UTF-16 units; see `identityOf`. */
const identityBytes = 8;

type StoredWindow = Omit<Window, 'seen' | 'fresh'> & { seen: number };

export const groupRange = { from: 'G-', to: 'G.' };

export function groupRowKey(groupKey: string): string {
  return `G-${shortHash(groupKey)}`;
}

/** All notes, or those of a device. */
export function waitingRange(deviceId?: string): KeyRange {
  const beginning = deviceId === undefined ? 'U' : `U-${shortHash(deviceId)}`;
  return { from: `${beginning}-`, to: `${beginning}.` };
}

export function waitingRowKey({ deviceId, groupKey }: Waiting): string {
  return `U-${shortHash(deviceId)}-${shortHash(groupKey)}`;
}

/** Windows, tickets and waiting devices are JSON; the many identities are packed into one binary property. */
export function encodeGroup(groupKey: string, group: Group, position: number): Record<string, unknown> {
  const all = identitiesIn(group);
  const windows = group.windows.map((window, i): StoredWindow => {
    const { parent, first, earliest, latest, open, duplicates, pages } = window;
    const stored = { parent, first, earliest, latest, open, duplicates, seen: all[i]!.length };
    return pages ? { ...stored, pages } : stored;
  });
  const identities = all.flat();
  return {
    groupKey,
    position: String(position),
    ...textProperties('state', JSON.stringify({ windows, tickets: group.tickets, waiting: group.waiting })),
    seen: Buffer.from(identities.join(''), 'utf16le'),
  };
}

/** About what a group's row weighs on its way to the storage. */
export function bytesOfGroup({ windows, tickets, waiting }: Group): number {
  let identities = 0;
  for (const { seen, fresh } of windows) identities += seen.size + (fresh?.length ?? 0);
  return 11 * identities + 220 * windows.length + 120 * tickets.length + 160 * waiting.length;
}

export function decodeGroup(row: Record<string, unknown>): { group: Group; position: number } {
  const { windows, tickets, waiting } = JSON.parse(textIn('state', row)) as Omit<Group, 'windows'> & {
    windows: StoredWindow[];
  };
  const bytes = Buffer.from((row['seen'] as Uint8Array | undefined) ?? []);
  let at = 0;
  const next = () => bytes.toString('utf16le', at, (at += identityBytes));
  const group = {
    tickets,
    waiting,
    windows: windows.map((window) => ({ ...window, seen: new Identities(Array.from({ length: window.seen }, next)) })),
  };
  return { group, position: Number(row['position']) };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
