import type { Row } from '../../shared/model/edm';
import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { giveUpOnCommand, takeUpCommands, workOnCommand } from '../../shared/workflows/work-on-commands';
import { openCommands, reportOf } from '../kit/commands';
import { sendBatch } from '../kit/batch';
import { all } from '../kit/ingestion';

const [inProgress, sent, failed] = [192350000, 192350001, 192350002];
const bind = (navigation: string, set: string, id: string) => ({ [`${navigation}@odata.bind`]: `/${set}(${id})` });
const table = 'msdyn_iotdevicecommand' as const;

describe('the device of a command', () => {
  async function world() {
    const w = openCommands();
    const [a, b] = [await w.device('a'), await w.device('b')];
    const [one, two, none, own] = await Promise.all(
      ['one', 'two', 'none', 'own'].map((label) =>
        w.make('msdyn_customerasset', label, label === 'own' ? { msdyn_deviceid: 'b' } : {}),
      ),
    );
    const connect = async (asset: string, device: string, more: Row = {}) =>
      w.make('connection', `${asset} ${device}`, {
        _record1id_value: asset,
        ccs_record1table: 'msdyn_customerasset',
        _record2id_value: device,
        ccs_record2table: 'msdyn_iotdevice',
        _record2roleid_value: connectedDeviceRole,
        ...more,
      });
    await connect(one!, a);
    await connect(two!, a);
    await connect(two!, b);
    await connect(none!, a, { statecode: 1 });
    const c = await w.device('c');
    await connect(none!, b, { effectiveend: '2020-01-01T00:00:00.000Z' });
    await connect(none!, c, { _record2roleid_value: null });
    return { ...w, a, b, one: one!, two: two!, none: none!, own: own! };
  }
  type World = Awaited<ReturnType<typeof world>>;
  const device = (id: string) => bind('msdyn_Device', 'msdyn_iotdevices', id);
  const asset = (id: string) => bind('msdyn_CustomerAsset', 'msdyn_customerassets', id);

  test.each([
    { which: 'by lookup', body: ({ a }: World) => device(a), target: 'a' },
    { which: 'by Device ID', body: () => ({ msdyn_deviceid: 'b' }), target: 'b' },
    { which: 'by both', body: ({ a }: World) => ({ ...device(a), msdyn_deviceid: 'a' }), target: 'a' },
    { which: 'the only one of an asset', body: ({ one }: World) => asset(one), target: 'a' },
    { which: 'the own one of an asset', body: ({ own }: World) => asset(own), target: 'b' },
    {
      which: 'one of an asset with several',
      body: ({ two, b }: World) => ({ ...asset(two), ...device(b) }),
      target: 'b',
    },
    {
      which: 'the first of an asset, for all',
      body: ({ two }: World) => ({ ...asset(two), msdyn_sendtoallconnecteddevices: true }),
      target: 'a',
    },
  ])('is found $which', async ({ body, target }) => {
    const w = await world();
    const row = await w.read(table, w.created(await w.post(body(w))));
    expect(row).toMatchObject({
      msdyn_deviceid: target,
      _msdyn_device_value: w[target as 'a'],
      msdyn_commandstatus: inProgress,
    });
  });

  test.each([
    { which: 'there is none', body: () => ({}), status: 400, words: /needs a device/ },
    {
      which: 'the Device ID is unknown',
      body: () => ({ msdyn_deviceid: 'A' }),
      status: 404,
      words: /'A' exists.*case matters/,
    },
    {
      which: 'two differ',
      body: ({ a }: World) => ({ ...device(a), msdyn_deviceid: 'b' }),
      status: 400,
      words: /'b' is not that of.*'a'/,
    },
    {
      which: 'it is not of the asset',
      body: ({ one, b }: World) => ({ ...asset(one), ...device(b) }),
      status: 400,
      words: /'b' is not connected to/,
    },
    { which: 'the asset has none', body: ({ none }: World) => asset(none), status: 400, words: /has no device/ },
    {
      which: 'the asset has several',
      body: ({ two }: World) => asset(two),
      status: 400,
      words: /2 devices \((a, b|b, a)\).*msdyn_sendtoall/,
    },
    {
      which: 'the lookup leads nowhere',
      body: () => device('00000000-0000-0000-0000-000000000001'),
      status: 404,
      words: /does not exist/,
    },
    {
      which: 'the message is malformed',
      body: () => ({ msdyn_deviceid: 'a', msdyn_message: '{' }),
      status: 400,
      words: /JSON object/,
    },
    {
      which: 'the time to live is too long',
      body: () => ({ msdyn_deviceid: 'a', ccs_timetolive: 172_801 }),
      status: 400,
      words: /172800/,
    },
    {
      which: 'a status is sent along',
      body: () => ({ msdyn_deviceid: 'a', msdyn_commandstatus: sent }),
      status: 400,
      words: /written by the service/,
    },
    {
      which: 'a parent is sent along',
      body: ({ a }: World) => ({ msdyn_deviceid: 'a', ...bind('ccs_ParentCommand', 'msdyn_iotdevicecommands', a) }),
      status: 400,
      words: /cannot be bound/,
    },
  ])('is asked for when $which, and nothing is written', async ({ body, status, words }) => {
    const w = await world();
    const answer = await w.post(body(w));
    expect([answer.status, answer.json.error?.message]).toEqual([status, expect.stringMatching(words)]);
    expect(await all(w.records, table)).toEqual([]);
    expect([w.queue.messages, await w.openWork.olderThan('command', Infinity, 9)]).toEqual([[], []]);
  });

  test('may be made in the same change set; commands made together are handed on each', async () => {
    const w = await world();
    const fresh = { msdyn_name: 'fresh', msdyn_deviceid: 'fresh', msdyn_registrationstatus: 192350003 };
    const command = { msdyn_name: 'x', msdyn_message: '{"CommandName":"x"}', msdyn_deviceid: 'fresh' };
    const { replies } = await sendBatch(w.api, [
      [
        { method: 'POST', path: 'msdyn_iotdevices', body: fresh, id: '1' },
        { method: 'POST', path: 'msdyn_iotdevicecommands', body: command, id: '2' },
      ],
    ]);
    expect((replies[0] as { status: number }[]).map(({ status }) => status)).toEqual([204, 204]);
    const Targets = ['a', 'b', 'a'].map((msdyn_deviceid) => ({
      '@odata.type': `Microsoft.Dynamics.CRM.${table}`,
      ...command,
      msdyn_deviceid,
    }));
    const answer = await w.api.post('/msdyn_iotdevicecommands/Microsoft.Dynamics.CRM.CreateMultiple', { Targets });
    expect(answer.status).toBe(200);
    expect(w.queue.messages).toHaveLength(4);
    const bad = [...Targets, { ...Targets[0], msdyn_message: '[]' }];
    const refused = await w.api.post('/msdyn_iotdevicecommands/Microsoft.Dynamics.CRM.CreateMultiple', {
      Targets: bad,
    });
    expect(refused.status).toBe(400);
    expect(await all(w.records, table)).toHaveLength(4);
  });
});

