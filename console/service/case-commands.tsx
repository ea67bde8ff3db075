import { CheckmarkRegular } from '@fluentui/react-icons';
import { caseState, caseStatus } from '../../shared/model/choices';
import { wordsOf } from '../api/api-error';
import { useServices } from '../app/service';
import type { FormPartProps } from '../forms/form-description';
import { useMay } from '../session/viewer';
import { Command } from '../parts/command-bar';

/** A case is resolved, or opened again. */
export function CaseCommands({ record, dirty, change }: FormPartProps<'incident'>) {
  const { notices } = useServices();
  const may = useMay().write('update', 'incident');
  if (!may) return null;
  const isOpen = record.statecode === caseState.Active;
  const next = isOpen
    ? { statecode: caseState.Resolved, statuscode: caseStatus['Problem Solved'] }
    : { statecode: caseState.Active, statuscode: caseStatus['In Progress'] };
  return (
    <Command
      icon={<CheckmarkRegular />}
      disabled={dirty}
      onClick={() => void change(next).catch((error: unknown) => notices.tell('error', wordsOf(error)))}
    >
      {isOpen ? 'Resolve Case' : 'Reactivate Case'}
    </Command>
  );
}
