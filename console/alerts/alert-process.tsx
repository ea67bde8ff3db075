import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { alertState, alertStatus } from '../../shared/model/choices';
import type { Alert } from '../../shared/model/entities';
import { wordsOf } from '../api/api-error';
import { placeOf } from '../app/areas';
import { useServices } from '../app/service';
import { useMay } from '../session/viewer';
import { SendCommandDialog } from '../commands/send-command-dialog';
import type { FormPartProps } from '../forms/form-description';
import { reasonInWords } from '../records/format';
import { stagesOf } from './stages';
import type { Stage } from './stages';

const useStyles = makeStyles({
  process: {
    display: 'grid',
    gap: '12px',
    padding: '16px',
    marginBottom: '12px',
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusMedium,
  },
  stages: { display: 'flex', flexWrap: 'wrap', gap: '4px', listStyle: 'none', margin: 0, padding: 0 },
  stage: {
    flex: '1 1 110px',
    padding: '6px 12px',
    borderBottom: `4px solid ${tokens.colorNeutralStrokeAccessible}`,
  },
  done: { borderBottomColor: tokens.colorPaletteGreenBorderActive, fontWeight: tokens.fontWeightSemibold },
  failed: { borderBottomColor: tokens.colorPaletteRedBorderActive, fontWeight: tokens.fontWeightSemibold },
  next: { borderBottomColor: tokens.colorBrandStroke1 },
  progress: { fontSize: tokens.fontSizeBase200, fontWeight: tokens.fontWeightRegular },
  reason: { margin: 0 },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
});

const words: Readonly<Record<Stage['progress'], string>> = {
  done: 'Done',
  failed: 'Failed',
  next: 'Next',
  open: 'Not yet',
  skipped: 'Left out',
};

/** The business process bar of an alert: where it stands, why, and the buttons that bring it further. */
export function AlertProcess({ record, reload, dirty, change }: FormPartProps<'msdyn_iotalert'>) {
  const styles = useStyles();
  const { notices } = useServices();
  const may = useMay();
  const [sending, setSending] = useState(false);
  const convert = useConversion(record, reload);
  const isPrimary = (record._msdyn_parentalert_value ?? null) === null;
  const isOpen = record.statecode === alertState.Active || record.statecode === alertState.InProgress;
  const close = () =>
    void change({ statecode: alertState.Closed, statuscode: alertStatus.Closed }).catch((error: unknown) =>
      notices.tell('error', wordsOf(error)),
    );
  return (
    <section className={styles.process} aria-label="Process">
      <ol className={styles.stages}>
        {stagesOf(record).map(({ name, progress }) => (
          <li
            key={name}
            className={mergeClasses(styles.stage, progress in styles && styles[progress as 'done' | 'failed' | 'next'])}
          >
            {name} <div className={styles.progress}>{words[progress]}</div>
          </li>
        ))}
      </ol>
      <p className={styles.reason}>{reasonInWords(record.ccs_reason)}</p>
      {isOpen && (
        <div className={styles.buttons}>
          {may.write('create', 'msdyn_iotdevicecommand') && (
            <Button disabled={dirty} onClick={() => setSending(true)}>
              Send Command
            </Button>
          )}
          {isPrimary && !record._msdyn_case_value && may.act('ccs_CreateCase') && (
            <Button disabled={dirty} onClick={() => convert('ccs_CreateCase')}>
              Create Case
            </Button>
          )}
          {isPrimary && !record._msdyn_workorder_value && may.act('ccs_CreateWorkOrder') && (
            <Button disabled={dirty} onClick={() => convert('ccs_CreateWorkOrder')}>
              Create Work Order
            </Button>
          )}
          {may.write('update', 'msdyn_iotalert') && (
            <Button disabled={dirty} onClick={close}>
              Close Alert
            </Button>
          )}
        </div>
      )}
      {sending && (
        <SendCommandDialog
          devices={deviceOf(record)}
          alert={record.msdyn_iotalertid!}
          onClose={() => {
            setSending(false);
            reload();
          }}
        />
      )}
    </section>
  );
}

function deviceOf({ _msdyn_device_value: id, msdyn_deviceid: deviceId }: Alert) {
  return { words: deviceId ?? 'no device', ids: async () => (id ? [id] : []) };
}

/** Opens a case or a work order for the alert, and leads there. */
function useConversion({ msdyn_iotalertid: id }: Alert, reload: () => void) {
  const { api, locations, notices } = useServices();
  return (action: 'ccs_CreateCase' | 'ccs_CreateWorkOrder'): void => {
    api.act(action, {}, id!).then(
      ({ incidentid, msdyn_workorderid: workOrder }) =>
        locations.go(
          placeOf(action === 'ccs_CreateCase' ? 'incident' : 'msdyn_workorder', String(incidentid ?? workOrder))!,
        ),
      (error: unknown) => {
        notices.tell('error', wordsOf(error));
        reload();
      },
    );
  };
}
