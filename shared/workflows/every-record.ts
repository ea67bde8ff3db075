import type { EntityName } from '../model/entities';
import type { ListRequest, RecordStore, Stored } from '../ports/record-store';

const helping = 1_000;

/** All records that a request asks for, page by page. */
export async function* everyRecord(
  records: RecordStore,
  name: EntityName,
  request: Omit<ListRequest, 'after' | 'limit'>,
): AsyncGenerator<Stored> {
  for (let after: string | undefined; ;) {
    const page = await records.list(name, { ...request, limit: helping, ...(after !== undefined && { after }) });
    yield* page.records;
    if (page.next === undefined) return;
    after = page.next;
  }
}
