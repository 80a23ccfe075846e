/** @file Asks for the token when the server wants one and this browser's session is over. The address stays: one goes on where one was. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { signIn } from "../client/sign-in.ts";
import { Empty } from "./notice.tsx";

/** The form. */
export function SignInNotice(): JSX.Element {
  const refused = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  useEffect(() => {
    document.title = "Sign in · trainlog";
  }, []);
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const token = new FormData(form).get("token");
    if (typeof token !== "string" || busy.peek()) return;
    busy.value = true;
    refused.value = await signIn(token.trim(), (input, init) => window.fetch(input, init));
    busy.value = false;
    if (refused.value === undefined) window.location.reload();
  };
  return (
    <Empty title="This server asks for its token" wholePage>
      <p>
        From whoever runs this server: the value of its <code>TRAINLOG_TOKEN</code>, or one made by{" "}
        <code>trainlog token create</code>.
      </p>
      <form
        class="sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <input type="password" name="token" aria-label="Token" autocomplete="current-password" required />
        <button type="submit" class="button button-primary" disabled={busy.value}>
          Sign in
        </button>
      </form>
      <p role="alert">{refused.value}</p>
    </Empty>
  );
}
