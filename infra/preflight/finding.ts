/** The checks, in the order in which they are told. */
export const checks = [
  'login',
  'home-tenant',
  'organisational-account',
  'subscription',
  'role',
  'dynamics-api',
  'resource-providers',
  'flex-region',
  'iot-hub-region',
  'flex-quota',
  'iot-hub-quota',
  'names',
] as const;

export type CheckName = (typeof checks)[number];

/** `unknown` is not a pass: nobody could tell. */
export type Verdict = 'passed' | 'failed' | 'unknown';

/** What one check found, in whole sentences: why it came out like this, and how to put it right. */
export interface Finding {
  check: CheckName;
  verdict: Verdict;
  why: string;
  remedy?: string;
}

export const passed = (check: CheckName, why: string): Finding => ({ check, verdict: 'passed', why });
export const failed = (check: CheckName, why: string, remedy: string): Finding => ({
  check,
  verdict: 'failed',
  why,
  remedy,
});
export const unknown = (check: CheckName, why: string, remedy: string): Finding => ({
  check,
  verdict: 'unknown',
  why,
  remedy,
});
