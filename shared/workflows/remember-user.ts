import { localCaller } from '../domain/caller';
import type { Caller } from '../domain/caller';
import type { RecordStore } from '../ports/record-store';

/**
 * Keeps a record of each caller who may have written something, so that `createdby` and `modifiedby` lead to somebody. One
 * request to storage for each caller and process.
 */
export function rememberUsers({ records, now }: { records: RecordStore; now(): number }) {
  const known = new Set([localCaller.id]);
  return async ({ id, name, objectId }: Caller): Promise<void> => {
    if (known.has(id)) return;
    const time = new Date(now()).toISOString();
    await records.insert('systemuser', {
      systemuserid: id,
      fullname: name,
      ...(objectId !== undefined && { azureactivedirectoryobjectid: objectId }),
      statecode: 0,
      statuscode: 1,
      createdon: time,
      modifiedon: time,
    });
    known.add(id);
  };
}
