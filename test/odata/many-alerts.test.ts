import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import type { AlertLedger } from '../../shared/ports/alert-ledger';
import type { RecordStore } from '../../shared/ports/record-store';
import { groupedAlertWrites } from '../../shared/workflows/grouped-alert-writes';
import { oneAtATime } from '../../shared/workflows/one-at-a-time';
import { all, ingestionOn, seed } from '../kit/ingestion';
import { openWebApi } from '../kit/web-api';
import type { Answer, TestApi } from '../kit/web-api';

/* CreateMultiple of alerts, and what repeating it does. */

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

interface Adapters {
  records: RecordStore;
  ledger: AlertLedger;
}

function openAzurite(): Adapters {
  const tables = openTables({ connectionString: azurite.connectionString });
  return { records: tableRecordStore(tables), ledger: tableAlertLedger(tables) };
}

/** `reopened`: the same storage for a process that remembers nothing of it. */
const adapters: { which: string; open: () => Adapters; reopened: (own: Adapters) => Adapters }[] = [
  {
    which: 'memory',
    open: () => {
      const records = memoryRecordStore();
      return { records, ledger: memoryAlertLedger(records) };
    },
    reopened: (own) => own,
  },
  {
    which: 'Table Storage',
    open: openAzurite,
    reopened: () => openAzurite(),
  },
];

let made = 0;

function apiOn(ingestion: Adapters, parentOnCreate = true): TestApi {
  const deps = ingestionOn(ingestion);
  const unique = () => `alert ${(made += 1)}`;
  const alerts = groupedAlertWrites(deps, unique, { parentOnCreate, oneAtATime: oneAtATime() });
  return openWebApi(deps.records, { alerts, unique });
}

const path = '/msdyn_iotalerts/Microsoft.Dynamics.CRM.CreateMultiple';
const typed = (row: object) => ({ '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotalert', ...row });
const idsIn = ({ json }: Answer) => json['Ids'] as string[];

