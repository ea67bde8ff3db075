import { readOptions } from '../local/options';
import type { Values } from '../local/options';
import { preflight } from './preflight';
import type { Question } from './preflight';
import { exitCodeOf, jsonReport, textReport } from './report';

/*
 * `npm run preflight`: says whether a subscription and an account can take a deployment, and what to change if not. It only
 * reads.
 */
const table = {
  subscription: { kind: 'text', hint: 'ID', help: 'id of the subscription (needed)' },
  location: { kind: 'text', hint: 'REGION', default: 'westeurope', help: 'region of the deployment' },
  name: { kind: 'text', hint: 'NAME', help: 'beginning of the names, when you choose one' },
  'iot-hub-tier': { kind: 'text', hint: 'TIER', default: 'S1', help: 'F1, S1, S2 or S3' },
  'own-event-hub': { kind: 'flag', help: 'the deployment is to have an Event Hub of its own' },
  'private-network': { kind: 'flag', help: 'the deployment is to have private endpoints' },
  'dataverse-url': { kind: 'text', hint: 'URL', help: 'Dynamics environment to ask for permission' },
  tenant: { kind: 'text', hint: 'ID', help: 'directory to log in to, when it is not the usual one' },
  'management-url': {
    kind: 'text',
    hint: 'URL',
    default: 'https://management.azure.com',
    help: 'of another cloud than the public one',
  },
  json: { kind: 'flag', help: 'print JSON' },
} as const;

/** The question that a command line asks, or what is wrong with it. */
function questionOf(values: Values<typeof table>): Question | string {
  const { subscription = '', name, tenant, 'iot-hub-tier': tier } = values;
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
  if (!uuid.test(subscription)) return `--subscription must be the id of a subscription, not "${subscription}".`;
  if (tenant !== undefined && !uuid.test(tenant)) return `--tenant must be the id of a directory, not "${tenant}".`;
  if (!/^[a-z0-9 ]+$/i.test(values.location)) return `--location must be a region such as westeurope.`;
  if (name !== undefined && !/^[a-z][a-z0-9]{2,15}$/.test(name)) {
    return `--name must be 3 to 16 lower-case letters and digits, the first a letter, not "${name}".`;
  }
  if (!['F1', 'S1', 'S2', 'S3'].includes(tier)) return `--iot-hub-tier must be F1, S1, S2 or S3, not "${tier}".`;
  const managementUrl = originOf(values['management-url']);
  if (managementUrl === undefined) return '--management-url must be https:// and a host name.';
  const dataverse = values['dataverse-url'];
  const dataverseUrl = dataverse === undefined ? undefined : originOf(dataverse);
  if (dataverse !== undefined && dataverseUrl === undefined) return '--dataverse-url must be https:// and a host name.';
  return {
    subscription: subscription.toLowerCase(),
    location: values.location,
    tier,
    name,
    dataverseUrl,
    managementUrl,
    ownEventHub: values['own-event-hub'],
    privateNetwork: values['private-network'],
  };
}

/** Tokens travel encrypted, except to this machine. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1') ? origin : undefined;
}

async function run(args: string[]): Promise<number> {
  const read = readOptions('npm run preflight --', table, args);
  if (read.kind === 'help') {
    console.log(read.text);
    return 0;
  }
  const question = read.kind === 'wrong' ? read.message : questionOf(read.values);
  if (typeof question === 'string' || read.kind === 'wrong') {
    console.error(question);
    return 2;
  }
  const { DefaultAzureCredential } = await import('@azure/identity');
  const { tenant, json } = read.values;
  const findings = await preflight(
    question,
    new DefaultAzureCredential(tenant === undefined ? {} : { tenantId: tenant }),
  );
  console.log(json ? jsonReport(findings) : textReport(findings));
  return exitCodeOf(findings);
}

void run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
