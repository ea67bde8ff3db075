import type { Entity } from '../edm';
import { active, count, createdAndModified, id, memo, plainStates, readOnly, text, time } from './columns';

/** Messages that could not be understood. */
export const parkedTables = {
  ccs_parkedmessage: {
    set: 'ccs_parkedmessages',
    displayName: 'Parked Message',
    key: 'ccs_parkedmessageid',
    primaryName: 'ccs_detail',
    timedIds: true,
    stored: { table: 'parked', prefix: 'P' },
    states: active,
    columns: {
      ccs_parkedmessageid: id('Parked Message'),
      ccs_parkedreason: readOnly(text('Reason')),
      ccs_detail: readOnly(text('Detail', 400)),
      ccs_hub: readOnly(text('Hub', 260)),
      ccs_partition: readOnly(text('Partition', 20)),
      ccs_sequencenumber: readOnly(text('Sequence Number', 20)),
      ccs_itemindex: readOnly(count('Item')),
      ccs_enqueuedtime: readOnly(time('Enqueued Time')),
      msdyn_deviceid: readOnly(text('Device ID', 200)),
      ccs_body: readOnly(memo('Body', 400_000)),
      ccs_bodyencoding: readOnly(text('Body Encoding', 10)),
      ...plainStates,
      ...createdAndModified('ccs_parkedmessage'),
    },
  },
} as const satisfies Record<string, Entity>;
