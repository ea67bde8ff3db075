import { action } from '../../shared/model/actions';
import type { ActionName } from '../../shared/model/actions';
import { actionCosts } from '../../shared/model/costs';
import { entity } from '../../shared/model/entities';
import { batchOf, repliesIn, startAttackedStack, stranger } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';
import { nobodys } from '../kit/doors';

/*
 * OWASP API6:2023, unrestricted access to sensitive business flows. Messages to devices, work for people and requests to the hub
 * are not set off in any number by one caller, and not twice for one reason.
 */

jest.setTimeout(240_000);

let stack: AttackedStack;
beforeAll(async () => {
  stack = await startAttackedStack({ EFFECTS_PER_MINUTE: '10' });
  await stack.send('POST', 'msdyn_iotdevices', somebody(), { msdyn_name: 'd', msdyn_deviceid: 'd' });
});
afterAll(async () => stack?.stop());

let met = 0;
const somebody = () => stack.as('IoT.Administrator', stranger((met += 1)));
type Proof = ReturnType<typeof somebody>;

const command = (name: string) => ({ msdyn_name: name, msdyn_deviceid: 'd', msdyn_message: '{"CommandName":"x"}' });
const send = async (proof: Proof, name: string) => stack.send('POST', 'msdyn_iotdevicecommands', proof, command(name));
const commandsNamed = async (name: string) =>
  Number((await stack.send('GET', `msdyn_iotdevicecommands/$count?$filter=msdyn_name eq '${name}'`, somebody())).text);

/** Leaves nothing for minutes. */
async function useUp(proof: Proof): Promise<void> {
  const target = { '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotdevicecommand', ...command('many') };
  const body = { Targets: Array.from({ length: 60 }, () => target) };
  const { status } = await stack.send(
    'POST',
    'msdyn_iotdevicecommands/Microsoft.Dynamics.CRM.CreateMultiple',
    proof,
    body,
  );
  expect(status).toBe(200);
}

const changeSet = (name: string) => {
  const part = [
    '--inner',
    'Content-Type: application/http',
    'Content-ID: 1',
    '',
    `POST ${stack.api()}msdyn_iotdevicecommands HTTP/1.1`,
    'Content-Type: application/json',
    '',
    JSON.stringify(command(name)),
    '--inner--',
  ].join('\r\n');
  return {
    body: `--all\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n${part}\r\n--all--`,
    headers: { 'content-type': 'multipart/mixed; boundary=all', prefer: 'odata.continue-on-error' },
  };
};

