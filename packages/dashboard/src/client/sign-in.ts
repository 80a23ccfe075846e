/** @file Exchanges a token for a session, which is a cookie that scripts cannot read. */

/**
 * Signs in.
 *
 * @returns Undefined when it worked, else why it did not, in words.
 */
export async function signIn(token: string, fetchIt: typeof fetch): Promise<string | undefined> {
  try {
    const body = new URLSearchParams({ token });
    // The answer to a right token leads to another page, which is not wanted here.
    const answer = await fetchIt("/sign-in", { method: "POST", body, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.ok) return undefined;
    if (answer.status === 401) return "That is not the token of this server.";
    return `The server refused with status ${answer.status}.`;
  } catch {
    return "The trainlog server does not answer. Is it still running?";
  }
}
