import { makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { commandStatus, registrationStatus } from '../../shared/model/choices';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { useApi, useServices } from '../app/service';
import { PlaceLink } from '../app/place-link';
import { useInterval } from '../parts/use-interval';
import { Parts } from './health-parts';

const useStyles = makeStyles({
  list: { display: 'flex', flexWrap: 'wrap', gap: '8px', margin: '0 0 16px' },
  tile: {
    flex: '1 1 160px',
    padding: '12px 16px',
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusMedium,
  },
  value: { margin: 0, fontSize: tokens.fontSizeBase500 },
});

interface Check {
  name: string;
  table: EntityName;
  filter?: string;
  to: string;
}

/** What an operator should see at once when it is not nothing. */
const checks: readonly Check[] = [
  { name: 'Parked messages', table: 'ccs_parkedmessage', to: 'parked' },
  {
    name: 'Devices in error',
    table: 'msdyn_iotdevice',
    filter: `msdyn_registrationstatus eq ${registrationStatus.Error}`,
    to: 'devices?view=in-error',
  },
  {
    name: 'Commands in error',
    table: 'msdyn_iotdevicecommand',
    filter: `msdyn_commandstatus eq ${commandStatus.Error}`,
    to: 'commands?view=in-error',
  },
];

/** Beyond this the exact number says nothing more. */
const most = 100;

/** How the stack is: whether it answers, how fast, and what waits for a person. */
export function Health() {
  const styles = useStyles();
  const { connection } = useServices();
  const { reachable, milliseconds } = useSyncExternalStore(connection.subscribe, connection.now);
  const counts = useCounts();
  return (
    <dl className={styles.list} aria-label="Health">
      <div className={styles.tile}>
        <dt>Service</dt>
        <dd className={styles.value}>{reachable ? `answers in ${milliseconds} ms` : 'does not answer'}</dd>
      </div>
      {checks.map(({ name, to }) => (
        <div key={name} className={styles.tile}>
          <dt>
            <PlaceLink to={to}>{name}</PlaceLink>
          </dt>
          <dd className={styles.value}>{counts.get(name) ?? '…'}</dd>
        </div>
      ))}
      <Parts />
    </dl>
  );
}

function useCounts(): ReadonlyMap<string, string> {
  const api = useApi();
  const [counts, setCounts] = useState<ReadonlyMap<string, string>>(new Map());
  const ask = () => {
    for (const { name, table, filter } of checks) {
      void api.list(table, { select: [entity(table).key], filter, top: most }).then(
        ({ records: { length } }) =>
          setCounts((before) => new Map(before).set(name, length < most ? String(length) : `${most} or more`)),
        () => undefined, // the tile beside says that the service does not answer
      );
    }
  };
  const first = useRef(ask);
  useEffect(() => first.current(), []);
  useInterval(ask, 10_000);
  return counts;
}
