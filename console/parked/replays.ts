/** What became of parked messages, added up for people. */
export interface Replays {
  replayed: number;
  /** That they raised. */
  alerts: number;
  missing: number;
  /** How many stay, by the reason. */
  refused: ReadonlyMap<string, number>;
}

interface Outcome {
  Outcome: string;
  Alerts: number;
  Reason: string;
}

/** Adds up the answers of `ccs_ReplayParkedMessages`. */
export function addUp(answers: readonly Readonly<Record<string, unknown>>[]): Replays {
  const outcomes = answers.flatMap((answer) => answer['Outcomes'] as Outcome[]);
  const count = (wanted: string) => outcomes.filter(({ Outcome: outcome }) => outcome === wanted).length;
  const refused = new Map<string, number>();
  for (const { Outcome: outcome, Reason: words } of outcomes) {
    if (outcome === 'Refused') refused.set(words, (refused.get(words) ?? 0) + 1);
  }
  const alerts = outcomes.reduce((sum, { Alerts: raised }) => sum + raised, 0);
  return { replayed: count('Replayed'), alerts, missing: count('Missing'), refused };
}
