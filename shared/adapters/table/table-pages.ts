import { RestError } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import type { PipelineResponse } from '@azure/core-rest-pipeline';

/*
 * Queries, written out here and sent through the client's own pipeline, which signs and repeats them. The client asks for
 * everything that can be said of a row and takes it in with several passes: three times the processor time of both sides.
 */

const http = createDefaultHttpClient();

/** A row of a table; `etag` is missing where storage leaves it out, and follows from the time. */
export type StoredRow = Record<string, unknown> & {
  partitionKey?: string;
  rowKey?: string;
  timestamp?: string;
  etag?: string;
};

/** What is asked of a table. */
export interface PagesWanted {
  filter: string;
  /** The properties to return; all when absent. */
  select?: string[] | undefined;
  /** Rows of the first page, of the second, and so on; the last one is for all that follow. */
  pageSizes: readonly number[];
}

/** Rows that the service puts into one page at most. */
export const largestPage = 1_000;

/**
 * Rows of a table, a page a call, and undefined when there are no more. Pages may be empty on the way. Throws a `RestError`
 * as the client does.
 */
export function tablePages(
  client: TableClient,
  { filter, select, pageSizes }: PagesWanted,
): () => Promise<StoredRow[] | undefined> {
  let asked = 0;
  let next: Readonly<Record<string, string>> | undefined = {};
  return async () => {
    if (!next) return undefined;
    const top = pageSizes[Math.min(asked, pageSizes.length - 1)]!;
    asked += 1;
    const query = { $filter: filter, $top: String(top), ...(select && { $select: select.join(',') }), ...next };
    const response = await queried(client, query);
    next = continuationIn(response);
    return (JSON.parse(response.bodyAsText!) as { value: Record<string, unknown>[] }).value.map(asRow);
  };
}

async function queried(client: TableClient, query: Readonly<Record<string, string>>) {
  const base = client.url.replace(/\/$/, '');
  const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const request = createPipelineRequest({
    url: `${base}/${client.tableName}()?${search.join('&')}`,
    method: 'GET',
    headers: createHttpHeaders({
      Accept: 'application/json;odata=minimalmetadata',
      DataServiceVersion: '3.0',
      'x-ms-version': '2019-02-02',
    }),
    allowInsecureConnection: base.startsWith('http://'),
  });
  const response = await client.pipeline.sendRequest(http, request);
  if (response.status === 200) return response;
  const message = /"value":"([^"]*)"/.exec(response.bodyAsText ?? '')?.[1] ?? 'The query was refused.';
  throw new RestError(message, { statusCode: response.status, request, response });
}

function continuationIn({ headers }: PipelineResponse): Record<string, string> | undefined {
  const partition = headers.get('x-ms-continuation-nextpartitionkey');
  const row = headers.get('x-ms-continuation-nextrowkey');
  if (partition === undefined) return undefined;
  return { NextPartitionKey: partition, ...(row !== undefined && { NextRowKey: row }) };
}

/** The row as the client would hand it over, as far as our properties go: texts, numbers, booleans and bytes. */
function asRow(written: Record<string, unknown>): StoredRow {
  for (const name in written) {
    if (!name.endsWith(typeMark) || written[name] !== 'Edm.Binary') continue;
    const property = name.slice(0, -typeMark.length);
    written[property] = Buffer.from(String(written[property]), 'base64');
  }
  const { PartitionKey, RowKey, Timestamp, 'odata.etag': etag } = written;
  return Object.assign(written, {
    partitionKey: PartitionKey,
    rowKey: RowKey,
    timestamp: Timestamp,
    etag,
  }) as StoredRow;
}

const typeMark = '@odata.type';
