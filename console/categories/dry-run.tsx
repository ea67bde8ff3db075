import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { BeakerRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import type { Rule } from '../../shared/domain/rules';
import type { Alert, DeviceCategory } from '../../shared/model/entities';
import { wordsOf } from '../api/api-error';
import { useApi } from '../app/service';
import { recentAlerts } from './recent-alerts';
import type { Recent } from './recent-alerts';
import { tryRules } from './trial';

/** Tries the rules, as they stand in the form, on the alerts of the last 24 hours. Nothing is written. */
export function DryRun({ category, rules }: { category: DeviceCategory; rules: readonly Rule[] }) {
  const api = useApi();
  const [recent, setRecent] = useState<Recent<Alert>>();
  const [note, setNote] = useState<string>();
  const id = category.msdyn_iotdevicecategoryid;
  useEffect(() => setRecent(undefined), [id]);
  if (!id) return null;
  const read = () => {
    setNote('Reading the alerts of the last 24 hours …');
    recentAlerts(api, id, new Date(Date.now() - 24 * 3_600_000)).then(
      (found) => {
        setRecent(found);
        setNote(undefined);
      },
      (error: unknown) => setNote(wordsOf(error)),
    );
  };
  return (
    <>
      <Button icon={<BeakerRegular />} onClick={read}>
        Try these rules on the last 24 hours
      </Button>
      {note !== undefined && <p role="status">{note}</p>}
      {recent && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{outcome(recent, rules, category.ccs_response)}</MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

function outcome({ alerts, complete }: Recent<Alert>, rules: readonly Rule[], response: number | null | undefined) {
  const trial = tryRules(alerts, rules, response);
  const looked = complete ? 'the last 24 hours' : `the newest ${trial.alerts} alerts of the last 24 hours`;
  return (
    `With these rules ${looked} would have opened ${trial.keptTickets} cases and work orders, not ${trial.tickets}, ` +
    `from ${trial.kept} alerts, not ${trial.alerts}. ` +
    'Telemetry that raised no alert is not kept, so what looser rules would add is not counted.'
  );
}