describe('command definitions', () => {
  test('make the message, over the Web API from the definition to the command', async () => {
    const w = openCommands();
    await w.device('a');
    const create = async (set: string, body: Record<string, unknown>) => {
      const answer = await w.api.post(`/${set}`, body);
      return w.created(answer);
    };
    const command = await create('msdyn_iotdevicecommanddefinitions', { msdyn_name: 'Set Values' });
    const reading = await create('msdyn_iotpropertydefinitions', { msdyn_name: 'Reading', msdyn_type: 192350001 });
    const parent = bind('msdyn_ParentProperty', 'msdyn_iotpropertydefinitions', reading);
    const limits = '{"default":20,"MinValue":10,"MaxValue":30}';
    const temperature = { msdyn_name: 'Temperature', msdyn_type: 192350004, msdyn_additionalproperties: limits };
    await create('msdyn_iotpropertydefinitions', { ...temperature, ...parent });
    const note = await create('msdyn_iotpropertydefinitions', { msdyn_name: 'Note', msdyn_type: 192350000 });
    for (const [id, ccs_required, ccs_position] of [
      [note, true, 2],
      [reading, false, 1],
    ] as const) {
      await create('ccs_iotcommandparameters', {
        ccs_required,
        ccs_position,
        ...bind('ccs_Command', 'msdyn_iotdevicecommanddefinitions', command),
        ...bind('ccs_Property', 'msdyn_iotpropertydefinitions', id),
      });
    }
    const definition = bind('msdyn_Command', 'msdyn_iotdevicecommanddefinitions', command);
    const body = { msdyn_deviceid: 'a', ...definition };
    const row = await w.read(table, w.created(await w.post({ ...body, msdyn_message: '{"Parameters":{"Note":"x"}}' })));
    expect(row['msdyn_message']).toBe(
      '{"CommandName":"Set Values","Parameters":{"Reading":{"Temperature":20},"Note":"x"}}',
    );
    const message = '{"Parameters":{"Note":"x","Reading":{"Temperature":9}}}';
    const refused = await w.post({ ...body, msdyn_message: message });
    expect([refused.status, refused.json.error?.message]).toEqual([
      400,
      "Parameter 'Reading.Temperature' must be a whole number from 10 to 30; got 9.",
    ]);
    // A circle is refused, not followed for ever.
    await w.api.patch(`/msdyn_iotpropertydefinitions(${reading})`, parent);
    expect((await w.post({ ...body, msdyn_message: null })).json.error?.message).toMatch(/more than 10 others/);
  });

  test('with names for the keys in the settings, which must differ', async () => {
    const w = openCommands();
    await w.device('a');
    const settings = '/msdyn_iotsettingses(76CD1AAA-0DFD-4C17-8915-9DF22EE05137)';
    expect((await w.api.patch(settings, { msdyn_commandnameproperty: 'Parameters' })).status).toBe(400);
    expect((await w.api.patch(settings, { msdyn_commandnameproperty: 'method' })).status).toBe(204);
    expect((await w.post({ msdyn_deviceid: 'a' })).json.error?.message).toMatch(/as method.*got nothing/);
    expect((await w.post({ msdyn_deviceid: 'a', msdyn_message: '{"method":"go"}' })).status).toBe(204);
  });
});

