import { Badge, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import type { ServiceHealth } from '../api/web-api';
import { useApi } from '../app/service';
import { useInterval } from '../parts/use-interval';

const useStyles = makeStyles({
  tile: {
    flex: '1 1 100%',
    padding: '12px 16px',
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusMedium,
  },
  value: { margin: 0 },
  list: { margin: 0, paddingLeft: '20px' },
});

const colours = { attention: 'warning', down: 'danger' } as const;

/** What of the service is not well, and what to do; one line when all is. */
export function Parts() {
  const styles = useStyles();
  const health = useHealth();
  if (!health) return null;
  const unwell = health.parts.filter(({ state }) => state === 'attention' || state === 'down');
  return (
    <div className={styles.tile}>
      <dt>Parts of the service, version {health.version}</dt>
      <dd className={styles.value}>
        {unwell.length === 0 ? `All of ${health.parts.length} are well` : <Unwell parts={unwell} />}
      </dd>
    </div>
  );
}

function Unwell({ parts }: Pick<ServiceHealth, 'parts'>) {
  const styles = useStyles();
  return (
    <ul className={styles.list}>
      {parts.map(({ part, state, says, do: advice }) => (
        <li key={part}>
          <Badge color={colours[state as keyof typeof colours]} appearance="tint">
            {state}
          </Badge>{' '}
          {part}: {says}. {advice}
        </li>
      ))}
    </ul>
  );
}

/** As it was when the service was asked last; undefined while it does not answer. */
function useHealth(): ServiceHealth | undefined {
  const api = useApi();
  const [health, setHealth] = useState<ServiceHealth>();
  const ask = () => void api.health().then(setHealth, () => setHealth(undefined)); // the tile of the service says that it does not answer
  const first = useRef(ask);
  useEffect(() => first.current(), []);
  useInterval(ask, 30_000);
  return health;
}
