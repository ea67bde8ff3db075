import { cannotTell } from './cannot-tell';
import { failed, passed, unknown } from './finding';
import type { Finding } from './finding';
import { plain } from './providers';
import type { Service } from './service';

interface Usage {
  name: { value: string };
  currentValue: number;
  limit: number;
}

/** Azure counts free and paid hubs of a subscription apart. */
export async function iotHubQuota(subscription: string, tier: string, azure: Service): Promise<Finding> {
  const check = 'iot-hub-quota';
  const answer = await azure.list<Usage>(
    `/subscriptions/${subscription}/providers/Microsoft.Devices/usages?api-version=2023-06-30`,
  );
  if (answer.kind !== 'answered') return cannotTell(check, answer);
  const free = tier === 'F1';
  const usage = answer.body.find(
    ({ name }) => name.value.toLowerCase() === (free ? 'freeiothubcount' : 'paidiothubcount'),
  );
  const what = `${free ? 'free' : 'paid'} IoT Hubs`;
  if (!usage)
    return unknown(check, `Azure does not tell how many ${what} there may be.`, 'Look in the portal: Quotas.');
  const { currentValue, limit } = usage;
  if (currentValue < limit) return passed(check, `${currentValue} of ${limit} ${what} are in use.`);
  return failed(
    check,
    `All ${limit} ${what} of the subscription are in use.`,
    free
      ? 'Take another tier with --iot-hub-tier S1, or delete the free hub.'
      : 'Delete a hub that is not needed, or ask for more in a support request.',
  );
}

interface Site {
  kind?: string;
  location: string;
  properties: {
    functionAppConfig?: { scaleAndConcurrency?: { maximumInstanceCount?: number; instanceMemoryMB?: number } } | null;
  };
}

/** MB in a region for all Flex Consumption apps of a subscription together, when nobody asked for more. */
const regionalMemory = 512_000;
/** Ours: 40 instances of 2,048 MB, the defaults of infra/main.bicep. */
const ourMemory = 40 * 2048;

/**
 * Azure does not tell this quota, but what the apps that are there may want at most, and the default is known. Too little
 * does not keep the app from being put up; it would not get all of its instances.
 */
export async function flexQuota(subscription: string, location: string, azure: Service): Promise<Finding> {
  const check = 'flex-quota';
  const answer = await azure.list<Site>(
    `/subscriptions/${subscription}/providers/Microsoft.Web/sites?api-version=2024-04-01`,
  );
  if (answer.kind !== 'answered') return cannotTell(check, answer);
  const wanted = answer.body
    .filter((site) => plain(site.location) === plain(location))
    .map(({ properties }) => properties.functionAppConfig?.scaleAndConcurrency)
    .reduce((sum, scale) => sum + (scale?.maximumInstanceCount ?? 0) * (scale?.instanceMemoryMB ?? 0), 0);
  const text = `Flex Consumption apps in ${plain(location)} may want ${wanted} MB, and this one ${ourMemory} MB`;
  if (wanted + ourMemory <= regionalMemory) return passed(check, `${text}, of ${regionalMemory} MB.`);
  return unknown(
    check,
    `${text}; together that is more than the ${regionalMemory} MB that a subscription has by default.`,
    'Lower the maximum of instances of the others, choose another region, or ask for more in a support request.',
  );
}
