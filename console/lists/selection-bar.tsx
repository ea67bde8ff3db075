import { Link, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import type { EntityName } from '../../shared/model/entities';
import type { Marks } from './use-selection';

/** What is marked beyond what can be seen: commands are for all of it. */
export function SelectionBar<N extends EntityName>({ marks, goesOn }: { marks: Marks<N>; goesOn: boolean }) {
  const { elsewhere, wholeView, words } = marks;
  if (!goesOn && elsewhere === 0) return null;
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        Selected: {words}
        {elsewhere > 0 && `, ${elsewhere} of them not shown here`}.
      </MessageBarBody>
      <MessageBarActions>
        {goesOn && !wholeView && (
          <Link as="button" onClick={marks.markView}>
            Select all records of this view
          </Link>
        )}
        <Link as="button" onClick={marks.clear}>
          Clear the selection
        </Link>
      </MessageBarActions>
    </MessageBar>
  );
}
