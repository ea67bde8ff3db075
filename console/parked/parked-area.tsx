import { makeStyles } from '@fluentui/react-components';
import type { EntityRecord } from '../../shared/model/entities';
import type { PageProps } from '../app/page-props';
import { Area } from '../forms/area';
import type { FormDescription } from '../forms/form-description';
import type { ListDescription } from '../lists/list-description';
import { ReplayCommand, ReplayCommands } from './replay-commands';

const list: ListDescription<'ccs_parkedmessage'> = {
  table: 'ccs_parkedmessage',
  path: 'parked',
  views: [{ key: 'all', name: 'Parked Messages' }],
  columns: ['ccs_detail', 'ccs_parkedreason', 'msdyn_deviceid', 'ccs_enqueuedtime'],
  searchIn: ['ccs_detail', 'msdyn_deviceid'],
  commands: ReplayCommands,
  usableBy: (may) => may.act('ccs_ReplayParkedMessages'),
  empty: 'No message is parked.',
  refreshEvery: 10_000,
};

const form: FormDescription<'ccs_parkedmessage'> = {
  table: 'ccs_parkedmessage',
  path: 'parked',
  facts: ['ccs_parkedreason', 'ccs_enqueuedtime'],
  sections: [
    { title: 'Why it was parked', fields: ['ccs_detail', 'ccs_parkedreason', 'msdyn_deviceid'] },
    {
      title: 'Where it comes from',
      fields: ['ccs_hub', 'ccs_partition', 'ccs_sequencenumber', 'ccs_itemindex', 'ccs_enqueuedtime'],
    },
  ],
  tabs: [{ key: 'body', name: 'Message', Content: MessageBody }],
  commands: ReplayCommand,
  deletable: true,
};

const useStyles = makeStyles({ body: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } });

/** The message as it came. */
function MessageBody({ record }: { record: EntityRecord<'ccs_parkedmessage'> }) {
  const styles = useStyles();
  if (!record.ccs_body) return <p>The message was empty.</p>;
  return (
    <>
      {record.ccs_bodyencoding === 'base64' && <p>It is not text; this is its Base64 form.</p>}
      <pre className={styles.body}>{record.ccs_body}</pre>
    </>
  );
}

export function ParkedArea({ id }: PageProps) {
  return <Area list={list} form={form} id={id} />;
}
