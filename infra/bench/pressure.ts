/** How hard the devices of the latency measurement press. */
export interface Pressure {
  alertsPerSecond: number;
  seconds: number;
}

/** Of so many alerts, one is the first of its group and opens a case. */
export const alertsPerCase = 10;
