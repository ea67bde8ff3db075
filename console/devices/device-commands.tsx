import {
  AlertRegular,
  ArrowDownloadRegular,
  ArrowImportRegular,
  PauseRegular,
  PlayRegular,
  PlugConnectedRegular,
  PlugDisconnectedRegular,
  SendRegular,
} from '@fluentui/react-icons';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ActionName } from '../../shared/model/actions';
import { wordsOf } from '../api/api-error';
import { useServices } from '../app/service';
import { SendCommandDialog } from '../commands/send-command-dialog';
import type { ListCommandProps, Selection } from '../lists/list-description';
import { useMay } from '../session/viewer';
import { Command } from '../parts/command-bar';
import { ConfirmDialog } from '../parts/confirm-dialog';
import { ImportDialog } from './import-dialog';
import { RunningJobs } from './running-jobs';

/** An action on many devices. */
interface BulkAction {
  action: ActionName;
  name: string;
  icon: ReactElement;
  /** Asked before it is done. */
  question?: string;
  /** Said when the service has taken it. */
  taken: string;
}

const bulkActions: readonly BulkAction[] = [
  {
    action: 'msdyn_RegisterIoTDevice',
    name: 'Register',
    icon: <PlugConnectedRegular />,
    taken: 'Registration was asked for. The devices are In Progress until the hub has answered.',
  },
  {
    action: 'ccs_UnregisterIoTDevice',
    name: 'Unregister',
    icon: <PlugDisconnectedRegular />,
    question: 'The identities of these devices are removed from the hub: they cannot connect any more.',
    taken: 'The removal from the hub was asked for.',
  },
  {
    action: 'ccs_ActivateIoTDevice',
    name: 'Activate',
    icon: <PlayRegular />,
    taken: 'The devices are let in again as soon as the hub has answered.',
  },
  {
    action: 'ccs_DeactivateIoTDevice',
    name: 'Deactivate',
    icon: <PauseRegular />,
    question: 'The hub lets these devices in no more until they are activated; their keys stay.',
    taken: 'The devices are shut out as soon as the hub has answered.',
  },
  {
    action: 'msdyn_PullDataForIoTDevice',
    name: 'Pull Device Data',
    icon: <ArrowDownloadRegular />,
    taken: 'Device data was asked for; it appears under Device Data.',
  },
  {
    action: 'msdyn_IoTSendTestAlert',
    name: 'Send Test Alert',
    icon: <AlertRegular />,
    taken: 'A test alert was sent for each device; it opens no case.',
  },
];

/** What can be done with the marked devices; also on a device's own form. */
export function DeviceCommands({ selection, reload }: ListCommandProps<'msdyn_iotdevice'>) {
  const { notices } = useServices();
  const may = useMay();
  const [asking, setAsking] = useState<BulkAction>();
  const [dialog, setDialog] = useState<'import' | 'command'>();
  const run = useBulkAction(selection, reload);
  const none = !selection.any;
  return (
    <>
      {bulkActions
        .filter(({ action }) => may.act(action))
        .map((bulk) => (
          <Command
            key={bulk.action}
            icon={bulk.icon}
            disabled={none}
            onClick={() => (bulk.question === undefined ? run(bulk) : setAsking(bulk))}
          >
            {bulk.name}
          </Command>
        ))}
      {may.write('create', 'msdyn_iotdevicecommand') && (
        <Command icon={<SendRegular />} disabled={none} onClick={() => setDialog('command')}>
          Send Command
        </Command>
      )}
      {may.act('ccs_ImportIoTDevices') && (
        <Command icon={<ArrowImportRegular />} onClick={() => setDialog('import')}>
          Import Devices
        </Command>
      )}
      <RunningJobs onFinished={reload} />
      {asking && (
        <ConfirmDialog
          title={`${asking.name}: ${selection.words}?`}
          action={asking.name}
          onConfirm={() => {
            run(asking);
            setAsking(undefined);
          }}
          onCancel={() => setAsking(undefined)}
        >
          {asking.question}
        </ConfirmDialog>
      )}
      {dialog === 'command' && <SendCommandDialog devices={selection} onClose={() => setDialog(undefined)} />}
      {dialog === 'import' && (
        <ImportDialog
          onClose={() => setDialog(undefined)}
          onStarted={(words) => {
            setDialog(undefined);
            notices.tell('success', words);
            reload();
          }}
        />
      )}
    </>
  );
}

function useBulkAction(selection: Selection<'msdyn_iotdevice'>, reload: () => void) {
  const { api, notices } = useServices();
  return ({ action, taken }: BulkAction): void => {
    const run = async () => {
      const ids = await selection.ids();
      await api.act(action, { IoTDeviceIds: ids.join(',') });
      notices.tell('success', taken);
      reload();
    };
    run().catch((error: unknown) => notices.tell('error', wordsOf(error)));
  };
}
