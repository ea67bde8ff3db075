import { Spinner, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { wordsOf } from '../api/api-error';
import { ConfirmDialog } from '../parts/confirm-dialog';
import { Refusal } from '../parts/refusal';
import { foreseenIn } from './foreseen';
import type { Foreseen } from './foreseen';

const useStyles = makeStyles({
  plan: { display: 'grid', gap: '8px', margin: '8px 0 0', paddingLeft: '20px' },
  reason: { color: tokens.colorNeutralForeground2 },
});

/** Beyond so many reasons the rest is added up. */
const mostShown = 8;

interface PlanProps {
  title: string;
  action: string;
  /** Asks for what would happen; changes nothing. */
  dryRun: () => Promise<Readonly<Record<string, unknown>>>;
  children?: ReactNode;
  onConfirm: () => void;
  onCancel: () => void;
}

type Plan = { kind: 'asking' } | { kind: 'foreseen'; all: Foreseen[] } | { kind: 'refused'; words: string };

/** A question before something is done to many devices, with what would happen to them, as the service foresees it. */
export function PlanDialog({ title, action, dryRun, children, onConfirm, onCancel }: PlanProps) {
  const [plan, setPlan] = useState<Plan>({ kind: 'asking' });
  const [ask] = useState(() => dryRun);
  useEffect(() => {
    let wanted = true;
    ask().then(
      (answer) => wanted && setPlan({ kind: 'foreseen', all: foreseenIn(answer) }),
      (error: unknown) => wanted && setPlan({ kind: 'refused', words: wordsOf(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [ask]);
  return (
    <ConfirmDialog
      title={title}
      action={action}
      disabled={plan.kind === 'asking'}
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      {children}
      {plan.kind === 'asking' && <Spinner label="Looking at what would happen" />}
      {plan.kind === 'refused' && <Refusal words={`What would happen cannot be said: ${plan.words}`} />}
      {plan.kind === 'foreseen' && <Lines all={plan.all} />}
    </ConfirmDialog>
  );
}

function Lines({ all }: { all: readonly Foreseen[] }) {
  const styles = useStyles();
  if (all.length === 0) return <p>There is nothing to do.</p>;
  const rest = all.slice(mostShown).reduce((sum, { devices }) => sum + devices, 0);
  return (
    <ul className={styles.plan} aria-label="What would happen">
      {all.slice(0, mostShown).map(({ outcome, reason, devices }) => (
        <li key={`${outcome}: ${reason}`}>
          <strong>
            {devices.toLocaleString()} {outcome}
          </strong>{' '}
          <span className={styles.reason}>{reason}</span>
        </li>
      ))}
      {rest > 0 && <li>{rest.toLocaleString()} for other reasons</li>}
    </ul>
  );
}
