import type { Among, RowTest, Span } from '../domain/record-query';
import type { Row, Scalar } from '../model/edm';
import type { EntityName } from '../model/entities';

/** A record with the ETag that the next conditional write must present. */
export interface Stored {
  row: Row;
  etag: string;
}

export interface ListRequest {
  /** Only records whose properties equal these values; a null asks for records without a value. */
  equals?: Readonly<Record<string, Scalar>>;
  /** Only records of which a property has one of these values. */
  among?: Among;
  /** Only records whose texts and times lie in these spans. */
  between?: Readonly<Record<string, Span>>;
  /** Only records that pass; they are read, looked at and passed over until the page is full. */
  matches?: RowTest;
  /** The properties that are needed, those that `matches` looks at included: others, but for the primary key, may be missing in the rows. All when absent. */
  properties?: readonly string[];
  /** Id of a record (there or not): only records that come after it. */
  after?: string;
  /** At most this many records. */
  limit: number;
  /** Look at no more than this many records (a store may stop sooner, too). */
  examine?: number;
}

/** A record to insert, or to replace while it has this ETag. */
export interface Write {
  entity: EntityName;
  row: Row;
  etag?: string;
  /**
   * The record as it was read with that ETag. With it, records of a table with an alternate key can be replaced together, as
   * long as their alternate keys stay.
   */
  before?: Row;
}

export interface Page {
  records: Stored[];
  /** Present when there may be more: the `after` of the next page. A page may be short, even empty, and still have it. */
  next?: string;
  /** With `next`: how many records were looked at. */
  examined?: number;
}

/** Records of any table of the model, newest first. Rows hold OData properties; absent and null mean the same. */
export interface RecordStore {
  get(entity: EntityName, id: string): Promise<Stored | undefined>;
  /** Records by their ids, in that order; cheaper than one by one when there are many. */
  getMany(entity: EntityName, ids: readonly string[]): Promise<(Stored | undefined)[]>;
  /** By the table's alternate key, e.g. a device by its Device ID (case-sensitive, as in IoT Hub). */
  getByAlternateKey(entity: EntityName, value: string): Promise<Stored | undefined>;
  /** `row` holds its primary key. Nothing is written when the id or the alternate key is in use. */
  insert(
    entity: EntityName,
    row: Row,
  ): Promise<{ kind: 'inserted'; etag: string } | { kind: 'exists'; property: string }>;
  /** Puts `row` in place of the record that still has this ETag; `changed` also when the record is gone. */
  replace(
    entity: EntityName,
    row: Row,
    etag: string,
  ): Promise<{ kind: 'replaced'; etag: string } | { kind: 'changed' } | { kind: 'exists'; property: string }>;
  /** Removes the record that still has this ETag; `changed` also when the record is gone. */
  remove(entity: EntityName, id: string, etag: string): Promise<{ kind: 'removed' } | { kind: 'changed' }>;
  /**
   * Inserts (without an ETag) and replaces records in one storage transaction: all of them, or none. `apart` when they do
   * not fit in one, `changed` when a record to replace changed or a key of one to insert is in use; then nothing is written.
   */
  writeTogether(
    writes: readonly Write[],
  ): Promise<{ kind: 'written'; etags: string[] } | { kind: 'apart' } | { kind: 'changed' }>;
  list(entity: EntityName, request: ListRequest): Promise<Page>;
  /** Of a watched table: a text that is another one after every write of one of its records. */
  stamp(entity: EntityName): Promise<string>;
}
