import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { entities } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import type { RecordStore } from '../../shared/ports/record-store';
import { all } from './ingestion';

/** Records in memory that tell whether anything was written since they were asked last. */
export function watchedRecords() {
  const store = memoryRecordStore();
  let writes = 0;
  const counted =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      writes += 1;
      return call(...args);
    };
  const records: RecordStore = {
    ...store,
    insert: counted(store.insert),
    replace: counted(store.replace),
    remove: counted(store.remove),
    writeTogether: counted(store.writeTogether),
  };
  const contents = async () => {
    const names = Object.keys(entities) as EntityName[];
    return Promise.all(names.map(async (name) => [name, await all(store, name)] as const));
  };
  let last: unknown;
  return {
    records,
    /** What is stored, read again only when something tried to write. */
    now: async (): Promise<unknown> => {
      if (writes > 0 || last === undefined) last = await contents();
      writes = 0;
      return last;
    },
  };
}
