import { categoryResponse, registrationStatus, simulated } from '../../shared/model/choices';
import type { WebApi } from './web-api';

// Ids are fixed, so that a seed that was interrupted, or runs again for more devices, meets its own records.
const seedId = (number: number) => `5eed0000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const accounts = [
  { accountid: seedId(101), name: 'Contoso Cold Chain', address1_city: 'Redmond', telephone1: '555-0101' },
  { accountid: seedId(102), name: 'Fabrikam Dairy', address1_city: 'Madison', telephone1: '555-0102' },
  { accountid: seedId(103), name: 'Northwind Pharma Storage', address1_city: 'Leeds', telephone1: '555-0103' },
  { accountid: seedId(104), name: 'Tailspin Flower Market', address1_city: 'Aalsmeer', telephone1: '555-0104' },
  { accountid: seedId(105), name: 'Adventure Works Greenhouses', address1_city: 'Almeria', telephone1: '555-0105' },
];

const categories = {
  thermostat: {
    msdyn_iotdevicecategoryid: seedId(201),
    msdyn_name: 'Thermostat',
    ccs_rules: rules(70, 80),
    ccs_response: categoryResponse.Case,
  },
  coldStore: {
    msdyn_iotdevicecategoryid: seedId(202),
    msdyn_name: 'Cold store sensor',
    ccs_rules: rules(75, 80),
    ccs_response: categoryResponse['Work order'],
  },
  demonstration: {
    msdyn_iotdevicecategoryid: seedId(203),
    msdyn_name: 'Demonstration unit',
    ccs_rules: rules(70, 80),
    ccs_response: categoryResponse.None,
  },
};

function rules(temperature: number, humidity: number): string {
  return JSON.stringify([
    { measure: 'temperature', threshold: temperature, ruleoutput: 'AlarmTemp' },
    { measure: 'humidity', threshold: humidity, ruleoutput: 'AlarmHumidity' },
  ]);
}

/** The wanted devices that have no record yet. */
export async function missingDevices(api: WebApi, wanted: readonly string[]): Promise<string[]> {
  const missing = new Set(wanted);
  for await (const { msdyn_deviceid: id } of api.list('msdyn_iotdevices', '$select=msdyn_deviceid')) {
    missing.delete(String(id));
    if (missing.size === 0) break;
  }
  return [...missing];
}

interface SeedOptions {
  /** Device ids whose identity the hub has. */
  devices: readonly string[];
  onProgress: (done: number) => void;
  /** Asked before each record; no more are begun once it says so. */
  stopped: () => boolean;
}

/** Creates the accounts and categories, as far as they are missing, and a record for each of the devices. */
export async function seedRecords(api: WebApi, { devices, onProgress, stopped }: SeedOptions): Promise<void> {
  await Promise.all([
    ...accounts.map((account) => api.create('accounts', account)),
    ...Object.values(categories).map((category) => api.create('msdyn_iotdevicecategories', category)),
  ]);
  const left = [...devices];
  let done = 0;
  const worker = async () => {
    for (let id = left.shift(); id !== undefined && !stopped(); id = left.shift()) {
      await api.create('msdyn_iotdevices', deviceRecord(id));
      onProgress((done += 1));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Every third device belongs to nobody yet, every fifth opens work orders, every seventh opens nothing. */
function deviceRecord(deviceId: string): Record<string, unknown> {
  const number = Number(/\d+$/.exec(deviceId)?.[0] ?? 0);
  const account = number % 3 === 0 ? undefined : accounts[number % accounts.length]!;
  const { thermostat, coldStore, demonstration } = categories;
  const category = number % 7 === 0 ? demonstration : number % 5 === 4 ? coldStore : thermostat;
  return {
    msdyn_name: `${category.msdyn_name} ${number}${account ? `, ${account.name}` : ''}`,
    msdyn_deviceid: deviceId,
    msdyn_issimulated: simulated.Yes,
    msdyn_registrationstatus: registrationStatus.Registered,
    'msdyn_Category@odata.bind': `/msdyn_iotdevicecategories(${category.msdyn_iotdevicecategoryid})`,
    ...(account ? { 'msdyn_Account@odata.bind': `/accounts(${account.accountid})` } : {}),
  };
}
