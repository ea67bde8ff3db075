import { Button, makeStyles } from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';

const useStyles = makeStyles({
  bar: { display: 'flex', flexWrap: 'wrap', gap: '4px', padding: '4px 0' },
});

/** What can be done here: ordinary buttons in a row, each reached by Tab. */
export function CommandBar({ children }: { children: ReactNode }) {
  return (
    <div className={useStyles().bar} role="group" aria-label="Commands">
      {children}
    </div>
  );
}

interface CommandProps {
  icon: ReactElement;
  children: string;
  disabled?: boolean;
  /** The one that is likely meant. */
  primary?: boolean;
  onClick: () => void;
}

export function Command({ icon, children, disabled = false, primary = false, onClick }: CommandProps) {
  return (
    <Button
      size="small"
      appearance={primary ? 'primary' : 'subtle'}
      icon={icon}
      disabled={disabled}
      onClick={() => onClick()}
    >
      {children}
    </Button>
  );
}
