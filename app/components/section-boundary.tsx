import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { ProblemAlert } from './problem-alert.tsx';

interface Props {
  /** What is missing while it cannot be shown: "The list of recipients". */
  name: string;
  children: ReactNode;
}

/** One part of a page that could not be drawn is one part: it says so and can be tried again, the rest of the page goes on. */
export class SectionBoundary extends Component<Props, { failed: boolean; tries: number }> {
  override state = { failed: false, tries: 0 };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    const { failed, tries } = this.state;
    if (!failed)
      return (
        <div key={tries} style={{ display: 'contents' }}>
          {this.props.children}
        </div>
      );
    return (
      <ProblemAlert
        kind="warning"
        title={`${this.props.name} cannot be shown`}
        actions={
          <Button variant="default" size="compact-sm" onClick={() => this.setState({ failed: false, tries: tries + 1 })}>
            Show it again
          </Button>
        }
      >
        Something in this browser got in the way, such as an extension that changes pages. Sending is not affected.
      </ProblemAlert>
    );
  }
}
