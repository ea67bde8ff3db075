import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { tableAlertLedger } from '../../../shared/adapters/table/alert-ledger';
import { partition } from '../../../shared/adapters/table/placement';
import { alertsTable, shardLogs } from '../../../shared/adapters/table/shard-log';
import type { ShardLog } from '../../../shared/adapters/table/shard-log';
import { openTables } from '../../../shared/adapters/table/tables';
import { emptyGroup } from '../../../shared/domain/group';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

/** The log of a shard, as a process of its own sees it. */
const logOf = (shard: number) => shardLogs(openTables({ connectionString: azurite.connectionString }))(shard);

const nextEntry = ({ memory, sign }: ShardLog) => ({
  position: memory.position() + 1,
  writer: sign(),
  floor: memory.position() + 1,
  marks: [],
  packed: [],
  steps: [],
  replaced: [],
  saved: [],
});

test('a writer that sends its entry again knows it for its own, however many came after it', async () => {
  const [log, other] = [logOf(0), logOf(0)];
  const entry = nextEntry(log);
  expect(await log.append(entry, [], new Map())).toMatchObject({ kind: 'appended' });
  await other.know([], 'fresh');
  for (let i = 0; i < 3; i += 1) await other.append(nextEntry(other), [], new Map());
  expect(await log.append(entry, [], new Map())).toMatchObject({ kind: 'appended' });
});

test('a writer whose number somebody else has used is behind', async () => {
  const [log, other] = [logOf(1), logOf(1)];
  const entry = nextEntry(log);
  await other.append(nextEntry(other), [], new Map());
  expect(await log.append(entry, [], new Map())).toEqual({ kind: 'behind' });
  expect(await log.append(nextEntry(log), [], new Map())).toMatchObject({ kind: 'appended' });
});

test('a writer of whose rows one is not as it must be is refused, and its number stays free', async () => {
  const log = logOf(2);
  const missing = { partitionKey: partition(2), rowKey: 'missing' };
  await log.append(nextEntry(log), [], new Map());
  expect(await log.append(nextEntry(log), [['update', missing, 'Merge', {}]], new Map())).toEqual({ kind: 'refused' });
  expect(await log.append(nextEntry(log), [], new Map())).toMatchObject({ kind: 'appended' });
});

test('who is overtaken again and again between the log and the row of a group reads on until they agree', async () => {
  const tables = openTables({ connectionString: azurite.connectionString });
  const ledger = tableAlertLedger(tables);
  let written = 0;
  /** As parenting on request does: a change of which only the row of the group tells. */
  const overtake = async () => {
    const { version } = await ledger.read(3, ['busy']);
    const group = { ...emptyGroup(), tickets: [{ kind: 'case' as const, id: String((written += 1)), account: 'a' }] };
    await ledger.commit(3, { ...nothing, groups: new Map([['busy', group]]) }, version);
  };
  const own = openTables({ connectionString: azurite.connectionString });
  (await own.client(alertsTable)).pipeline.addPolicy({
    name: 'overtaken',
    sendRequest: async (request, next) => {
      if (request.url.includes('RowKey=') && written <= 60) await overtake();
      return next(request);
    },
  });
  const log = shardLogs(own)(3);
  await overtake();
  await log.know([]);
  await overtake();
  await log.know(['busy'], 'fresh');
  expect(written).toBeGreaterThan(60);
  expect(log.memory.group('busy').tickets).toMatchObject([{ id: String(written) }]);
});

const nothing = { inserts: [], merges: [], packed: [], steps: [], ended: [], waiting: [] };
