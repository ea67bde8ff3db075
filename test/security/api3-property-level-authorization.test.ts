import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { propertiesOf } from '../../shared/model/properties';
import type { Property } from '../../shared/model/properties';
import { tableRights } from '../../shared/model/rights';
import { connectDevice, eventually } from '../kit/stack';
import { ada, each, startAttackedStack } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';
import { nobodys } from '../kit/doors';

/*
 * OWASP API3:2023, broken object property level authorization. What the service alone writes is written by nobody else, whatever
 * a body holds; what is secret is in no answer.
 */

jest.setTimeout(240_000);

let stack: AttackedStack;
beforeAll(async () => {
  stack = await startAttackedStack();
});
afterAll(async () => stack?.stop());

const admin = () => stack.as('IoT.Administrator');
const tables = (Object.keys(tableRights) as EntityName[]).filter((name) => tableRights[name].create.length > 0);

/** A value that would be good for the property, if it could be written. */
function valueFor({ column }: Property): unknown {
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
      return nobodys;
    case 'integer':
    case 'decimal':
      return column.min;
    case 'choice':
      return Object.values(column.options)[0];
    case 'boolean':
      return true;
    case 'datetime':
      return '2020-01-01T00:00:00Z';
    case 'string':
    case 'memo':
      return 'x';
  }
}

describe.each(tables)('of %s', (name) => {
  const { set, primaryName, key } = entity(name);
  const kept = [...propertiesOf(name).values()].filter(({ column }) => column.readOnly);
  const count = async () => (await stack.send('GET', `${set}/$count`, admin())).text;

  test('what only the service writes is refused in every body, and nothing is written', async () => {
    const before = await count();
    const taken: string[] = [];
    await each(kept, async (property) => {
      const body = { [property.name]: valueFor(property) };
      const answers = [
        await stack.send('POST', set, admin(), body),
        await stack.send('PATCH', `${set}(${nobodys})`, admin(), body),
        await stack.send('PUT', `${set}(${nobodys})/${property.name}`, admin(), { value: valueFor(property) }),
      ];
      const isRefused = answers.every(({ status, text }) => status === 400 && text.includes(property.name));
      if (!isRefused) taken.push(`${property.name}: ${answers.map(({ status }) => status).join(', ')}`);
    });
    expect(taken).toEqual([]);
    expect(await count()).toBe(before);
  });

  test.each(['__proto__', 'constructor', 'PartitionKey', 'RowKey', 'etag', 'roles', `${key}__1`])(
    "'%s' is refused, because there is no such property",
    async (property) => {
      const body = `{${JSON.stringify(primaryName)}:"x",${JSON.stringify(property)}:{"x":1}}`;
      const { status } = await stack.send('POST', set, admin(), body);
      expect(status).toBe(400);
    },
  );
});

test('the key of a device is in no answer, whatever is asked', async () => {
  const created = await stack.send(
    'POST',
    'msdyn_iotdevices',
    { ...admin(), prefer: 'return=representation' },
    {
      msdyn_name: 'keeper',
      msdyn_deviceid: 'keeper',
    },
  );
  const id = String(created.json['msdyn_iotdeviceid']);
  await stack.send('POST', 'msdyn_RegisterIoTDevice', admin(), { IoTDeviceIds: id });
  await eventually(
    async () => (await stack.send('GET', `msdyn_iotdevices(${id})`, admin())).json['msdyn_registrationstatus'],
    (status) => status === 192350003,
    60,
  );
  await stack.send('POST', 'msdyn_PullDataForIoTDevice', admin(), { IoTDeviceIds: id });
  await eventually(
    async () => (await stack.send('GET', 'msdyn_iotdevicedatahistory', admin())).json.value!,
    (rows) => rows.length > 0,
    60,
  );
  const { primaryKey, secondaryKey } = (await stack.hub.registry.get('keeper')).responseBody.authentication!
    .symmetricKey!;
  const body = { DeviceIds: 'keeper', DryRun: true };
  const texts = [(await stack.send('POST', 'ccs_ImportIoTDevices', admin(), body)).text];
  for (const name of Object.keys(tableRights) as EntityName[])
    texts.push((await stack.send('GET', entity(name).set, admin())).text);
  for (const secret of [primaryKey, secondaryKey, 'SharedAccessKey', 'AccountKey'])
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
});

describe('who did it', () => {
  const create = async (set: string, body: object, proof: Readonly<Record<string, string>>) => {
    const answer = await stack.send('POST', set, { ...proof, prefer: 'return=representation' }, body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.json;
  };

  test('is written down: who made a record and who changed it last, by name', async () => {
    const made = await create('accounts', { name: 'Contoso' }, admin());
    expect(made).toMatchObject({ _createdby_value: ada, _modifiedby_value: ada });
    const path = `accounts(${String(made['accountid'])})`;
    const key = { 'x-functions-key': stack.keyFor('IoT.Administrator') };
    expect((await stack.send('PATCH', path, key, { name: 'Contoso Ltd' })).status).toBe(204);
    const read = await stack.send('GET', `${path}?$expand=createdby,modifiedby`, key);
    const program = (await stack.send('GET', 'WhoAmI', key)).json['UserId'];
    expect(read.json).toMatchObject({
      createdby: { systemuserid: ada, fullname: 'Ada', azureactivedirectoryobjectid: ada },
      modifiedby: { systemuserid: program, fullname: 'of-IoT.Administrator' },
    });
  });

  test('is the service where nobody asked', async () => {
    const device = await connectDevice(stack.hub, 'nobody-asked');
    await device.send({
      ruleoutput: 'AlarmTemp',
      readingtype: 'Temperature',
      reading: 90,
      time: new Date().toISOString(),
    });
    const alerts = await eventually(
      async () =>
        (
          await stack.send(
            'GET',
            "msdyn_iotalerts?$filter=msdyn_deviceid eq 'nobody-asked'&$expand=createdby",
            stack.as('IoT.Reader'),
          )
        ).json.value!,
      (found) => found.length > 0,
    );
    expect(alerts[0]).toMatchObject({ createdby: { fullname: 'SYSTEM' } });
  });

  test('cannot be claimed, by a body or by a header', async () => {
    const body = { name: 'x', 'createdby@odata.bind': `/systemusers(${nobodys})` };
    expect((await stack.send('POST', 'accounts', admin(), body)).status).toBe(400);
    const headers = { mscrmcallerid: nobodys, callerobjectid: nobodys, 'x-ms-client-principal-id': nobodys };
    const made = await create('accounts', { name: 'y' }, { ...admin(), ...headers });
    expect(made['_createdby_value']).toBe(ada);
  });
});
