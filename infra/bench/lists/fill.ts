import { categoryResponse, registrationStatus } from '../../../shared/model/choices';
import { openPoster } from '../subjects/http-client';
import { targetOf } from '../subjects/ours-http';
import { alertsOf, batchesOf, deviceIdOf, workloads } from '../workload';

/** How much a store is filled with. */
export interface Filling {
  accounts: number;
  devices: number;
  alerts: number;
  /** Pairs of device and alert type that the alerts come from; each becomes a primary alert. */
  keys: number;
}

const root = '/api/data/v9.2/';
const atOnce = 4;

// Fixed ids, so that the requests that are measured can name them.
const id = (kind: number, number: number) => `f111000${kind}-0000-4000-8000-${String(number).padStart(12, '0')}`;
const accountId = (number: number) => id(1, number);
export const categoryId = (number: number) => id(2, number);
export const deviceRecordId = (number: number) => id(3, number);

const responses = [categoryResponse.Case, categoryResponse['Work order'], categoryResponse.None];
const companies = ['Contoso', 'Fabrikam', 'Northwind', 'Tailspin', 'Adventure Works', 'Litware', 'Proseware'];
const places = [
  'Aalsmeer',
  'Almeria',
  'Leeds',
  'Madison',
  'Redmond',
  'Bergen',
  'Graz',
  'Lund',
  'Porto',
  'Turin',
  'Vigo',
];

const nameOfAccount = (number: number) =>
  `${companies[number % companies.length]} ${places[number % places.length]} ${number}`;

/** Fills a running service over its Web API, as clients and devices do: in calls of `CreateMultiple`. */
export async function fill(url: string, filling: Filling, tell: (what: string) => void): Promise<void> {
  const poster = openPoster(url);
  const createAll = async (table: string, set: string, records: object[], size: number) => {
    const calls = batchesOf(records, size);
    let done = 0;
    for (const together of batchesOf(calls, atOnce)) {
      await Promise.all(
        together.map((batch) => {
          const Targets = batch.map((record) => ({ '@odata.type': `Microsoft.Dynamics.CRM.${table}`, ...record }));
          const path = `${root}${set}/Microsoft.Dynamics.CRM.CreateMultiple`;
          return poster.post(path, Buffer.from(JSON.stringify({ Targets })));
        }),
      );
      tell(`${(done += together.flat().length)} of ${records.length} ${set}`);
    }
  };
  try {
    const categories = responses.map((response, i) => ({
      msdyn_iotdevicecategoryid: categoryId(i),
      msdyn_name: `Category ${i}`,
      ccs_response: response,
    }));
    await createAll('msdyn_iotdevicecategory', 'msdyn_iotdevicecategories', categories, 500);
    await createAll('account', 'accounts', numbered(filling.accounts, accountRecord), 500);
    const devices = numbered(filling.devices, (number) => deviceRecord(number, filling.accounts));
    await createAll('msdyn_iotdevice', 'msdyn_iotdevices', devices, 500);
    const alerts = [...alertsOf({ ...workloads.W2, alerts: filling.alerts, keys: filling.keys })];
    await createAll('msdyn_iotalert', 'msdyn_iotalerts', alerts.map(targetOf), 500);
  } finally {
    poster.close();
  }
}

function numbered<T>(count: number, make: (number: number) => T): T[] {
  return Array.from({ length: count }, (_, number) => make(number));
}

function accountRecord(number: number): object {
  return {
    accountid: accountId(number),
    name: nameOfAccount(number),
    accountnumber: `C-${String(number).padStart(5, '0')}`,
    telephone1: `555-${String(number).padStart(4, '0')}`,
    emailaddress1: `service@customer-${number}.example`,
    address1_city: places[number % places.length]!,
  };
}

/** Every third device belongs to nobody, one in a hundred is in error, one in five was never registered. */
function deviceRecord(number: number, accounts: number): object {
  const account = number % 3 === 0 ? undefined : number % accounts;
  const category = number % 5 === 4 ? 1 : number % 7 === 0 ? 2 : 0;
  const { Error: failed, Registered, Unregistered } = registrationStatus;
  return {
    msdyn_iotdeviceid: deviceRecordId(number),
    msdyn_name: `Thermostat ${number}${account === undefined ? '' : `, ${nameOfAccount(account)}`}`,
    msdyn_deviceid: deviceIdOf(number),
    msdyn_registrationstatus: number % 100 === 99 ? failed : number % 5 === 0 ? Unregistered : Registered,
    msdyn_tags: JSON.stringify({ site: number % 17, line: number % 4, installed: '2024-05-01' }),
    'msdyn_Category@odata.bind': `/msdyn_iotdevicecategories(${categoryId(category)})`,
    ...(account !== undefined && { 'msdyn_Account@odata.bind': `/accounts(${accountId(account)})` }),
  };
}
