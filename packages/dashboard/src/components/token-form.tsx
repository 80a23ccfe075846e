/** @file Asks for the token of a protected server. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useApp } from "../state/app.ts";

/** The form in the place of a page that the server does not show without a token. */
export function TokenForm(): JSX.Element {
  const { preferences, locked } = useApp();
  const token = useSignal("");
  const unlock = (event: SubmitEvent): void => {
    event.preventDefault();
    preferences.setToken(token.value.trim());
    locked.value = false;
  };
  return (
    <form class="token-form" onSubmit={unlock}>
      <h1>This server asks for a token</h1>
      <p>
        It is the value of <code>$TRAINLOG_TOKEN</code> on the machine that runs <code>trainlog serve</code>.
        {preferences.token.value !== undefined && " The one that this browser remembers is not it."}
      </p>
      <label>
        Token
        <input
          type="password"
          autocomplete="current-password"
          required
          value={token.value}
          onInput={(event) => {
            token.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit" class="button button-primary">
        Open
      </button>
    </form>
  );
}