describe('sending', () => {
  test('sends what the command says, once, and keeps no note', async () => {
    const w = openCommands();
    const device = await w.device('a');
    const id = w.created(await w.post({ msdyn_deviceid: 'a', ccs_timetolive: 60 }));
    const [work] = w.queue.messages;
    await w.drain();
    await workOnCommand(work!, w.deps);
    expect(w.hub.taken).toEqual([
      { deviceId: 'a', messageId: id, body: '{"CommandName":"Reset"}', expires: w.clock.now + 60_000, attempt: 1 },
    ]);
    expect(await w.read(table, id)).toMatchObject({ msdyn_commandstatus: sent, ccs_sendattempts: 1 });
    expect(await w.read('msdyn_iotdevice', device)).toMatchObject({ _msdyn_lastcommandsent_value: id });
    expect(await w.openWork.olderThan('command', Infinity, 9)).toEqual([]);
  });

  test.each([
    {
      which: 'that is not registered',
      row: { msdyn_registrationstatus: 192350004 },
      words: /'a' is not registered: its registration status is Error/,
    },
    { which: 'without a registration status', row: { msdyn_registrationstatus: null }, words: /status is empty/ },
    { which: 'without a Device ID', row: { msdyn_deviceid: null }, words: /'a' has no Device ID/ },
  ])('to a device $which is recorded as an error, and nothing is sent', async ({ row, words }) => {
    const w = openCommands();
    const device = await w.device('a', row);
    const id = w.created(await w.post(bind('msdyn_Device', 'msdyn_iotdevices', device)));
    await w.drain();
    expect(await w.read(table, id)).toMatchObject({
      msdyn_commandstatus: failed,
      msdyn_commandstatusreason: expect.stringMatching(words),
    });
    expect(w.hub.taken).toEqual([]);
    expect(await w.read('msdyn_iotdevice', device)).toMatchObject({ _msdyn_lastcommandsent_value: id });
  });

  test('waits for a hub that is away until the time to live is over, and says why', async () => {
    const w = openCommands();
    await w.device('a');
    w.hub.faults.push(...Array.from({ length: 30 }, () => 'unreachable' as const));
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    await w.drain();
    expect(await w.read(table, id)).toMatchObject({
      msdyn_commandstatus: inProgress,
      msdyn_commandstatusreason: 'The IoT Hub cannot be reached: no answer.',
    });
    await w.pass(11);
    expect(await w.read(table, id)).toMatchObject({
      msdyn_commandstatus: failed,
      msdyn_commandstatusreason:
        'Not sent within its time to live of 600 s. Until then: The IoT Hub cannot be reached: no answer.',
    });
    expect([w.hub.taken, w.queue.messages]).toEqual([[], []]);
  });

  test('tries again, as if for the first time, what the hub certainly did not take', async () => {
    const w = openCommands();
    await w.device('a');
    w.hub.faults.push('not-now');
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    await w.drain();
    expect(await w.read(table, id)).toMatchObject({ msdyn_commandstatus: inProgress, ccs_sendattempts: 0 });
    await w.pass(1);
    expect(w.hub.taken).toMatchObject([{ messageId: id, attempt: 1 }]);
  });

  test('repeats what the hub may not have, with the same id and the number of the attempt, and not before the first has ended', async () => {
    const w = openCommands();
    await w.device('a');
    w.hub.faults.push('uncertain');
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    await w.drain();
    w.clock.now += 20_000;
    await w.drain();
    expect(w.hub.taken).toHaveLength(1);
    w.clock.now += 30_000;
    await w.drain();
    expect(w.hub.taken).toMatchObject([
      { messageId: id, attempt: 1 },
      { messageId: id, attempt: 2 },
    ]);
    expect(await w.read(table, id)).toMatchObject({ msdyn_commandstatus: sent, ccs_sendattempts: 2 });
  });

  test('an uncertain command that the hub reports of is sent, without a repeat', async () => {
    const w = openCommands();
    const alert = await w.alert('a', 0);
    await w.device('a');
    w.hub.faults.push('uncertain');
    const id = w.created(await w.post({ msdyn_deviceid: 'a', ...bind('msdyn_ParentAlert', 'msdyn_iotalerts', alert) }));
    await w.drain();
    await w.report(JSON.stringify([reportOf(id, 'a', 'Success')]));
    await w.pass(3);
    expect(w.hub.taken).toHaveLength(1);
    expect(await w.alertNow(alert)).toMatchObject({ statuscode: 5, _msdyn_lastcommandsent_value: id });
    expect(await w.openWork.olderThan('command', Infinity, 9)).toEqual([]);
  });

  test('stops at 50 messages that wait, unless the message itself may be one of them', async () => {
    const w = openCommands();
    await w.device('full');
    const messages = Array.from({ length: 49 }, (_, i) => ({
      deviceId: 'full',
      messageId: `${i}`,
      body: '',
      expires: 0,
      attempt: 1,
    }));
    w.hub.taken.push(...messages);
    w.hub.faults.push('uncertain');
    const first = w.created(await w.post({ msdyn_deviceid: 'full' }));
    const second = w.created(await w.post({ msdyn_deviceid: 'full' }));
    await w.drain();
    await w.pass(1);
    expect(await w.read(table, first)).toMatchObject({
      msdyn_commandstatus: inProgress,
      msdyn_commandstatusreason: expect.stringMatching(/This one may be among them/),
    });
    expect(await w.read(table, second)).toMatchObject({
      msdyn_commandstatus: failed,
      msdyn_commandstatusreason: expect.stringMatching(
        /50 messages wait for the device 'full'.*Create the command again/,
      ),
    });
    await w.pass(11);
    expect((await w.read(table, first))['msdyn_commandstatusreason']).toMatch(/^It is not known whether it was sent/);
    expect(w.hub.taken).toHaveLength(50);
  });

  test('ends in Error what the service cannot deal with', async () => {
    const w = openCommands();
    await w.device('a');
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    await giveUpOnCommand(w.queue.messages[0]!, 'no reason', w.deps);
    expect(await w.read(table, id)).toMatchObject({
      msdyn_commandstatus: failed,
      msdyn_commandstatusreason: 'no reason',
    });
    await w.drain();
    expect(w.hub.taken).toEqual([]);
  });

  test('many messages for one command do not become more', async () => {
    const w = openCommands();
    await w.device('a');
    w.hub.faults.push(...Array.from({ length: 30 }, () => 'unreachable' as const));
    w.created(await w.post({ msdyn_deviceid: 'a' }));
    const [work] = w.queue.messages;
    w.queue.messages.push(work!, work!, work!);
    await w.drain();
    expect(w.queue.messages).toHaveLength(1);
    w.clock.now += 61_000;
    await takeUpCommands(w.deps);
    expect(w.queue.messages).toHaveLength(2);
    await w.drain();
    expect(w.queue.messages).toHaveLength(1);
  });
});

