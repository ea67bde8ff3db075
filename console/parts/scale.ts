/** Maps numbers between two ends onto places between two others; when both ends are one, to the middle. */
export function scaled(from: number, to: number, start: number, end: number): (value: number) => number {
  if (from === to) return () => (start + end) / 2;
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}
