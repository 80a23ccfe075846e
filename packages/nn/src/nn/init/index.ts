/** @file Initialisers: how parameters get their first values. */
export {
  constant,
  fanInUniform,
  gainOf,
  identity,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  type Nonlinearity,
  normal,
  ones,
  orthogonal,
  truncatedNormal,
  uniform,
  values,
  type XavierOptions,
  xavierNormal,
  xavierUniform,
  zeros,
} from "./init.ts";
export type { Fans, Initializer } from "./initializer.ts";
