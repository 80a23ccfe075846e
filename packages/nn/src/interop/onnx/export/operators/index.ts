/** @file How every primitive becomes ONNX nodes. */
import type { Exporter } from "../call.ts";
import { CONVOLUTION } from "./convolution.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { LAYOUT } from "./layout.ts";
import { LINEAR } from "./linear.ts";
import { POOLING } from "./pooling.ts";
import { RANDOM } from "./random.ts";
import { REDUCE } from "./reduce.ts";

/** Exporters by the name of the primitive. */
export const EXPORTERS: Readonly<Record<string, Exporter>> = {
  ...ELEMENTWISE,
  ...LAYOUT,
  ...REDUCE,
  ...LINEAR,
  ...CONVOLUTION,
  ...POOLING,
  ...RANDOM,
};
