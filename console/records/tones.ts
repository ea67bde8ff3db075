import { alertStatus, commandStatus, registrationStatus } from '../../shared/model/choices';
import type { Column } from '../../shared/model/edm';

/** Colours of states. They only repeat what the word beside them says. */
type Tone = 'success' | 'warning' | 'danger' | 'informative';

const tones: ReadonlyMap<object, Readonly<Record<string, Tone>>> = new Map<object, Readonly<Record<string, Tone>>>([
  [
    registrationStatus,
    { Registered: 'success', 'In Progress': 'informative', Error: 'danger', Unregistered: 'warning' },
  ],
  [commandStatus, { Sent: 'success', 'In Progress': 'informative', Error: 'danger' }],
  [alertStatus, { Active: 'warning', 'In Progress - Command Failed': 'danger', Closed: 'informative' }],
]);

export function toneOf(column: Column, word: string): Tone | undefined {
  return column.kind === 'choice' ? tones.get(column.options)?.[word] : undefined;
}
