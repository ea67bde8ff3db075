import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { ServiceError } from '../../shared/domain/errors';
import type { RecordStore } from '../../shared/ports/record-store';
import { followersInTurn } from '../../shared/workflows/followers';
import { createdId, openWebApi } from '../kit/web-api';

/** Records that somebody else changes just before each of the next writes. */
function contested(times: number): RecordStore {
  const records = memoryRecordStore();
  let left = times;
  return {
    ...records,
    replace: async (name, row, etag) => {
      if (left > 0) {
        left -= 1;
        const now = (await records.get(name, String(row.accountid)))!;
        await records.replace(name, { ...now.row, telephone1: `change ${left}` }, now.etag);
      }
      return records.replace(name, row, etag);
    },
  };
}

async function openContested(times: number) {
  const api = openWebApi(contested(times));
  const made = await api.post('/accounts', { name: 'Contoso' });
  return { api, address: `/accounts(${createdId(made)})`, etag: made.headers.get('ETag')! };
}

test('a change that lost a race is applied to what the winner wrote', async () => {
  const { api, address } = await openContested(3);
  expect((await api.patch(address, { name: 'Fabrikam' })).status).toBe(204);
  expect((await api.get(address)).json).toMatchObject({ name: 'Fabrikam', telephone1: 'change 0' });
});

test('a change on condition of an ETag that lost a race is refused', async () => {
  const { api, address, etag } = await openContested(1);
  const answer = await api.patch(address, { name: 'Fabrikam' }, { 'if-match': etag });
  expect([answer.status, answer.json.error?.code]).toEqual([412, '0x80060882']);
  expect((await api.get(address)).json).toMatchObject({ name: 'Contoso', telephone1: 'change 0' });
});

test('a change that loses every race ends, and says so', async () => {
  const { api, address } = await openContested(Number.POSITIVE_INFINITY);
  const answer = await api.patch(address, { name: 'Fabrikam' });
  expect(answer.status).toBe(412);
  expect(answer.json.error?.message).toContain('too many callers');
});

test('a record that appears while it is being created is left as it is', async () => {
  const records = memoryRecordStore();
  const id = 'c0ffee00-0000-4000-8000-000000000001';
  const api = openWebApi({
    ...records,
    insert: async (name, row) => {
      await records.insert(name, { accountid: id, name: 'First' });
      return records.insert(name, row);
    },
  });
  const answer = await api.patch(`/accounts(${id})`, { name: 'Second' });
  expect([answer.status, answer.json.error?.code]).toEqual([412, '0x80040237']);
  expect((await api.get(`/accounts(${id})`)).json.name).toBe('First');
});

test('trouble after a device was written is told, and repeating the change tries again', async () => {
  const told: string[] = [];
  let broken = false;
  const api = openWebApi(undefined, {
    followers: followersInTurn([
      {
        follow: async ([change]) => {
          if (change?.set.msdyn_deviceid) told.push(String(change.set.msdyn_deviceid));
          if (broken) throw new ServiceError('storage-unavailable', 'Storage is busy. Try again.');
        },
      },
    ]),
  });
  const id = createdId(await api.post('/msdyn_iotdevices', { msdyn_name: 'T' }));
  broken = true;
  expect((await api.patch(`/msdyn_iotdevices(${id})`, { msdyn_deviceid: 'smt-1' })).status).toBe(503);
  broken = false;
  expect((await api.patch(`/msdyn_iotdevices(${id})`, { msdyn_deviceid: 'smt-1' })).status).toBe(204);
  expect(told).toEqual(['smt-1', 'smt-1']);
});
