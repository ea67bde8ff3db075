import { webApi } from '../local/web-api';
import type { WebApi } from '../local/web-api';
import type { Observed, ObservedAlert } from './judge';

/** Parents that are asked for the list of their duplicates. */
const mostAsked = 10;
/** Duplicates that are asked for by their ids. */
const mostSought = 20;

const alertColumns = [
  'msdyn_iotalertid',
  'msdyn_alertdata',
  'msdyn_deviceid',
  '_msdyn_parentalert_value',
  '_msdyn_case_value',
  'ccs_duplicatecount',
].join();

/** Reads over the Web API everything that was written from a moment on (milliseconds). */
export async function observe(url: string, since: number): Promise<Observed> {
  const api = webApi(url, '');
  const filter = `$filter=${encodeURIComponent(`createdon ge ${new Date(since).toISOString()}`)}`;
  const alerts = (await all(api, 'msdyn_iotalerts', `$select=${alertColumns}&${filter}`)).map(alertIn);
  const cases = await all(api, 'incidents', `$select=incidentid,ccs_groupkey&${filter}`);
  const parked = await all(api, 'ccs_parkedmessages', `$select=ccs_body,ccs_itemindex&${filter}`);
  const asked = alerts.filter(({ parent }) => parent === null).slice(0, mostAsked);
  const children = await Promise.all(
    asked.map(async ({ id }): Promise<[string, number]> => {
      const list = `msdyn_iotalerts(${id})/msdyn_iotalert_msdyn_iotalert`;
      return [id, (await all(api, list, `$select=msdyn_iotalertid&${filter}`)).length];
    }),
  );
  return {
    alerts,
    unfound: await unfoundIn(api, alerts),
    cases: cases.map((row) => ({ id: String(row['incidentid']), group: String(row['ccs_groupkey']) })),
    parked: parked.map((row) => ({ body: String(row['ccs_body']), index: Number(row['ccs_itemindex']) })),
    children: new Map(children),
  };
}

/** Duplicates have no rows of their own: that they are listed does not say that their ids lead to them. */
async function unfoundIn(api: WebApi, alerts: readonly ObservedAlert[]): Promise<string[]> {
  const duplicates = alerts.filter(({ parent }) => parent !== null);
  const every = Math.ceil(duplicates.length / mostSought);
  const sought = duplicates.filter((_, i) => i % every === 0);
  const found = await Promise.all(sought.map(({ id }) => api.has('msdyn_iotalerts', id)));
  return sought.flatMap(({ id }, i) => (found[i]! ? [] : [id]));
}

async function all(api: WebApi, set: string, query: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const row of api.list(set, query)) rows.push(row);
  return rows;
}

function alertIn(row: Record<string, unknown>): ObservedAlert {
  return {
    id: String(row['msdyn_iotalertid']),
    mark: (JSON.parse((row['msdyn_alertdata'] as string | null) ?? '{}') as { mark?: string }).mark,
    device: String(row['msdyn_deviceid']),
    parent: (row['_msdyn_parentalert_value'] ?? null) as string | null,
    caseId: (row['_msdyn_case_value'] ?? null) as string | null,
    duplicates: Number(row['ccs_duplicatecount'] ?? 0),
  };
}
