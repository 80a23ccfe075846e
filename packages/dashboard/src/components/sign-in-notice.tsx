/** @file What a page says when the server wants a token and this browser's session is over. */
import type { JSX } from "preact";
import { Empty } from "./notice.tsx";

/** Leads to the server's sign-in page, which exchanges the token for a cookie that scripts cannot read. */
export function SignInNotice(): JSX.Element {
  return (
    <Empty title="This server asks for its token">
      <p>
        It is the value of <code>TRAINLOG_TOKEN</code> on the machine that runs <code>trainlog serve</code>.
      </p>
      <a class="button" href="/sign-in">
        Sign in
      </a>
    </Empty>
  );
}
