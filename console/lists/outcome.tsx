import { MessageBar, MessageBarBody, Skeleton, SkeletonItem, makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { EntityName } from '../../shared/model/entities';
import type { ListState } from './use-list';

const useStyles = makeStyles({
  lines: { display: 'grid', gap: '12px', padding: '12px', backgroundColor: tokens.colorNeutralBackground1 },
  empty: { padding: '24px', color: tokens.colorNeutralForeground2, backgroundColor: tokens.colorNeutralBackground1 },
});

/** What a list shows: that it is loading, why it cannot, that there is nothing, or its records. */
export function Outcome<N extends EntityName>({
  state: { page, problem },
  empty,
  children,
}: {
  state: Pick<ListState<N>, 'page' | 'problem'>;
  empty: string;
  children: ReactNode;
}) {
  const styles = useStyles();
  if (problem !== undefined) {
    return (
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>{problem}</MessageBarBody>
      </MessageBar>
    );
  }
  if (!page) {
    return (
      <Skeleton className={styles.lines} aria-label="Loading">
        {Array.from({ length: 6 }, (_, line) => (
          <SkeletonItem key={line} />
        ))}
      </Skeleton>
    );
  }
  if (page.records.length === 0 && page.next === undefined) return <p className={styles.empty}>{empty}</p>;
  return children;
}
