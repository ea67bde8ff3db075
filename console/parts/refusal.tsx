import { MessageBar, MessageBarBody } from '@fluentui/react-components';

/** Why something was not done, in the service's words. */
export function Refusal({ words }: { words: string }) {
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>{words}</MessageBarBody>
    </MessageBar>
  );
}
