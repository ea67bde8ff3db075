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
      // `all`, or the number of the value in the message's array; without one the message cannot be replayed.
      ccs_part: readOnly(text('Part', 20)),
      // JSON array: what the rules of its time did read in that part, and need not read again.
      ccs_judgedmeasures: readOnly(memo('Judged Measures', 20_000)),
      ccs_messageid: readOnly(text('Message ID', 200)),
      ccs_enqueuedtime: readOnly(time('Enqueued Time')),
      msdyn_deviceid: readOnly(text('Device ID', 200)),
      ccs_body: readOnly(memo('Body', 400_000)),
      ccs_bodyencoding: readOnly(text('Body Encoding', 10)),
      ...plainStates,
      ...createdAndModified('ccs_parkedmessage'),
    },
  },
} as const satisfies Record<string, Entity>;
