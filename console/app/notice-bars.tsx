import { Button, MessageBar, MessageBarActions, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { useSyncExternalStore } from 'react';
import { useServices } from './service';

const useStyles = makeStyles({
  bars: { display: 'grid', gap: '4px', marginBottom: '8px', ':empty': { display: 'none' } },
});

/** The notices above the page; screen readers hear them. A service that cannot be reached is told of until it answers. */
export function NoticeBars() {
  const { notices, connection } = useServices();
  const all = useSyncExternalStore(notices.subscribe, notices.now);
  const { reachable } = useSyncExternalStore(connection.subscribe, connection.now);
  const styles = useStyles();
  return (
    <div className={styles.bars} role="status" aria-live="polite">
      {!reachable && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            The service cannot be reached. What you see may be old; it is asked again by itself.
          </MessageBarBody>
        </MessageBar>
      )}
      {all.map(({ id, intent, words }) => (
        <MessageBar key={id} intent={intent} layout="multiline">
          <MessageBarBody>{words}</MessageBarBody>
          <MessageBarActions
            containerAction={
              <Button
                appearance="transparent"
                aria-label="Dismiss this message"
                icon={<DismissRegular />}
                onClick={() => notices.dismiss(id)}
              />
            }
          />
        </MessageBar>
      ))}
    </div>
  );
}
