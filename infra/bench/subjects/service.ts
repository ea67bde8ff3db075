import { openPoster } from './http-client';
import type { Surroundings } from './subject';
import { seedDevices } from '../seed-devices';
import { deviceIdOf } from '../workload';

/** What the benchmark needs of the service: devices in its storage before it begins, and its Web API. */
export interface Service {
  /** One account, and devices of it, so that each parent opens a case. */
  createDevices(count: number): Promise<void>;
  /** Cases, after making sure that parents and duplicates add up to the alerts that were taken. */
  tickets(wanted: { keys: number; alerts: number }): Promise<number>;
}

/** The settings of the app, as for any deployment but for the group key: two groups a device. */
export function settingsFor(surroundings: Omit<Surroundings, 'devices' | 'workload'>): Record<string, string> {
  return {
    AzureWebJobsStorage: surroundings.storageConnectionString,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    IOT_HUB_EVENTS: surroundings.eventHubConnectionString,
    IOT_HUB_EVENT_HUB_NAME: surroundings.eventHubName,
    IOT_HUB_CONSUMER_GROUP: 'connected-customer-service',
    DEBOUNCE_GROUP_BY: 'alert.msdyn_deviceid, alert.msdyn_alerttype',
  };
}

const account = 'be9c0000-0000-4000-8000-000000000001';
const root = '/api/data/v9.2/';
/** With more keys than this, looking up each case's parent would take longer than the measurement. */
const mostCounted = 2_500;

/** The service at an address, which keeps its records in this storage. */
export function service(url: string, storageConnectionString: string): Service {
  const post = async (path: string, body: object) => {
    const poster = openPoster(url);
    await poster.post(root + path, Buffer.from(JSON.stringify(body))).finally(() => poster.close());
  };

  async function createDevices(count: number): Promise<void> {
    await post('accounts', { accountid: account, name: 'Bench' });
    const ids = Array.from({ length: count }, (_, device) => deviceIdOf(device));
    await seedDevices({ connectionString: storageConnectionString }, ids, () => ({ _msdyn_account_value: account }));
  }

  async function tickets({ keys, alerts }: { keys: number; alerts: number }): Promise<number> {
    const counted = keys <= mostCounted;
    const more = counted ? '&$expand=msdyn_IoTAlert($select=ccs_duplicatecount)' : '';
    let cases = 0;
    let settled = 0;
    let next: string | undefined = `${url}${root}incidents?$select=incidentid${more}`;
    while (next !== undefined) {
      const answer = await fetch(next, { headers: { prefer: 'odata.maxpagesize=1000' } });
      if (!answer.ok) throw new Error(`GET ${next}: ${answer.status} ${await answer.text()}`);
      const page = (await answer.json()) as Page;
      cases += page.value.length;
      for (const { msdyn_IoTAlert: parent } of page.value) settled += 1 + (parent?.ccs_duplicatecount ?? 0);
      next = page['@odata.nextLink'];
    }
    if (counted && settled !== alerts) throw new Error(`${alerts} alerts were taken, but ${settled} are counted.`);
    return cases;
  }

  return { createDevices, tickets };
}

interface Page {
  value: { msdyn_IoTAlert?: { ccs_duplicatecount: number } }[];
  '@odata.nextLink'?: string;
}
