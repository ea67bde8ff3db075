import { cannotTell } from './cannot-tell';
import { failed, passed } from './finding';
import type { Finding } from './finding';
import type { Service } from './service';

interface Availability {
  nameAvailable?: boolean;
  reason?: string;
  message?: string;
}

/** Names that are unique in the whole world, as infra/main.bicep makes them of the beginning; a test holds the two together. */
export const worldwideNames = [
  {
    what: 'storage account',
    prefix: 'st',
    path: 'Microsoft.Storage/checkNameAvailability?api-version=2023-05-01',
    type: 'Microsoft.Storage/storageAccounts',
  },
  {
    what: 'IoT Hub',
    prefix: 'iot-',
    path: 'Microsoft.Devices/checkNameAvailability?api-version=2023-06-30',
    type: undefined,
  },
  {
    what: 'function app',
    prefix: 'func-',
    path: 'Microsoft.Web/checknameavailability?api-version=2024-04-01',
    type: 'Microsoft.Web/sites',
  },
  {
    what: 'Key Vault',
    prefix: 'kv-',
    path: 'Microsoft.KeyVault/checkNameAvailability?api-version=2023-07-01',
    type: 'Microsoft.KeyVault/vaults',
  },
] as const;

export async function freeNames(subscription: string, base: string | undefined, azure: Service): Promise<Finding> {
  const check = 'names';
  if (base === undefined) {
    return passed(
      check,
      'Without --name, names are made of the subscription and the environment, and nobody else has them.',
    );
  }
  const taken: string[] = [];
  for (const { what, prefix, path, type } of worldwideNames) {
    const name = prefix + base;
    const answer = await azure.post<Availability>(`/subscriptions/${subscription}/providers/${path}`, {
      name,
      ...(type !== undefined && { type }),
    });
    if (answer.kind !== 'answered') return cannotTell(check, answer);
    if (answer.body.nameAvailable !== true) taken.push(`${what} ${name} (${answer.body.reason ?? 'not available'})`);
  }
  if (taken.length === 0)
    return passed(check, `${worldwideNames.length} names that begin with or contain ${base} are free.`);
  return failed(
    check,
    `Taken: ${taken.join(', ')}.`,
    'Choose another --name. If they are yours, of an earlier deployment, go on; if you deleted them, purge the vault first.',
  );
}
