/** @file Catches what a page throws while it is drawn: the frame stays, the fault is told, and another page is a new beginning. */
import { Component, type ComponentChildren, type ErrorInfo, type JSX } from "preact";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icons.tsx";

interface BoundaryProps {
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly error: Error | undefined;
}

/** Give it a `key` of the page, so that a fault does not outlive the page that has it. */
export class ErrorBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined };

  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: unknown, _info: ErrorInfo): void {
    // The browser keeps it with a stack that leads to the source, as for any fault that nothing caught.
    reportError(error);
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    return error === undefined ? (
      this.props.children
    ) : (
      <Fault error={error} onRetry={() => this.setState({ error: undefined })} />
    );
  }
}

function Fault({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }): JSX.Element {
  const report = `${error.stack ?? error.message}\n${location.pathname}${location.search}\n${navigator.userAgent}`;
  return (
    <div class="fault">
      <div class="notice notice-error" role="alert">
        <Icon name="warning" />
        <div>
          <p>
            <strong>This page has a fault.</strong> Your runs are not touched by it. {error.message}
          </p>
          <details>
            <summary>Details for a bug report</summary>
            <pre class="stack" tabIndex={0}>
              {report}
            </pre>
          </details>
          <div class="notes-actions">
            <button type="button" class="button" onClick={onRetry}>
              Try again
            </button>
            <CopyButton label="Copy details" text={() => report}>
              Copy details
            </CopyButton>
            <a class="button" href="/">
              All runs
            </a>
          </div>
        </div>
      </div>
    </div>
  );
}
