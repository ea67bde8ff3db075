import { Button, Popover, PopoverSurface, PopoverTrigger } from '@fluentui/react-components';
import type { Alert } from '../../shared/model/entities';
import { EmbeddedList } from '../lists/embedded-list';

/** How often a primary alert was repeated; opened, the repeats themselves, read only then. */
export function Hierarchy({ alert }: { alert: Alert }) {
  const count = alert.ccs_duplicatecount ?? 0;
  if (count === 0) return <>0</>;
  return (
    <Popover trapFocus withArrow>
      <PopoverTrigger disableButtonEnhancement>
        <Button
          size="small"
          appearance="outline"
          aria-label={`${count} duplicates of ${alert.msdyn_description ?? ''}`}
        >
          {count}
        </Button>
      </PopoverTrigger>
      <PopoverSurface aria-label="Duplicates">
        <Duplicates id={alert.msdyn_iotalertid!} />
      </PopoverSurface>
    </Popover>
  );
}

/** The alerts under a primary alert, newest first. */
export function Duplicates({ id }: { id: string }) {
  return (
    <EmbeddedList
      label="Duplicates"
      filter={`_msdyn_parentalert_value eq ${id}`}
      list={{
        table: 'msdyn_iotalert',
        columns: ['msdyn_description', 'msdyn_alerttime', 'ccs_reading', 'ccs_threshold'],
        empty: 'This alert was not repeated.',
      }}
    />
  );
}
