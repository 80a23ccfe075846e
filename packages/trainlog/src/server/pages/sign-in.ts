/** @file The sign-in page of a server with a token: a form without script, which exchanges the token for a cookie. */
import { TrainlogError } from "../../run/error.ts";
import type { Callers } from "../access/caller.ts";
import { PAGE_POLICY } from "../access/headers.ts";
import { NO_SESSION_COOKIE, sessionCookie } from "../access/token.ts";
import { readBody, requireType } from "../request/body.ts";

/** Largest sign-in form, in bytes. */
const MAX_FORM_BYTES = 16_384;

/** The page that asks for the token. */
export function signInPage(status = 200, note = ""): Response {
  return htmlPage(
    "Sign in · trainlog",
    `<h1>trainlog</h1>
<form method="post" action="/sign-in">
  <p><label for="token">Token (from whoever runs this server: its <code>TRAINLOG_TOKEN</code>, or one made by <code>trainlog token create</code>)</label></p>
  <p><input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
  <button type="submit">Sign in</button></p>
  <p role="alert">${note}</p>
</form>`,
    status,
  );
}

/**
 * Takes the form, sets the cookie and leads to the dashboard.
 *
 * @throws TrainlogError `server/no-sign-in` (404) when the server asks for no token.
 */
export async function takeSignIn(request: Request, callers: Callers): Promise<Response> {
  if (!callers.isTokenRequired)
    throw new TrainlogError("server/no-sign-in", "this server asks for no token", { status: 404 });
  requireType(request, ["application/x-www-form-urlencoded"]);
  const form = new URLSearchParams(new TextDecoder().decode(await readBody(request, { maxBytes: MAX_FORM_BYTES })));
  const session = callers.sessionFor(form.get("token")?.trim() ?? "");
  if (session === undefined) return signInPage(401, "That is not the token of this server.");
  const secure = new URL(request.url).protocol === "https:" || request.headers.get("x-forwarded-proto") === "https";
  return new Response(null, { status: 303, headers: { location: "/", "set-cookie": sessionCookie(session, secure) } });
}

/** Ends the session of a browser. */
export function takeSignOut(): Response {
  return new Response(null, { status: 303, headers: { location: "/sign-in", "set-cookie": NO_SESSION_COOKIE } });
}

/** A small page without script. `body` is HTML that trainlog wrote: nothing from outside may come into it. */
export function htmlPage(title: string, body: string, status: number): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 15vh auto 0; padding: 0 1rem; }
input, button { font: inherit; padding: 0.4rem 0.6rem; }
</style>
${body}
</html>
`;
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": PAGE_POLICY,
    "cache-control": "no-store",
  };
  return new Response(html, { status, headers });
}
