/**
 * @file Colours of the pictures.
 *
 * Text and lines of the frame meet WCAG AA contrast in both themes. An `auto` picture follows the reader's light or dark preference through CSS
 * variables, which a page may override (`--trainlog-ink`, …); a fixed one has literal colours, for programs that do not know CSS variables.
 */

/** `auto` follows the reader's preference. */
export type Theme = "auto" | "light" | "dark";

/** What a colour is used for. */
export type ColorRole =
  | "background"
  | "ink"
  | "muted"
  | "grid"
  | "accent"
  | "onAccent"
  | "warnInk"
  | "warnBackground"
  | "hit";

type Colors = Readonly<Record<ColorRole, string>>;

/** Colours on a light ground. */
export const LIGHT: Colors = {
  background: "#ffffff",
  ink: "#1f2328",
  muted: "#59636e",
  grid: "#e4e8ec",
  accent: "#1f5fae",
  onAccent: "#ffffff",
  warnInk: "#7a4a00",
  warnBackground: "#fff3d6",
  hit: "#1a7f37",
};

/** Colours on a dark ground. */
export const DARK: Colors = {
  background: "#0f1419",
  ink: "#e6edf3",
  muted: "#9aa7b4",
  grid: "#27303a",
  accent: "#6cb0ff",
  onAccent: "#0b1622",
  warnInk: "#ffd479",
  warnBackground: "#3a2c10",
  hit: "#4ac26b",
};

/**
 * Colours for series that share one colour or have none that is usable, in order of use. From Tableau 10, readable on both grounds.
 */
export const PALETTE: readonly string[] = [
  "#4e79a7",
  "#f28e2b",
  "#e15759",
  "#59a14f",
  "#b07aa1",
  "#76b7b2",
  "#9c755f",
  "#edc948",
  "#ff9da7",
  "#8a8f98",
];

/**
 * The style sheet of `auto` pictures; every rule is under the class `tl-auto`. An element around or at the picture with `data-theme="light"` or
 * `"dark"` decides against the reader's preference.
 */
export function themeStyles(): string {
  const roles = Object.keys(LIGHT).map(kebab);
  const uses = roles.map(
    (role) => `.tl-fill-${role}{fill:var(--tl-${role})}.tl-stroke-${role}{stroke:var(--tl-${role})}`,
  );
  return (
    `.tl-auto{${declareColors(LIGHT)};color-scheme:light dark}` +
    `@media (prefers-color-scheme:dark){.tl-auto{${declareColors(DARK)}}}` +
    `[data-theme=light] .tl-auto,.tl-auto[data-theme=light]{${declareColors(LIGHT)};color-scheme:light}` +
    `[data-theme=dark] .tl-auto,.tl-auto[data-theme=dark]{${declareColors(DARK)};color-scheme:dark}` +
    uses.join("")
  );
}

function declareColors(colors: Colors): string {
  return Object.entries(colors)
    .map(([role, color]) => `--tl-${kebab(role)}:var(--trainlog-${kebab(role)},${color})`)
    .join(";");
}

/**
 * Attributes that paint an SVG element: classes of {@link themeStyles} for `auto` (not a `style` attribute, which strict content security policies
 * forbid), else the colours themselves.
 *
 * @example
 * paint("auto", { fill: "ink" }); // class="tl-fill-ink"
 * paint("light", { fill: "ink" }); // fill="#1f2328"
 */
export function paint(theme: Theme, uses: Partial<Record<"fill" | "stroke", ColorRole>>): string {
  const entries = Object.entries(uses);
  if (theme === "auto")
    return `class="${entries.map(([property, role]) => `tl-${property}-${kebab(role)}`).join(" ")}"`;
  const colors = theme === "light" ? LIGHT : DARK;
  return entries.map(([property, role]) => `${property}="${colors[role]}"`).join(" ");
}

/** Colours of a CSS colour hint that are safe in a picture: no `url(…)`, which would fetch, and nothing that ends the attribute. */
const SAFE_COLOR = /^(?:#[0-9a-f]{3,8}|[a-z]{3,24}|(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\([-+\d\s.,%/a-z]*\))$/i;

/**
 * The colour that each series is drawn in: its hint, unless that is unusable or an earlier series has it; then the next free colour of the palette.
 * (Builders give every metric the same default colour, and two curves of one colour cannot be told apart.)
 */
export function seriesColors(hints: readonly string[]): string[] {
  const used = new Set<string>();
  const colors = hints.map((hint) => {
    const color = hint.trim().toLowerCase();
    if (!SAFE_COLOR.test(color) || used.has(color)) return undefined;
    used.add(color);
    return color;
  });
  const free = PALETTE.filter((color) => !used.has(color));
  let next = 0;
  return colors.map(
    (color) => color ?? (free.length === 0 ? PALETTE[next++ % PALETTE.length]! : free[next++ % free.length]!),
  );
}

function kebab(role: string): string {
  return role.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
