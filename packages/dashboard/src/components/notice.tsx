/** @file Messages in the place of content, or above it. */
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icons.tsx";

/** Something went wrong, in words, with a way to try again. */
export function ErrorNotice({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }): JSX.Element {
  return (
    <div class="notice notice-error" role="alert">
      <Icon name="warning" />
      <p>{error.message}</p>
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Something that the viewer should know about what is shown. */
export function Warning({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="notice notice-warning" role="status">
      <Icon name="warning" />
      <div>{children}</div>
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  /** Whether it stands in the place of a page, whose heading it then is. */
  readonly wholePage?: boolean;
  readonly children?: ComponentChildren;
}

/** There is nothing to show, and what to do about it. */
export function Empty({ title, wholePage = false, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      {wholePage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}
