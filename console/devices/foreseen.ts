/** Devices for which the same would happen, for the same reason. */
export interface Foreseen {
  outcome: string;
  reason: string;
  devices: number;
}

interface Outcome {
  Outcome: string;
  Reason: string;
}

/** Counts the outcomes of a dry run by what would happen and why, most first. */
export function foreseenIn(answer: Readonly<Record<string, unknown>>): Foreseen[] {
  const found = new Map<string, Foreseen>();
  for (const { Outcome: outcome, Reason: reason } of answer['Outcomes'] as Outcome[]) {
    const key = `${outcome}: ${reason}`;
    const same = found.get(key) ?? { outcome, reason, devices: 0 };
    same.devices += 1;
    found.set(key, same);
  }
  return [...found.values()].toSorted((a, b) => b.devices - a.devices);
}
