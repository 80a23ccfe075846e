/** @file Security headers of every answer. */

/**
 * Content policy of the dashboard's pages: everything from this server alone, no inline script. Inline styles are allowed, because charts and virtual
 * rows place themselves by style attributes.
 */
export const PAGE_POLICY: string = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Content policy of everything that a run brought along: shown, never run. */
export const SANDBOX_POLICY = "sandbox; default-src 'none'";

/** Adds the headers that every answer carries; a content policy that the answer has already is kept. */
export function addSecurityHeaders(headers: Headers): void {
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  headers.set("x-frame-options", "DENY");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", SANDBOX_POLICY);
}
