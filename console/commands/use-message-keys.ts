import { useEffect, useState } from 'react';
import { keysIn } from '../../shared/domain/command-message';
import type { MessageKeys } from '../../shared/domain/command-message';
import { iotSettings } from '../../shared/model/tables/settings';
import { wordsOf } from '../api/api-error';
import { useApi } from '../app/service';

/** Under which keys devices look for a command's name and parameters; undefined until the service has said so. */
export function useMessageKeys(onProblem: (words: string) => void): MessageKeys | undefined {
  const api = useApi();
  const [keys, setKeys] = useState<MessageKeys>();
  useEffect(() => {
    api.read('msdyn_iotsettings', iotSettings).then(
      (settings) => setKeys(keysIn(settings)),
      (error: unknown) => onProblem(wordsOf(error)),
    );
  }, [api, onProblem]);
  return keys;
}
