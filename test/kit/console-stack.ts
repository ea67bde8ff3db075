import { registrationStatus } from '../../shared/model/choices';
import { webApi, startTestStack } from './stack';
import type { TestStack } from './stack';

/** The app with a customer, a category and a device that belongs to nobody yet. */
export interface ConsoleStack {
  stack: TestStack;
  /** Where the console is, without a path. */
  origin: string;
  api: ReturnType<typeof webApi>;
  /** Record ids. */
  account: string;
  category: string;
  device: string;
}

export const deviceId = 'thermostat-of-nobody';

export async function startConsoleStack(settings: Record<string, string> = {}): Promise<ConsoleStack> {
  const stack = await startTestStack(settings);
  const api = webApi(stack.api);
  const { accountid: account } = await api.create('accounts', { name: 'Contoso Cold Chain', address1_city: 'Redmond' });
  await api.create('accounts', { name: 'Fabrikam Dairy' });
  const { msdyn_iotdevicecategoryid: category } = await api.create('msdyn_iotdevicecategories', {
    msdyn_name: 'Thermostat',
    ccs_rules: JSON.stringify([{ measure: 'temperature', threshold: 70, ruleoutput: 'AlarmTemp' }]),
  });
  const { msdyn_iotdeviceid: device } = await api.create('msdyn_iotdevices', {
    msdyn_name: 'Thermostat of nobody',
    msdyn_deviceid: deviceId,
    msdyn_registrationstatus: registrationStatus.Registered,
    'msdyn_Category@odata.bind': `/msdyn_iotdevicecategories(${String(category)})`,
  });
  return {
    stack,
    origin: new URL(stack.api()).origin,
    api,
    account: String(account),
    category: String(category),
    device: String(device),
  };
}
