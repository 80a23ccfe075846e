/** @file Times as people read them. Dates are local and ISO-like, so that they sort by eye. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Formats a length of time in its two largest units: `3_723_000` → `"1h 02m"`. Negative lengths (a clock that jumped) read as 0. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < SECOND) return `${Math.round(ms)}ms`;
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${twoDigits((ms % MINUTE) / SECOND)}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${twoDigits((ms % HOUR) / MINUTE)}m`;
  return `${Math.floor(ms / DAY)}d ${twoDigits((ms % DAY) / HOUR)}h`;
}

/** Formats how long ago something was, in one unit: `"just now"`, `"5 min ago"`, `"3 days ago"`. */
export function formatAgo(wallMs: number, nowMs: number): string {
  const ms = nowMs - wallMs;
  if (ms < MINUTE) return "just now";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return plural(Math.floor(ms / HOUR), "hour");
  return plural(Math.floor(ms / DAY), "day");
}

/** Formats a moment as local date and time: `"2026-11-21 02:13"`. */
export function formatDateTime(wallMs: number): string {
  const date = new Date(wallMs);
  return `${formatDate(date)} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** Formats a moment as local time of day with milliseconds, for console lines: `"02:13:07.125"`. */
export function formatTimeOfDay(wallMs: number): string {
  const date = new Date(wallMs);
  const seconds = `${twoDigits(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}:${seconds}`;
}

/**
 * Formats ticks of a time axis, no finer than their distance: time of day, with the date where a day begins, or dates alone.
 *
 * @param ticks - Milliseconds since 1970, ascending, shape `[n]`.
 */
export function formatClock(ticks: readonly number[], distanceMs: number): string[] {
  return ticks.map((tick) => {
    const time = formatTimeOfDay(tick);
    if (distanceMs >= DAY) return formatDate(new Date(tick));
    if (time === "00:00:00.000") return formatDate(new Date(tick)).slice(5);
    if (distanceMs >= MINUTE) return time.slice(0, 5);
    return distanceMs >= SECOND ? time.slice(0, 8) : time.slice(3);
  });
}

function formatDate(date: Date): string {
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
