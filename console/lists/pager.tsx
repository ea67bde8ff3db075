import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ChevronLeftRegular, ChevronRightRegular } from '@fluentui/react-icons';
import type { EntityName } from '../../shared/model/entities';
import type { ListState } from './use-list';

const useStyles = makeStyles({
  pager: {
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    padding: '6px 12px',
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
  },
});

/** How many records are shown, and the way to the others. */
export function Pager<N extends EntityName>({ state: { page, number, turn, leaving } }: { state: ListState<N> }) {
  const styles = useStyles();
  const shown = page?.records.length ?? 0;
  const isOnly = number === 1 && page?.next === undefined;
  const words = `${shown} ${shown === 1 ? 'record' : 'records'}`;
  if (isOnly) return <div className={styles.pager}>{words}</div>;
  return (
    <nav className={styles.pager} aria-label="Pages">
      <Button
        size="small"
        icon={<ChevronLeftRegular />}
        disabled={number === 1}
        disabledFocusable={leaving}
        onClick={() => turn('previous')}
      >
        Previous
      </Button>
      <span aria-live="polite">
        Page {number}, {words}
      </span>
      <Button
        size="small"
        icon={<ChevronRightRegular />}
        iconPosition="after"
        disabled={page?.next === undefined}
        disabledFocusable={leaving}
        onClick={() => turn('next')}
      >
        Next
      </Button>
    </nav>
  );
}
