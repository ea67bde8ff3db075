import { ServiceError } from '../domain/errors';
import { placeInId } from '../domain/ids';
import type { Row } from '../model/edm';
import { isAmong } from '../domain/record-query';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { PreparedAlert } from '../ports/alert-writes';
import type { RecordStore, Stored } from '../ports/record-store';

/** A record as it was when the unit met it, and as it is to become. */
export interface Draft {
  entity: EntityName;
  id: string;
  before: Stored | undefined;
  after: Stored | undefined;
  /** Present when the record is a new alert, which is settled rather than inserted. */
  alert?: PreparedAlert;
}

export interface DraftedRecords {
  /** The store as it is to become. */
  records: RecordStore;
  /** Every record that is to change, the one that was changed last at the end. */
  drafts(): Draft[];
  /** Drafts an alert that is to be settled; answers its ETag. */
  putAlert(alert: PreparedAlert): Promise<string>;
}

/** Records that are to be written, over those of a store: reads see them, the store does not. */
export function draftRecords(real: RecordStore): DraftedRecords {
  const drafts = new Map<string, Draft>();
  const reads = new Map<string, Promise<Stored | undefined>>();
  let made = 0;

  const placeOf = (name: EntityName, id: string) => `${name}/${id}`;

  const read = async (name: EntityName, id: string): Promise<Stored | undefined> => {
    const place = placeOf(name, id);
    const reading = reads.get(place) ?? real.get(name, id);
    reads.set(place, reading);
    return reading;
  };

  const get: RecordStore['get'] = async (name, id) => {
    const draft = drafts.get(placeOf(name, id));
    return draft ? draft.after : read(name, id);
  };

  const ofTable = (name: EntityName) => [...drafts.values()].filter((draft) => draft.entity === name);

  const getByAlternateKey: RecordStore['getByAlternateKey'] = async (name, value) => {
    const { alternateKey, key } = entity(name);
    if (alternateKey === undefined) return undefined;
    const drafted = ofTable(name).find(({ after }) => after?.row[alternateKey] === value);
    if (drafted) return drafted.after;
    const found = await real.getByAlternateKey(name, value);
    return found && drafts.has(placeOf(name, String(found.row[key]))) ? undefined : found;
  };

  /** The alternate key when another record has the same value. */
  const taken = async (name: EntityName, id: string, row: Row): Promise<string | undefined> => {
    const { alternateKey, key } = entity(name);
    const value = alternateKey === undefined ? undefined : row[alternateKey];
    if (typeof value !== 'string') return undefined;
    const other = await getByAlternateKey(name, value);
    return other && other.row[key] !== id ? alternateKey : undefined;
  };

  const put = async (name: EntityName, id: string, row: Row | undefined): Promise<string> => {
    const place = placeOf(name, id);
    const draft = drafts.get(place);
    const before = draft ? draft.before : await reads.get(place);
    const etag = `W/"draft ${(made += 1)}"`;
    drafts.delete(place);
    drafts.set(place, { ...draft, entity: name, id, before, after: row && { row, etag } });
    return etag;
  };

  const records: RecordStore = {
    get,
    getMany: async (name, ids) => Promise.all(ids.map(async (id) => get(name, id))),
    getByAlternateKey,

    insert: async (name, row) => {
      const { key } = entity(name);
      const id = String(row[key]);
      // Nobody has an id that was made just now; whoever chose such a one is found out when it is written.
      const isOurs = placeInId(id) !== undefined && !drafts.has(placeOf(name, id));
      if (!isOurs && (await get(name, id))) return { kind: 'exists', property: key };
      const property = await taken(name, id, row);
      return property === undefined
        ? { kind: 'inserted', etag: await put(name, id, row) }
        : { kind: 'exists', property };
    },

    replace: async (name, row, etag) => {
      const id = String(row[entity(name).key]);
      if ((await get(name, id))?.etag !== etag) return { kind: 'changed' };
      if (drafts.get(placeOf(name, id))?.alert) {
        throw new ServiceError(
          'unsupported',
          'An alert that is created here is settled with the rest, so it cannot be changed here as well.',
        );
      }
      const property = await taken(name, id, row);
      return property === undefined
        ? { kind: 'replaced', etag: await put(name, id, row) }
        : { kind: 'exists', property };
    },

    remove: async (name, id, etag) => {
      if ((await get(name, id))?.etag !== etag) return { kind: 'changed' };
      await put(name, id, undefined);
      return { kind: 'removed' };
    },

    writeTogether: async () => ({ kind: 'apart' }),

    stamp: async (name) => `${await real.stamp(name)} ${made}`,

    list: async (name, request) => {
      const page = await real.list(name, request);
      const { key } = entity(name);
      const kept = page.records.filter(({ row }) => !drafts.has(placeOf(name, String(row[key]))));
      if (request.after !== undefined) return { ...page, records: kept };
      const wanted = Object.entries(request.equals ?? {});
      const { among, matches } = request;
      const drafted = ofTable(name).flatMap(({ after }) => {
        const fits =
          after &&
          wanted.every(([property, value]) => (after.row[property] ?? null) === value) &&
          isAmong(among, after.row) &&
          (matches?.holds(after.row) ?? true);
        return fits ? [after] : [];
      });
      return { ...page, records: [...drafted, ...kept] };
    },
  };

  return {
    records,
    drafts: () => [...drafts.values()].filter(({ before, after }) => before ?? after),
    putAlert: async (alert) => {
      const id = String(alert.row.msdyn_iotalertid);
      const etag = await put('msdyn_iotalert', id, alert.row);
      const place = placeOf('msdyn_iotalert', id);
      drafts.set(place, { ...drafts.get(place)!, alert });
      return etag;
    },
  };
}
