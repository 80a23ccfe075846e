/** @file Pictures, pages and text from training logs and confusion matrices. */
export { renderPng } from "./png.ts";
export { type Drawable, type RenderOptions, renderHtml, renderSvg, renderTerminal } from "./render.ts";
export type { TerminalOptions } from "./terminal-text.ts";
