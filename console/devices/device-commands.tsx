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
import type { Body, WebApi } from '../api/web-api';
import { useServices } from '../app/service';
import { SendCommandDialog } from '../commands/send-command-dialog';
import type { ListCommandProps, Selection } from '../lists/list-description';
import { useMay } from '../session/viewer';
import { Command } from '../parts/command-bar';
import { ImportDialog } from './import-dialog';
import { PlanDialog } from './plan-dialog';
import { RunningJobs } from './running-jobs';

/** An action on many devices. */
interface BulkAction {
  action: ActionName;
  name: string;
  icon: ReactElement;
  /** Asked before it is done, with what would happen as the service foresees it. */
  question?: string;
  /** How many devices one call may name. */
  most: number;
  /** Said when the service has taken it. */
  taken: string;
}

/** What the service takes in one call: where a job does the work, and where the call itself does. */
const inJob = 20_000;
const atOnce = 1_000;

const bulkActions: readonly BulkAction[] = [
  {
    action: 'msdyn_RegisterIoTDevice',
    name: 'Register',
    icon: <PlugConnectedRegular />,
    question: 'The devices get an identity in the hub, with which they can connect.',
    most: inJob,
    taken: 'Registration was asked for. The devices are In Progress until the hub has answered.',
  },
  {
    action: 'ccs_UnregisterIoTDevice',
    name: 'Unregister',
    icon: <PlugDisconnectedRegular />,
    most: inJob,
    question: 'The identities of these devices are removed from the hub: they cannot connect any more.',
    taken: 'The removal from the hub was asked for.',
  },
  {
    action: 'ccs_ActivateIoTDevice',
    name: 'Activate',
    icon: <PlayRegular />,
    question: 'The hub lets these devices in again.',
    most: inJob,
    taken: 'The devices are let in again as soon as the hub has answered.',
  },
  {
    action: 'ccs_DeactivateIoTDevice',
    name: 'Deactivate',
    icon: <PauseRegular />,
    most: inJob,
    question: 'The hub lets these devices in no more until they are activated; their keys stay.',
    taken: 'The devices are shut out as soon as the hub has answered.',
  },
  {
    action: 'msdyn_PullDataForIoTDevice',
    name: 'Pull Device Data',
    icon: <ArrowDownloadRegular />,
    most: atOnce,
    taken: 'Device data was asked for; it appears under Device Data.',
  },
  {
    action: 'msdyn_IoTSendTestAlert',
    name: 'Send Test Alert',
    icon: <AlertRegular />,
    most: atOnce,
    taken: 'A test alert was sent for each device; it opens no case.',
  },
];

/** What can be done with the marked devices; also on a device's own form. */
export function DeviceCommands({ selection, reload }: ListCommandProps<'msdyn_iotdevice'>) {
  const { api, notices } = useServices();
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
        <PlanDialog
          title={`${asking.name}: ${selection.words}?`}
          action={asking.name}
          dryRun={async () => act(api, asking, await selection.ids(), { DryRun: true })}
          onConfirm={() => {
            run(asking);
            setAsking(undefined);
          }}
          onCancel={() => setAsking(undefined)}
        >
          {asking.question}
        </PlanDialog>
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
  return (bulk: BulkAction): void => {
    const run = async () => {
      await act(api, bulk, await selection.ids());
      notices.tell('success', bulk.taken);
      reload();
    };
    run().catch((error: unknown) => notices.tell('error', wordsOf(error)));
  };
}

/** Calls the action for all of these, as many at a time as it takes. Answers the outcomes of all. */
async function act(api: WebApi, { action, most }: BulkAction, ids: readonly string[], more: Body = {}) {
  const Outcomes: unknown[] = [];
  for (let from = 0; from < ids.length; from += most) {
    const answer = await api.act(action, { IoTDeviceIds: ids.slice(from, from + most).join(','), ...more });
    Outcomes.push(...((answer['Outcomes'] as unknown[] | undefined) ?? []));
  }
  return { Outcomes };
}
