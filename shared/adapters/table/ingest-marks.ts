import type { IngestMark, IngestMarks } from '../../ports/ingest-marks';
import { translate } from './storage-errors';
import type { Tables } from './tables';

const table = 'ingestmarks';
const partitionKey = 'mark';

/** One row for each partition of a hub. */
export function tableIngestMarks(tables: Tables): IngestMarks {
  return {
    note: async ({ hub, partition, sequence, enqueued, handled }) => {
      try {
        const client = await tables.client(table);
        const rowKey = `${hub} ${partition}`.replaceAll(/[/\\#?%]/g, '_');
        const times = { sequence: String(sequence), enqueued: String(enqueued), handled: String(handled) };
        await client.upsertEntity({ partitionKey, rowKey, hub, partition, ...times }, 'Replace');
      } catch (error) {
        throw translate(error);
      }
    },

    all: async () => {
      try {
        const client = await tables.client(table);
        const found: IngestMark[] = [];
        for await (const row of client.listEntities()) found.push(markOf(row));
        return found;
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

function markOf(row: Record<string, unknown>): IngestMark {
  const [sequence, enqueued, handled] = ['sequence', 'enqueued', 'handled'].map((name) => Number(row[name])) as [
    number,
    number,
    number,
  ];
  return { hub: String(row['hub']), partition: String(row['partition']), sequence, enqueued, handled };
}
