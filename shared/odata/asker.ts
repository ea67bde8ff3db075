import type { Address } from './address';
import type { Preferences } from './preferences';

/** What every answer needs to know of its request. */
export interface Asker {
  address: Address;
  prefer: Preferences;
}
