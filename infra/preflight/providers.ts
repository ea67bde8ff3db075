import { cannotTell } from './cannot-tell';
import { failed, passed, unknown } from './finding';
import type { Finding } from './finding';
import type { Service } from './service';

interface Provider {
  namespace: string;
  registrationState: string;
  resourceTypes: { resourceType: string; locations: string[] }[];
}

export interface Choices {
  ownEventHub: boolean;
  privateNetwork: boolean;
}

/** The resource providers that a deployment uses, besides those that every subscription has. A test holds this against Bicep. */
export function neededProviders({ ownEventHub, privateNetwork }: Choices): string[] {
  return [
    'Microsoft.Devices',
    'Microsoft.Insights',
    'Microsoft.KeyVault',
    'Microsoft.ManagedIdentity',
    'Microsoft.OperationalInsights',
    'Microsoft.Storage',
    'Microsoft.Web',
    ...(ownEventHub ? ['Microsoft.EventHub'] : []),
    // A Flex Consumption app enters a network through a subnet that is lent to Microsoft.App.
    ...(privateNetwork ? ['Microsoft.App', 'Microsoft.Network'] : []),
  ];
}

const pathOf = (subscription: string) => `/subscriptions/${subscription}/providers?api-version=2021-04-01`;

export async function resourceProviders(subscription: string, choices: Choices, azure: Service): Promise<Finding> {
  const check = 'resource-providers';
  const answer = await azure.list<Provider>(pathOf(subscription));
  if (answer.kind !== 'answered') return cannotTell(check, answer);
  const needed = neededProviders(choices);
  const stateOf = (name: string) =>
    answer.body.find(({ namespace }) => namespace.toLowerCase() === name.toLowerCase())?.registrationState;
  const missing = needed.filter((name) => !['Registered', 'Registering'].includes(stateOf(name) ?? ''));
  if (missing.length > 0) {
    const commands = missing.map((name) => `az provider register --namespace ${name}`);
    return failed(check, `Not registered: ${missing.join(', ')}.`, `${commands.join('; ')}.`);
  }
  const underWay = needed.filter((name) => stateOf(name) === 'Registering');
  if (underWay.length > 0) {
    return unknown(check, `Still being registered: ${underWay.join(', ')}.`, 'Try again in a few minutes.');
  }
  return passed(check, `${needed.length} of ${needed.length} are registered.`);
}

export async function iotHubRegion(subscription: string, location: string, azure: Service): Promise<Finding> {
  const check = 'iot-hub-region';
  const answer = await azure.list<Provider>(pathOf(subscription));
  if (answer.kind !== 'answered') return cannotTell(check, answer);
  const devices = answer.body.find(({ namespace }) => namespace.toLowerCase() === 'microsoft.devices');
  const hubs = devices?.resourceTypes.find(({ resourceType }) => resourceType.toLowerCase() === 'iothubs');
  return regionFinding(check, 'IoT Hub', location, hubs?.locations ?? []);
}

export async function flexRegion(subscription: string, location: string, azure: Service): Promise<Finding> {
  const check = 'flex-region';
  const answer = await azure.list<{ name: string }>(
    `/subscriptions/${subscription}/providers/Microsoft.Web/geoRegions?api-version=2024-04-01&sku=FlexConsumption`,
  );
  if (answer.kind !== 'answered') return cannotTell(check, answer);
  return regionFinding(
    check,
    'Flex Consumption',
    location,
    answer.body.map(({ name }) => name),
  );
}

function regionFinding(
  check: 'flex-region' | 'iot-hub-region',
  what: string,
  location: string,
  offered: readonly string[],
): Finding {
  const names = [...new Set(offered.map(plain))].toSorted();
  if (names.includes(plain(location))) return passed(check, `${what} is offered in ${plain(location)}.`);
  if (names.length === 0)
    return unknown(check, `Azure names no region for ${what}.`, 'Try again, or look in the portal.');
  return failed(
    check,
    `${what} is not offered to this subscription in ${plain(location)}.`,
    `Choose another region with --location: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ' and others' : ''}.`,
  );
}

/** `West Europe` and `westeurope` are one region. */
export function plain(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}
