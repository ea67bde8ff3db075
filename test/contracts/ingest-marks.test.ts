import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryIngestMarks } from '../../shared/adapters/memory/ingest-marks';
import { tableIngestMarks } from '../../shared/adapters/table/ingest-marks';
import { openTables } from '../../shared/adapters/table/tables';
import type { IngestMarks } from '../../shared/ports/ingest-marks';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

test.each<{ which: string; open: () => IngestMarks }>([
  { which: 'memory', open: memoryIngestMarks },
  { which: 'Table Storage', open: () => tableIngestMarks(openTables(azurite)) },
])('marks in $which hold the latest of each partition', async ({ open }) => {
  const marks = open();
  expect(await marks.all()).toEqual([]);
  const mark = { hub: 'hub.a/b', partition: '1', sequence: 5, enqueued: 1_000, handled: 2_000 };
  const newer = { ...mark, sequence: 9, enqueued: 3_000, handled: 3_500 };
  const other = { ...mark, partition: '0', sequence: 2 };
  for (const each of [mark, other, newer]) await marks.note(each);
  expect(await marks.all()).toEqual([other, newer]);
});

test('storage that is away is said to be so', async () => {
  const gone = await startAzurite();
  const marks = tableIngestMarks(openTables(gone));
  await marks.all();
  await gone.stop();
  await expect(marks.all()).rejects.toMatchObject({ code: 'storage-unavailable' });
});
