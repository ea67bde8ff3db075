import type { Role } from '../../shared/model/rights';

/** Who looks at the page, as the service knows him. `refused`: it knows him, and he has no role here. */
export type Viewer =
  { kind: 'unknown' } | { kind: 'known'; name: string; roles: readonly Role[] } | { kind: 'refused'; words: string };
