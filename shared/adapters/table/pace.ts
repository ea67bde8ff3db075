import { ServiceError } from '../../domain/errors';
import { nextSlot } from '../../domain/pace';
import type { Pace } from '../../ports/pace';
import { find } from './find-row';
import { hasStatus, translate } from './storage-errors';
import type { Tables } from './tables';

const table = 'pace';
const partitionKey = 'pace';

/** Every lost round means that somebody else got a moment. */
const rounds = 200;

/** One row, changed by compare-and-swap, that holds the moment which was given last. */
export function tablePace(tables: Tables, name: string): Pace {
  return {
    reserve: async (now, spacing) => {
      const client = await tables.client(table);
      for (let round = 0; round < rounds; round += 1) {
        const row = await find(client, partitionKey, name);
        const slot = nextSlot(row && Number(row['last']), now, spacing);
        const next = { partitionKey, rowKey: name, last: String(slot) };
        try {
          if (row) await client.updateEntity(next, 'Replace', { etag: row.etag });
          else await client.createEntity(next);
          return slot;
        } catch (error) {
          if (!hasStatus(error, 412) && !hasStatus(error, 409)) throw translate(error);
        }
      }
      throw new ServiceError('storage-unavailable', 'Too many want to use the IoT Hub at once. Try again.');
    },
  };
}