describe('a crash anywhere', () => {
  class Crash extends Error {}

  /** Creates a command and works on it, with a crash before or after the nth thing that is written. */
  async function run(at: number, when: 'before' | 'after') {
    let calls = 0;
    let crashed: string | undefined;
    const w = openCommands({
      guard: async (name, call) => {
        calls += 1;
        if (calls === at && when === 'before') throw new Crash((crashed = name));
        const result = await call();
        if (calls === at && when === 'after') throw new Crash((crashed = name));
        return result;
      },
    });
    calls = -Infinity;
    const alert = await w.alert('a', 0);
    const asset = await w.make('msdyn_customerasset', 'asset');
    for (const name of ['a', 'b']) await w.device(name, { _ccs_customerasset_value: asset });
    calls = 0;
    const body = { msdyn_deviceid: 'a', msdyn_sendtoallconnecteddevices: true };
    const answer = await w.post({ ...body, ...bind('msdyn_ParentAlert', 'msdyn_iotalerts', alert) });
    await w.drain().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
      w.queue.messages.length = 0;
    });
    for (let minute = 0; minute < 4; minute += 1) {
      await w.pass(1).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
    }
    return { w, answer, alert, asset, crashed };
  }

  test.each(['before', 'after'] as const)(
    '%s a write leaves nothing undone, and only what is uncertain is sent twice',
    async (when) => {
      const seen = new Set<string>();
      for (let at = 1; ; at += 1) {
        const { w, answer, alert, asset, crashed } = await run(at, when);
        if (crashed === undefined) break;
        seen.add(crashed);
        const commands = await all(w.records, table);
        expect(await w.openWork.olderThan('command', Infinity, 9)).toEqual([]);
        if (commands.length === 0) {
          expect([at, answer.status]).toEqual([at, 500]);
          continue;
        }
        expect([at, commands.map((row) => row['msdyn_commandstatus'])]).toEqual([at, [sent, sent]]);
        const parent = commands.find((row) => !row['_ccs_parentcommand_value'])!;
        expect(await w.alertNow(alert)).toMatchObject({
          statuscode: 5,
          _msdyn_lastcommandsent_value: parent['msdyn_iotdevicecommandid'],
        });
        expect((await w.read('msdyn_customerasset', asset))['_msdyn_lastcommandsent_value']).toBeTruthy();
        for (const row of commands) {
          const taken = w.hub.taken.filter(({ messageId }) => messageId === row['msdyn_iotdevicecommandid']);
          expect(taken.map(({ attempt }) => attempt)).toEqual(taken.length === 1 ? [row['ccs_sendattempts']] : [1, 2]);
          if (taken.length > 1) expect(['send', 'replace']).toContain(crashed);
        }
      }
      expect([...seen].toSorted()).toEqual(['done', 'insert', 'note', 'queue', 'renew', 'replace', 'revise', 'send']);
    },
  );
});

