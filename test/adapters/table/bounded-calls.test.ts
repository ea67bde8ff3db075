import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { startStorageProxy } from '../../../infra/local/proxies/storage-proxy';
import type { Fate, StorageProxy } from '../../../infra/local/proxies/storage-proxy';
import { tableAlertLedger } from '../../../shared/adapters/table/alert-ledger';
import { tableOpenWork } from '../../../shared/adapters/table/open-work';
import { tableRecordStore } from '../../../shared/adapters/table/record-store';
import { openTables } from '../../../shared/adapters/table/tables';
import type { Tables } from '../../../shared/adapters/table/tables';
import { emptyGroup } from '../../../shared/domain/group';

let azurite: Azurite;
let proxy: StorageProxy;
let fate: Fate = { kind: 'pass' };
let tables: Tables;
beforeAll(async () => {
  azurite = await startAzurite();
  proxy = await startStorageProxy(azurite.connectionString, { fate: () => fate });
  tables = openTables({ connectionString: proxy.connectionString }, { longestCall: 500 });
});
afterAll(async () => {
  await proxy.stop();
  await azurite.stop();
});

const nothing = { inserts: [], merges: [], packed: [], groups: new Map(), steps: [], ended: [], waiting: [] };

/** Each kind of call that goes to the tables; `ledger` is that of one process. */
const ledgerOf = () => tableAlertLedger(tables);
const calls: { which: string; call: () => Promise<unknown> }[] = [
  { which: 'reading a shard for the first time', call: async () => ledgerOf().read(0, ['some group']) },
  {
    which: 'committing',
    call: async () => {
      const ledger = ledgerOf();
      const before = fate;
      fate = { kind: 'pass' };
      const { version } = await ledger.read(0, ['a group']);
      fate = before;
      return ledger.commit(0, { ...nothing, groups: new Map([['a group', emptyGroup()]]) }, version);
    },
  },
  { which: 'finding one row', call: async () => tableOpenWork(tables).done('command', { key: 'k', since: 1 }) },
  { which: 'listing rows', call: async () => tableRecordStore(tables).list('account', { limit: 1 }) },
  { which: 'asking whether devices have changed', call: async () => tableRecordStore(tables).stamp('msdyn_iotdevice') },
];

test.each(calls)(
  '$which: a request that is never answered fails in time, and the next one succeeds',
  async ({ call }) => {
    await call();
    fate = { kind: 'silent' };
    const silent = call();
    await expect(silent)
      .rejects.toMatchObject({ code: 'storage-unavailable' })
      .finally(() => (fate = { kind: 'pass' }));
    await call();
  },
);
