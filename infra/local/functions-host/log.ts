import type { LogLevel } from './rpc';

/** One line per call. `category` decides with `logging.logLevel` of host.json whether the line is written. */
export type Log = (level: LogLevel, category: string, message: string) => void;

const ranks: Record<LogLevel, number> = {
  trace: 0,
  debug: 1,
  information: 2,
  warning: 3,
  error: 4,
  critical: 5,
  none: 6,
};

/** Writes what host.json lets through; `--verbose` lets everything from debug up through. The host's own category is `Host`. */
export function createLog(write: (line: string) => void, verbose: boolean, levels: Record<string, string> = {}): Log {
  const thresholds = new Map<string, number>();
  return (level, category, message) => {
    let threshold = thresholds.get(category);
    if (threshold === undefined) thresholds.set(category, (threshold = thresholdOf(category, levels, verbose)));
    if (ranks[level] < threshold) return;
    const origin = category === 'Host' ? '' : `${category.split('.')[1] ?? category}: `;
    write(`${new Date().toISOString()} ${level.padEnd(11)} ${origin}${message}`);
  };
}

function thresholdOf(category: string, levels: Record<string, string>, verbose: boolean): number {
  const wanted = Object.entries(levels)
    .filter(([prefix]) => prefix !== 'default' && (category === prefix || category.startsWith(`${prefix}.`)))
    .toSorted(([a], [b]) => b.length - a.length)[0];
  const name = (wanted?.[1] ?? levels['default'] ?? 'information').toLowerCase();
  const threshold = ranks[name as LogLevel] ?? ranks.information;
  return verbose ? Math.min(threshold, ranks.debug) : threshold;
}