describe('what a settled command changes', () => {
  async function afterSending(state: Row, { known = true } = {}) {
    const w = openCommands();
    const alert = await w.alert('a', 0, state);
    const device = await w.device(known ? 'a' : 'gone');
    const id = w.created(
      await w.post({
        ...bind('msdyn_Device', 'msdyn_iotdevices', device),
        ...bind('msdyn_ParentAlert', 'msdyn_iotalerts', alert),
      }),
    );
    await w.drain();
    return { id, alert: await w.alertNow(alert) };
  }

  test.each([
    { which: 'active, when it is sent', state: {}, statecode: 2, statuscode: 5 },
    { which: 'active, when it fails', state: {}, known: false, statecode: 2, statuscode: 7 },
    { which: 'with a command that failed', state: { statecode: 2, statuscode: 7 }, statecode: 2, statuscode: 5 },
    { which: 'with a case', state: { statecode: 2, statuscode: 3 }, statecode: 2, statuscode: 3 },
    { which: 'with a work order', state: { statecode: 2, statuscode: 4 }, known: false, statecode: 2, statuscode: 4 },
    { which: 'closed', state: { statecode: 3, statuscode: 6 }, statecode: 3, statuscode: 6 },
    { which: 'inactive', state: { statecode: 1, statuscode: 2 }, statecode: 1, statuscode: 2 },
  ])('on an alert that is $which', async ({ state, known = true, statecode, statuscode }) => {
    const { id, alert } = await afterSending(state, { known });
    expect(alert).toMatchObject({ statecode, statuscode, _msdyn_lastcommandsent_value: id });
    expect(alert.msdyn_lastcommandsenttime).toBeTruthy();
  });

  test('is not undone by an earlier command, or done again after somebody changed the alert', async () => {
    const w = openCommands();
    await w.device('a');
    const alert = await w.alert('a', 0);
    const answers = { msdyn_deviceid: 'a', ...bind('msdyn_ParentAlert', 'msdyn_iotalerts', alert) };
    w.created(await w.post(answers));
    const [first] = w.queue.messages;
    await w.drain();
    w.clock.now += 1_000;
    const second = w.created(await w.post(answers));
    const [later] = w.queue.messages;
    await w.drain();
    await w.api.patch(`/msdyn_iotalerts(${alert})`, { statecode: 0 });
    for (const work of [first!, later!]) await workOnCommand(work, w.deps);
    expect(await w.alertNow(alert)).toMatchObject({ _msdyn_lastcommandsent_value: second, statuscode: 1 });
  });
});

