/** @file All operators that can be imported. */
import type { Operator } from "../context.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { LAYOUT } from "./layout.ts";
import { LINEAR } from "./linear.ts";
import { NORM } from "./norm.ts";
import { RECURRENT } from "./recurrent.ts";
import { REDUCE } from "./reduce.ts";

/** Operators of ONNX's own domain, by type. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  ...ELEMENTWISE,
  ...LAYOUT,
  ...LINEAR,
  ...NORM,
  ...RECURRENT,
  ...REDUCE,
};
