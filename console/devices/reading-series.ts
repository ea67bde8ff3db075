import type { Alert } from '../../shared/model/entities';
import type { TimePoint } from '../parts/scale';

/** Readings of one kind, oldest first. */
export interface ReadingSeries {
  type: string;
  points: TimePoint[];
  /** The threshold of the latest alert, when it named one. */
  threshold: number | undefined;
}

/** The readings that alerts carry, by their type. Primary alerts are marked. */
export function readingSeries(alerts: readonly Alert[]): ReadingSeries[] {
  const byType = new Map<string, Alert[]>();
  for (const alert of alerts) {
    if (typeof alert.ccs_reading !== 'number' || !alert.msdyn_alerttime) continue;
    const type = alert.ccs_readingtype ?? 'Reading';
    byType.set(type, [...(byType.get(type) ?? []), alert]);
  }
  return [...byType].map(([type, found]) => {
    const points = found
      .map((alert) => ({
        time: Date.parse(alert.msdyn_alerttime!),
        value: alert.ccs_reading!,
        marked: (alert._msdyn_parentalert_value ?? null) === null,
      }))
      .toSorted((a, b) => a.time - b.time);
    const named = found.find(({ ccs_threshold: threshold }) => typeof threshold === 'number');
    return { type, points, threshold: named?.ccs_threshold ?? undefined };
  });
}
