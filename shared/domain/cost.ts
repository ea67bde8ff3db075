import type { ActionName } from '../model/actions';
import { actionCosts } from '../model/costs';

/** Effects of a call with these arguments. */
export function effectsOf(name: ActionName, args: Readonly<Record<string, unknown>>): number {
  const cost = actionCosts[name];
  if (cost === 'none') return 0;
  const ids = cost === 'one' ? undefined : args[cost.idsIn];
  if (cost === 'one' || typeof ids !== 'string') return 1;
  return Math.ceil(ids.split(',').filter((id) => id.trim() !== '').length / cost.each);
}