describe('a caller who has set off what he may in a minute', () => {
  let used: Proof;
  beforeAll(async () => {
    used = somebody();
    await useUp(used);
  });

  test('sends no more commands, by whatever way, and none is written', async () => {
    const alone = await send(used, 'alone');
    expect(alone.status).toBe(429);
    expect(Number(alone.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(alone.json.error!.message).toContain('EFFECTS_PER_MINUTE');
    const upsert = await stack.send('PATCH', `msdyn_iotdevicecommands(${nobodys})`, used, command('upsert'));
    expect(upsert.status).toBe(429);
    for (const operation of ['CreateMultiple', 'UpsertMultiple']) {
      const target = { '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotdevicecommand', ...command('multiple') };
      const id = { msdyn_iotdevicecommandid: nobodys };
      const body = { Targets: [operation === 'CreateMultiple' ? target : { ...target, ...id }] };
      const path = `msdyn_iotdevicecommands/Microsoft.Dynamics.CRM.${operation}`;
      expect((await stack.send('POST', path, used, body)).status).toBe(429);
    }
    const single = batchOf(stack.api(), [{ method: 'POST', path: 'msdyn_iotdevicecommands', body: command('batch') }]);
    for (const { body, headers } of [single, changeSet('set')]) {
      const { text } = await stack.send('POST', '$batch', { ...used, ...headers }, body);
      expect(repliesIn(text).map(({ status }) => status)).toEqual([429]);
    }
    for (const name of ['alone', 'upsert', 'multiple', 'batch', 'set'])
      expect([name, await commandsNamed(name)]).toEqual([name, 0]);
  });

  test.each(Object.keys(actionCosts) as ActionName[])('calls %s only if that sets nothing off', async (name) => {
    const { boundTo, parameters } = action(name);
    const needed = parameters.filter(({ nullable }) => !nullable);
    const valueOf = (parameter: { name: string; type: string }) =>
      parameter.type === 'Edm.Int32' ? 60 : parameter.name.endsWith('Ids') ? nobodys : 'account';
    const body = Object.fromEntries(needed.map((parameter) => [parameter.name, valueOf(parameter)]));
    const path = boundTo === null ? name : `${entity(boundTo).set}(${nobodys})/Microsoft.Dynamics.CRM.${name}`;
    const { status, text } = await stack.send('POST', path, used, body);
    expect([name, status === 429, text]).toEqual([name, actionCosts[name] !== 'none', text]);
  });

  test('may do everything else', async () => {
    expect((await stack.send('GET', 'msdyn_iotdevicecommands', used)).status).toBe(200);
    expect((await stack.send('POST', 'accounts', used, { name: 'Contoso' })).status).toBe(204);
  });

  test('keeps nobody else from it', async () => {
    expect((await send(somebody(), 'other')).status).toBe(204);
  });
});

test('many small calls come to the same as a large one', async () => {
  const proof = somebody();
  const statuses: number[] = [];
  for (let i = 0; i < 60 && statuses.at(-1) !== 429; i += 1) statuses.push((await send(proof, 'small')).status);
  expect(statuses.at(-1)).toBe(429);
  expect(new Set(statuses.slice(0, -1))).toEqual(new Set([204]));
});

test('a call for a thousand devices costs more than one for a single device', async () => {
  const [few, many] = [somebody(), somebody()];
  const ids = (count: number) => ({ IoTDeviceIds: Array.from({ length: count }, () => nobodys).join(',') });
  expect((await stack.send('POST', 'msdyn_RegisterIoTDevice', few, ids(1))).status).toBe(404);
  expect((await stack.send('POST', 'msdyn_RegisterIoTDevice', few, ids(1))).status).toBe(404);
  expect((await stack.send('POST', 'msdyn_RegisterIoTDevice', many, ids(6_000))).status).toBe(404);
  expect((await stack.send('POST', 'msdyn_RegisterIoTDevice', many, ids(1))).status).toBe(429);
});

describe('one reason', () => {
  const posted = async (proof: Proof, path: string, body: object) =>
    (await stack.send('POST', path, { ...proof, prefer: 'return=representation' }, body)).json;

  test('opens one case, however many ask for it at once', async () => {
    const proof = somebody();
    const account = await posted(proof, 'accounts', { name: 'Fabrikam' });
    const bind = { 'msdyn_Account@odata.bind': `/accounts(${String(account['accountid'])})` };
    await posted(proof, 'msdyn_iotdevices', { msdyn_name: 'once', msdyn_deviceid: 'once', ...bind });
    const alert = { msdyn_description: 'hot', msdyn_deviceid: 'once', msdyn_alerttime: new Date().toISOString() };
    const alerts = await Promise.all(Array.from({ length: 10 }, async () => posted(proof, 'msdyn_iotalerts', alert)));
    const path = (row: object) =>
      `msdyn_iotalerts(${String((row as Record<string, unknown>)['msdyn_iotalertid'])})/Microsoft.Dynamics.CRM.ccs_CreateCase`;
    await Promise.all(alerts.map(async (row) => stack.send('POST', path(row), somebody(), {})));
    const filter = `incidents/$count?$filter=_customerid_value eq ${String(account['accountid'])}`;
    expect((await stack.send('GET', filter, proof)).text).toBe('1');
  });
});
