import { Button, MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { Component } from 'react';
import type { ReactNode } from 'react';
import { wordsOf } from '../api/api-error';

/**
 * Shows what went wrong in place of a page that could not be drawn or loaded; the rest of the console stays. React
 * offers this to classes only.
 */
export class CrashScreen extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>This page cannot be shown</MessageBarTitle>
          {wordsOf(this.state.error)}
        </MessageBarBody>
        <Button onClick={() => window.location.reload()}>Load it again</Button>
      </MessageBar>
    );
  }
}