describe.each(adapters)('many alerts over the Web API on $which', ({ open, reopened }) => {
  let own: Adapters;
  let api: TestApi;
  let scene: string;
  beforeEach(() => {
    own = open();
    api = apiOn(own);
    scene = `scene-${(made += 1)}`;
  });

  /** Alerts of thirty devices, some of which have no token. */
  const bodyOf = (count: number) => ({
    Targets: Array.from({ length: count }, (_, i) =>
      typed({
        msdyn_description: `${scene}: alert ${i}`,
        msdyn_deviceid: `${scene}/${i % 30}`,
        msdyn_alertdata: `{"line":"one\n two", "n":${i}}`,
        ...(i % 3 > 0 && { msdyn_alerttoken: `token ${i}` }),
      }),
    ),
  });
  const post = (body: unknown, key?: string, to = api) =>
    to.post(path, body, key === undefined ? {} : { 'idempotency-key': key });
  const alertsHere = async () =>
    (await all(own.records, 'msdyn_iotalert')).filter((row) =>
      String(row['msdyn_description']).startsWith(`${scene}:`),
    );

  test('are all there under the ids that are answered, in order, the first of each device above the others', async () => {
    const account = await seed(own.records, 'account', `${scene} owner`, {});
    const device = await seed(own.records, 'msdyn_iotdevice', `${scene}/3`, {
      msdyn_deviceid: `${scene}/3`,
      _msdyn_account_value: account,
    });
    const answer = await post(bodyOf(400));
    expect([answer.status, answer.faults]).toEqual([200, []]);
    const ids = idsIn(answer);
    expect(new Set(ids).size).toBe(400);
    for (const i of [0, 3, 29, 30, 33, 157, 399]) {
      const { json } = await api.get(`/msdyn_iotalerts(${ids[i]!})`);
      expect(json).toMatchObject({
        msdyn_description: `${scene}: alert ${i}`,
        msdyn_alertdata: `{"line":"one\n two", "n":${i}}`,
        msdyn_alerttoken: i % 3 > 0 ? `token ${i}` : null,
        _msdyn_device_value: i % 30 === 3 ? device : null,
        _msdyn_parentalert_value: i < 30 ? null : ids[i % 30],
        ccs_duplicatecount: i < 30 ? (i % 30 < 10 ? 13 : 12) : null,
      });
    }
    const cases = (await all(own.records, 'incident')).filter((row) => row['_customerid_value'] === account);
    expect(cases).toHaveLength(1);
    expect((await alertsHere()).map((row) => row['msdyn_iotalertid']).toSorted()).toEqual(ids.toSorted());
  });

  test('are written once for each Idempotency-Key, however often and from wherever it is sent', async () => {
    const body = bodyOf(120);
    const others = [apiOn(own), apiOn(own)];
    const answers = await Promise.all([api, ...others].map((each) => post(body, `key-of-${scene}`, each)));
    answers.push(await post(body, `key-of-${scene}`));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const answer of answers) expect(idsIn(answer)).toEqual(idsIn(answers[0]!));
    expect(await alertsHere()).toHaveLength(120);
    expect(idsIn(await post(body, `other-key-of-${scene}`))).not.toEqual(idsIn(answers[0]!));
    expect(await alertsHere()).toHaveLength(240);
  });

  test('of two bodies under one key at the same moment one is written whole and the other not at all', async () => {
    const senders = [api, apiOn(own), api, apiOn(own)];
    for (let round = 0; round < 5; round += 1) {
      const before = (await alertsHere()).length;
      const key = `key-${round}-of-${scene}`;
      const sizes = [120, 90, 60, 90];
      const answers = await Promise.all(sizes.map((size, i) => post(bodyOf(size), key, senders[i])));
      const written = answers.filter(({ status }) => status === 200);
      const [size] = written.map((answer) => idsIn(answer).length);
      expect(answers.map(({ status }) => status)).toEqual(sizes.map((each) => (each === size ? 200 : 412)));
      expect(await alertsHere()).toHaveLength(before + size!);
    }
  });

  test('that come to one process at once are written once for each key, and who uses a key twice fails alone', async () => {
    const ofOneDevice = (count: number) => ({
      Targets: bodyOf(count).Targets.map((target) => ({
        ...target,
        msdyn_deviceid: `${scene}/one`,
        msdyn_alerttoken: undefined,
      })),
    });
    const key = `key-of-${scene}`;
    const answers = await Promise.all([
      post(ofOneDevice(9)),
      post(ofOneDevice(20), key),
      post(ofOneDevice(20), key),
      post(ofOneDevice(5), key),
      post(ofOneDevice(7)),
    ]);
    const [before, first, second, other, after] = answers;
    expect([before.status, after.status]).toEqual([200, 200]);
    const winners = [first, second, other].filter(({ status }) => status === 200);
    const losers = [first, second, other].filter(({ status }) => status !== 200);
    expect(winners.length).toBe(winners.includes(other) ? 1 : 2);
    for (const { status, json } of losers) {
      expect(status).toBe(412);
      expect(JSON.stringify(json)).toContain('Choose a new one for each');
    }
    for (const winner of winners) expect(idsIn(winner)).toEqual(idsIn(winners[0]!));
    expect(await alertsHere()).toHaveLength(9 + idsIn(winners[0]!).length + 7);
  });

  test('of which each has a token are written once without a key, however often, from wherever and cut however', async () => {
    const { Targets } = bodyOf(120);
    const events = Targets.filter((target) => 'msdyn_alerttoken' in target);
    const others = [apiOn(own), apiOn(reopened(own))];
    const answers = await Promise.all([api, ...others].map((each) => post({ Targets: events }, undefined, each)));
    answers.push(await post({ Targets: events }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const ids = idsIn(answers[0]!);
    expect(new Set(ids).size).toBe(80);
    for (const answer of answers) expect(idsIn(answer)).toEqual(ids);
    const commits = jest.spyOn(own.ledger, 'commit');
    expect(idsIn(await post({ Targets: events }))).toEqual(ids);
    expect(commits).not.toHaveBeenCalled();
    commits.mockRestore();
    // Some again with some that have no token, by who has read all of it from the store; those without are new each time.
    const mixed = await post({ Targets: Targets.slice(30, 90) }, undefined, apiOn(reopened(own)));
    expect(idsIn(mixed).filter((id) => ids.includes(id))).toHaveLength(40);
    expect(await alertsHere()).toHaveLength(100);
    const counted = (await alertsHere()).map((row) => Number(row['ccs_duplicatecount'] ?? 0));
    const parents = (await alertsHere()).filter((row) => !row['_msdyn_parentalert_value']);
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(100 - parents.length);
  });

  test('that come hours later, twice in one request, or beside another reading of the device are told from new ones by their tokens', async () => {
    const body = (tokens: readonly string[]) => ({
      Targets: tokens.map((token) =>
        typed({ msdyn_description: `${scene}: x`, msdyn_deviceid: `${scene}/one`, msdyn_alerttoken: token }),
      ),
    });
    const [one, two] = idsIn(await post(body(['1', '2'])));
    api.clock.now += 5 * 3_600_000;
    const later = idsIn(await post(body(['3', '2', '3', '1', '4'])));
    expect(later).toEqual([later[0], two, later[0], one, later[4]]);
    expect(new Set([one, two, ...later]).size).toBe(4);
    const elsewhereToo = idsIn(
      await post({ Targets: [typed({ ...body(['1']).Targets[0], msdyn_deviceid: `${scene}/two` })] }),
    );
    expect(elsewhereToo).not.toContain(one);
    expect(await alertsHere()).toHaveLength(5);
  });

  test('with the token of an alert that was deleted since are created anew, once', async () => {
    const body = {
      Targets: ['a', 'b', 'a'].map((token) =>
        typed({ msdyn_description: `${scene}: x`, msdyn_deviceid: `${scene}/one`, msdyn_alerttoken: token }),
      ),
    };
    const [parent, gone] = idsIn(await post(body));
    expect((await api.send('DELETE', `/msdyn_iotalerts(${gone!})`)).status).toBe(204);
    const again = idsIn(await post(body));
    expect(again).toEqual([parent, again[1], parent]);
    expect(again[1]).not.toBe(gone);
    expect(idsIn(await post(body))).toEqual(again);
    expect(await alertsHere()).toHaveLength(2);
  });

  test('are completed by the next try when the storage failed on the way', async () => {
    const body = bodyOf(90);
    let commits = 0;
    const failing: AlertLedger = {
      ...own.ledger,
      commit: async (...args) => {
        commits += 1;
        if (commits === 2) throw new Error('the storage is away');
        const result = await own.ledger.commit(...args);
        if (commits === 3) throw new Error('the answer was lost');
        return result;
      },
    };
    const broken = apiOn({ ...own, ledger: failing });
    const first = await post(body, `key-of-${scene}`, broken);
    expect(first.status).toBe(500);
    const second = await post(body, `key-of-${scene}`);
    expect(second.status).toBe(200);
    expect(new Set(idsIn(second)).size).toBe(90);
    const rows = await alertsHere();
    expect(rows.map((row) => row['msdyn_iotalertid']).toSorted()).toEqual(idsIn(second).toSorted());
  });

  test('with a key while nothing is parented on creation are refused, and nothing is written', async () => {
    const { status, json } = await post(bodyOf(3), 'k', apiOn(own, false));
    expect([status, JSON.stringify(json)]).toEqual([
      400,
      expect.stringContaining('PARENT_ALERTS_ON_CREATE is false. Leave it out') as string,
    ]);
    expect(await alertsHere()).toEqual([]);
  });

  test.each([
    {
      which: 'another body under a used key',
      change: { msdyn_description: 'x' },
      key: 'used',
      status: 412,
      says: 'another request',
    },
    { which: 'a key with a space', change: {}, key: 'a b', status: 400, says: '1 to 200 visible ASCII characters' },
    {
      which: 'an id of the sender',
      change: { msdyn_iotalertid: 'c0ffee00-0000-4000-8000-000000000001' },
      key: 'k',
      status: 400,
      says: 'Leave it out',
    },
    {
      which: 'a target without a description',
      change: { msdyn_description: null },
      key: 'l',
      status: 400,
      says: 'Targets[7]: msdyn_description',
    },
  ])('with $which are refused, and nothing is written', async ({ change, key, status, says }) => {
    if (key === 'used') await post({ Targets: [typed({ msdyn_description: 'first' })] }, `${scene}${key}`);
    const body = bodyOf(8);
    Object.assign(body.Targets[7]!, change);
    const answer = await post(body, `${scene}${key}`);
    expect([answer.status, answer.faults]).toEqual([status, []]);
    expect(answer.json.error?.message).toContain(says);
    expect(await alertsHere()).toEqual([]);
  });
});
