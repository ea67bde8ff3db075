import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';

/** A question before something is done that matters. Escape means no. */
export function ConfirmDialog({
  title,
  action,
  disabled = false,
  children,
  onConfirm,
  onCancel,
}: {
  title: string;
  /** Without one there is nothing to decide, only to read. */
  action?: string;
  disabled?: boolean;
  children: ReactNode;
  onConfirm?: () => void;
  onCancel: () => void;
}) {
  return (
    <Dialog open onOpenChange={(_event, { open }) => !open && onCancel()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{children}</DialogContent>
          <DialogActions>
            {action !== undefined && (
              <Button appearance="primary" disabled={disabled} onClick={onConfirm}>
                {action}
              </Button>
            )}
            <Button onClick={onCancel}>{action === undefined ? 'Close' : 'Cancel'}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
