import { ServiceError } from '../domain/errors';
import { checkRecord } from '../domain/record-rules';
import { nextState } from '../domain/record-state';
import { createdBy } from '../domain/stamps';
import type { Row } from '../model/edm';
import { entity } from '../model/entities';
import { defaultsOf } from './create-record';
import type { Step } from './make-changes';
import { postable } from './post-alerts';
import type { WriteDeps } from './record-changes';

/**
 * Creates alerts together, when they are nothing but alerts: without ids, links and states that their creator chose.
 * Undefined otherwise: then they are changes like others. Everything is checked before anything is written.
 */
export async function createAlerts(
  steps: readonly Step[],
  request: { key: string; body: string } | undefined,
  { alerts, now, by }: WriteDeps,
): Promise<string[] | undefined> {
  const values = steps.map(({ change }) => plainAlert(change));
  if (!alerts.post || values.includes(undefined)) {
    if (!request) return undefined;
    const what = alerts.post
      ? `of which nothing is given but ${[...postable].join(', ')}`
      : 'that are parented when they are created, and PARENT_ALERTS_ON_CREATE is false';
    throw new ServiceError('unsupported', `Idempotency-Key is for alerts ${what}. Leave it out.`);
  }
  const time = new Date(now()).toISOString();
  const table = entity('msdyn_iotalert');
  const common = {
    ...defaultsOf('msdyn_iotalert'),
    ...nextState(table, {}, undefined),
    ...createdBy(time, by),
  };
  const rows = values.map((own, i): Row => {
    const row = { ...common, ...own };
    try {
      checkRecord('msdyn_iotalert', row, row);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw new ServiceError(error.code, `${steps[i]!.name}: ${error.message}`, { cause: error });
    }
    return row;
  });
  return alerts.post(rows, request);
}

function plainAlert(change: Step['change']): Row | undefined {
  if (typeof change === 'function' || change.kind !== 'create') return undefined;
  const { values, links } = change.changes;
  for (const property in values) if (!postable.has(property)) return undefined;
  for (const _ in links) return undefined;
  return values;
}