describe('feedback', () => {
  test.each([
    { which: 'Success', feedback: 192350000, words: /^Delivered/ },
    { which: 'Expired', feedback: 192350001, words: /^Expired/ },
    { which: 'DeliveryCountExceeded', feedback: 192350002, words: /^Not taken/ },
    { which: 'Rejected', feedback: 192350003, words: /^Rejected/ },
    { which: 'purged', feedback: 192350004, words: /^Purged/ },
  ])('$which is shown, once, and the command stays Sent', async ({ which, feedback, words }) => {
    const w = openCommands();
    await w.device('a');
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    await w.drain();
    const text = JSON.stringify([reportOf(id, 'a', which)]);
    expect((await w.report(text)).commands).toHaveLength(1);
    const row = await w.read(table, id);
    expect(row).toMatchObject({
      msdyn_commandstatus: sent,
      msdyn_commandstatusreason: expect.stringMatching(words),
      ccs_feedback: feedback,
      ccs_feedbackon: '2026-03-01T08:00:05.000Z',
    });
    expect(await w.report(text)).toEqual({ commands: [], strangers: 0 });
    expect(await w.read(table, id)).toEqual(row);
  });

  test('of a message that was sent twice: delivered counts', async () => {
    const w = openCommands();
    await w.device('a');
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    await w.drain();
    await w.report(JSON.stringify(['Expired', 'Success', 'Rejected'].map((each) => reportOf(id, 'a', each))));
    expect(await w.read(table, id)).toMatchObject({ ccs_feedback: 192350000 });
  });

  test('of strangers is passed over', async () => {
    const w = openCommands();
    await w.device('a');
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    const before = await all(w.records, table);
    const strangers = [
      reportOf('00000000-0000-4000-8000-000000000001', 'a', 'Success'),
      reportOf('mine', 'a', 'Success'),
      reportOf(id, 'b', 'Success'),
      reportOf(id, 'a', 'constructor'),
      null,
      5,
      {},
    ];
    expect(await w.report(JSON.stringify(strangers))).toEqual({ commands: [], strangers: 7 });
    for (const text of ['', '{', 'null', '"x"']) expect((await w.report(text)).strangers).toBe(1);
    expect(await all(w.records, table)).toEqual(before);
  });
});

