/**
 * @file PNG pictures, without any library or font of the machine.
 *
 * resvg (Rust, compiled to WebAssembly: one package for all platforms) draws the SVG picture with DejaVu Sans from npm. Both are loaded when the first
 * picture is asked for, about 3 MB that nobody else pays for.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { TrainlogError } from "../../run/error.ts";
import { type Drawable, type RenderOptions, renderSvg } from "./render.ts";

const FONT_FAMILY = "DejaVu Sans";
/** How a PNG picture is drawn. */
export interface PngOptions extends RenderOptions {
  /** Pixels of the file per pixel of the layout, more than 0 and at most 8; 2 when absent, for sharp text on dense screens. */
  readonly scale?: number;
}

interface Renderer {
  readonly Resvg: typeof import("@resvg/resvg-wasm").Resvg;
  readonly fonts: Uint8Array[];
}

/**
 * Draws a PNG picture.
 *
 * Text in scripts that DejaVu Sans lacks (Chinese, Japanese, Korean, …) shows as empty boxes; an SVG or HTML rendering has it.
 *
 * @returns The bytes of the file.
 * @throws TrainlogError `log/bad-size` when a size or the scale is out of range.
 */
export async function renderPng(content: Drawable, options: PngOptions = {}): Promise<Uint8Array> {
  const { scale = 2, theme = "light" } = options;
  if (!(scale > 0 && scale <= 8)) {
    throw new TrainlogError("log/bad-size", `scale: expected more than 0 and at most 8, got ${scale}`, { status: 400 });
  }
  // A fixed theme, because resvg knows no CSS variables.
  const svg = renderSvg(content, { ...options, theme: theme === "auto" ? "light" : theme });
  const { Resvg, fonts } = await loadRenderer();
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontBuffers: fonts, defaultFontFamily: FONT_FAMILY, sansSerifFamily: FONT_FAMILY },
  });
  const image = resvg.render();
  const png = image.asPng();
  image.free();
  resvg.free();
  return png;
}

/** Loads the renderer, once: its WebAssembly module may be initialised only once per process, so the promise has to be kept. */
const loadRenderer: () => Promise<Renderer> = once(async () => {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  const require = createRequire(import.meta.url);
  const [wasm, regular, bold] = await Promise.all([
    readFile(require.resolve("@resvg/resvg-wasm/index_bg.wasm")),
    readFile(require.resolve("@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff2")),
    readFile(require.resolve("@fontsource/dejavu-sans/files/dejavu-sans-latin-700-normal.woff2")),
  ]);
  await initWasm(wasm);
  return { Resvg, fonts: [regular, bold] };
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
