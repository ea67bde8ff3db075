/** A value of a chart over time. */
export interface TimePoint {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
  /** Drawn larger: a primary alert. */
  marked: boolean;
}

/** Maps numbers between two ends onto places between two others; when both ends are one, to the middle. */
export function scaled(from: number, to: number, start: number, end: number): (value: number) => number {
  if (from === to) return () => (start + end) / 2;
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}
