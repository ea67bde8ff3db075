import type { Finding } from './finding';

/** One line for each check, and one for all. */
export function textReport(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, verdict, why, remedy }) =>
    [verdict.padEnd(7), check.padEnd(width), why, ...(remedy === undefined ? [] : [remedy])].join('  '),
  );
  return [...lines, summary(findings)].join('\n');
}

export function jsonReport(findings: readonly Finding[]): string {
  return JSON.stringify({ verdict: overall(findings), checks: findings }, null, 2);
}

/** 0 when all passed, 1 when one failed, 3 when none failed but one is unknown. (2 is a wrong command line.) */
export function exitCodeOf(findings: readonly Finding[]): number {
  return { passed: 0, failed: 1, unknown: 3 }[overall(findings)];
}

function overall(findings: readonly Finding[]): Finding['verdict'] {
  const has = (verdict: Finding['verdict']) => findings.some((finding) => finding.verdict === verdict);
  if (has('failed')) return 'failed';
  return has('unknown') ? 'unknown' : 'passed';
}

function summary(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('unknown')} unknown.`;
}
