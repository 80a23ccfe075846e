/** @file Something that is fetched, may fail, and can be fetched again. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useCallback, useEffect } from "preact/hooks";

/** What is known of a resource. Old data stays while new is on its way or could not be had. */
export interface Resource<T> {
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly loading: boolean;
}

/**
 * Fetches when a component appears and whenever `identity` changes.
 *
 * @param identity - Says what is asked for; another identity is another thing, whose old data is of no use.
 * @returns The resource, and a function that fetches again.
 */
export function useResource<T>(
  identity: string,
  load: (signal: AbortSignal) => Promise<T>,
): [ReadonlySignal<Resource<T>>, () => void, (data: T) => void] {
  const state = useSignal<Resource<T>>({ data: undefined, error: undefined, loading: true });
  const fetchNow = useCallback(
    (keep: boolean, abort: AbortSignal): void => {
      state.value = { data: keep ? state.peek().data : undefined, error: undefined, loading: true };
      load(abort).then(
        (data) => {
          if (!abort.aborted) state.value = { data, error: undefined, loading: false };
        },
        (error: unknown) => {
          if (abort.aborted) return;
          const problem = error instanceof Error ? error : new Error(String(error));
          state.value = { data: state.peek().data, error: problem, loading: false };
        },
      );
    },
    [identity],
  );
  useEffect(() => {
    const controller = new AbortController();
    fetchNow(false, controller.signal);
    return () => controller.abort();
  }, [identity]);
  const again = useCallback(() => fetchNow(true, new AbortController().signal), [fetchNow]);
  const set = useCallback(
    (data: T): void => {
      state.value = { data, error: undefined, loading: false };
    },
    [identity],
  );
  return [state, again, set];
}
