/** What the worker tells the page. */
export type Message =
  | { readonly kind: "step"; readonly step: number; readonly loss: number }
  | { readonly kind: "done"; readonly accuracy: number; readonly readings: readonly Reading[] }
  | { readonly kind: "failed"; readonly reason: string };

/** A digit that the model was asked about. */
export interface Reading {
  /** 8 × 8 pixels, row by row, from 0 (paper) to 1 (ink). */
  readonly pixels: Float32Array;
  readonly truth: number;
  readonly guess: number;
}
