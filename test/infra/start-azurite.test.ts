import { TableClient } from '@azure/data-tables';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';

let data: string;
beforeAll(async () => (data = await mkdtemp(join(tmpdir(), 'azurite-'))));
afterAll(async () => rm(data, { recursive: true, force: true }));

function notes({ connectionString }: Azurite): TableClient {
  return TableClient.fromConnectionString(connectionString, 'notes', { allowInsecureConnection: true });
}

/** Writes for a while, from many sides, and answers with the keys of all rows that were acknowledged. */
async function writeFor(table: TableClient, prefix: string, milliseconds: number): Promise<string[]> {
  const acknowledged: string[] = [];
  const end = performance.now() + milliseconds;
  const writer = async (_: unknown, writer: number) => {
    for (let i = 0; performance.now() < end; i += 1) {
      const rowKey = `${prefix}-${writer}-${i}`;
      await table.createEntity({ partitionKey: 'p', rowKey });
      acknowledged.push(rowKey);
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
  return acknowledged;
}

async function rowKeys(table: TableClient): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { rowKey } of table.listEntities()) keys.add(rowKey!);
  return keys;
}

describe('storage on this machine', () => {
  it('has every acknowledged row after it was stopped right after a write, round after round', async () => {
    const written: string[] = [];
    for (const round of [0, 1, 2]) {
      const azurite = await startAzurite({ data });
      const table = notes(azurite);
      await table.createTable();
      written.push(...(await writeFor(table, `round-${round}`, 300 + round * 200)));
      await azurite.stop();
      expect(await azurite.exited).toBe(0);
    }
    const azurite = await startAzurite({ data });
    const found = await rowKeys(notes(azurite));
    await azurite.stop();
    // One of each writer in each round at least; how many more depends on the machine.
    expect(written.length).toBeGreaterThanOrEqual(24);
    expect(written.filter((key) => !found.has(key))).toEqual([]);
  });
});
