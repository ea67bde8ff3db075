import { RestError } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { translate } from './storage-errors';

/** A row by its keys; undefined when there is none. One request. */
export async function find(client: TableClient, partitionKey: string, rowKey: string) {
  try {
    return await client.getEntity(partitionKey, rowKey);
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw translate(error);
  }
}
