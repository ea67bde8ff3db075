import * as choices from '../choices';
import type { Entity } from '../edm';
import { choice, choiceOr, count, createdAndModified, id, lookup, memo, readOnly, text, time } from './columns';

const states = [
  {
    value: choices.jobState.Active,
    name: 'Active',
    statuses: { 'In Progress': choices.jobStatus['In Progress'] },
  },
  {
    value: choices.jobState.Inactive,
    name: 'Inactive',
    statuses: {
      Succeeded: choices.jobStatus.Succeeded,
      'Completed with Errors': choices.jobStatus['Completed with Errors'],
    },
  },
] as const;

const stateColumns = {
  statecode: readOnly(choiceOr('Status', choices.jobState, choices.jobState.Active)),
  statuscode: readOnly(choice('Status Reason', choices.jobStatus)),
} as const;

/** What was asked for many devices at once, and how far it got. A job and its batches stand in one shard. */
export const jobTables = {
  ccs_devicejob: {
    set: 'ccs_devicejobs',
    displayName: 'Device Job',
    key: 'ccs_devicejobid',
    primaryName: 'ccs_name',
    stored: { table: 'devicejobs', prefix: 'J' },
    states,
    columns: {
      ccs_devicejobid: id('Device Job'),
      ccs_name: readOnly(text('Name')),
      ccs_action: readOnly(choice('Action', choices.jobAction)),
      ccs_total: readOnly(count('Devices')),
      ccs_finished: readOnly(count('Finished Devices, Failed Ones Included')),
      ccs_failed: readOnly(count('Failed Devices')),
      ccs_batches: readOnly(count('Batches')),
      ccs_finishedbatches: readOnly(count('Finished Batches')),
      ccs_message: readOnly(memo('Message', 8000)),
      ccs_requestedon: readOnly(time('Requested On')),
      ccs_completedon: readOnly(time('Completed On')),
      ...stateColumns,
      ...createdAndModified('ccs_devicejob'),
    },
  },

  ccs_devicejobbatch: {
    set: 'ccs_devicejobbatches',
    displayName: 'Device Job Batch',
    key: 'ccs_devicejobbatchid',
    primaryName: 'ccs_name',
    stored: { table: 'devicejobs', prefix: 'B' },
    states,
    columns: {
      ccs_devicejobbatchid: id('Device Job Batch'),
      ccs_name: readOnly(text('Name')),
      ccs_devicejob: readOnly(
        lookup('Device Job', 'ccs_devicejob', 'ccs_DeviceJob', 'ccs_ccs_devicejob_ccs_devicejobbatch_DeviceJob'),
      ),
      ccs_number: readOnly(count('Number')),
      ccs_devices: readOnly(memo('Devices', 20_000)),
      ccs_continuation: readOnly(memo('Continuation', 20_000)),
      ccs_finished: readOnly(count('Finished Devices, Failed Ones Included')),
      ccs_failed: readOnly(count('Failed Devices')),
      ccs_tries: readOnly(count('Tries')),
      ccs_queuedon: readOnly(time('Queued On')),
      ccs_begunon: readOnly(time('Begun On')),
      ccs_leaseduntil: readOnly(time('Leased Until')),
      ccs_waitingsince: readOnly(time('Waiting Since')),
      ccs_message: readOnly(memo('Message', 2000)),
      ...stateColumns,
      ...createdAndModified('ccs_devicejobbatch'),
    },
  },
} as const satisfies Record<string, Entity>;