describe('a command that exists', () => {
  test('keeps its message and its target, whatever its status; the rest can be changed', async () => {
    const w = openCommands();
    const b = await w.device('b');
    await w.device('a');
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    await w.drain();
    const path = `/msdyn_iotdevicecommands(${id})`;
    const before = await w.read(table, id);
    for (const body of [
      { msdyn_message: '{"CommandName":"Other"}' },
      { msdyn_deviceid: 'b' },
      { msdyn_sendtoallconnecteddevices: true },
      { ccs_timetolive: 5 },
      bind('msdyn_Device', 'msdyn_iotdevices', b),
      { 'msdyn_Device@odata.bind': null },
      { msdyn_commandstatus: inProgress },
    ]) {
      const answer = await w.api.patch(path, body);
      expect([body, answer.status]).toEqual([body, 400]);
    }
    expect((await w.api.patch(path, { msdyn_message: '{}' })).json.error?.message).toMatch(
      /msdyn_message .* is set when the record is created and cannot change. Create another IoT Device Command/,
    );
    expect(await w.read(table, id)).toEqual(before);
    const same = { msdyn_name: 'Renamed', msdyn_message: '{"CommandName":"Reset"}', msdyn_deviceid: 'a' };
    expect((await w.api.patch(path, same)).status).toBe(204);
    expect(w.queue.messages).toEqual([]);
  });

  test('is cancelled by deletion before it is sent, and cannot be deleted while it is being sent', async () => {
    const w = openCommands();
    await w.device('a');
    const cancelled = w.created(await w.post({ msdyn_deviceid: 'a' }));
    expect((await w.api.send('DELETE', `/msdyn_iotdevicecommands(${cancelled})`)).status).toBe(204);
    await w.drain();
    expect(w.hub.taken).toEqual([]);
    expect(await w.openWork.olderThan('command', Infinity, 9)).toEqual([]);
    w.hub.faults.push('uncertain');
    const id = w.created(await w.post({ msdyn_deviceid: 'a' }));
    await w.drain();
    const refused = await w.api.send('DELETE', `/msdyn_iotdevicecommands(${id})`);
    expect([refused.status, refused.json.error?.message]).toEqual([412, expect.stringMatching(/is being sent/)]);
    await w.pass(1);
    expect((await w.api.send('DELETE', `/msdyn_iotdevicecommands(${id})`)).status).toBe(204);
  });

  test('cannot be deleted as a copy until all copies are made, or it would come again', async () => {
    let writes = -Infinity;
    const w = openCommands({
      guard: async (_name, call) => {
        writes += 1;
        if (writes === 1) throw new Error('killed');
        return call();
      },
    });
    const pump = await w.make('msdyn_customerasset', 'pump');
    for (const name of ['a', 'b', 'c']) await w.device(name, { _ccs_customerasset_value: pump });
    w.created(await w.post({ msdyn_deviceid: 'a', msdyn_sendtoallconnecteddevices: true }));
    const work = w.queue.messages.splice(0);
    writes = 0;
    await expect(workOnCommand(work[0]!, w.deps)).rejects.toThrow('killed');
    await w.drain();
    const [copy] = w.hub.taken;
    const remove = async () => w.api.send('DELETE', `/msdyn_iotdevicecommands(${copy!.messageId})`);
    expect(await remove()).toMatchObject({
      status: 412,
      json: { error: { message: expect.stringMatching(/is one of the copies that are being made/) } },
    });
    w.queue.messages.push(...work);
    await w.pass(2);
    expect((await remove()).status).toBe(204);
    expect(w.hub.taken.map(({ deviceId }) => deviceId).toSorted()).toEqual(['a', 'b', 'c']);
  });
});
