/** How hard the devices of the latency measurement press. */
export interface Pressure {
  alertsPerSecond: number;
  seconds: number;
  /** So many seconds more at the beginning, which find a service that has just started, have figures of their own. */
  first: number;
}

/** Of so many alerts, one is the first of its group and opens a case. */
export const alertsPerCase = 10;

/** How many cases that makes: of the first seconds, and of all. */
export function casesOf({ alertsPerSecond, seconds, first }: Pressure): { first: number; all: number } {
  const during = (time: number) => Math.ceil((alertsPerSecond * time) / alertsPerCase);
  return { first: during(first), all: during(first) + during(seconds) };
}
