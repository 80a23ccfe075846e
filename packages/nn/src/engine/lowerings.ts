/** @file Which primitives have fast kernels. */
import type { Lowering } from "../primitives/primitive.ts";

/** Fast ways to compute, by primitive name. */
export const lowerings: Readonly<Record<string, Lowering | undefined>> = {};
