/** @file `random`: randomness with an explicit source. Keys for tensors (pure, they compile), generators for the host. */
export {
  bernoulli,
  categorical,
  exponential,
  gumbel,
  type NormalOptions,
  normal,
  type RandomOptions,
  randint,
  type UniformOptions,
  uniform,
} from "./distributions.ts";
export { type Generator, type GeneratorState, generator, restoreGenerator } from "./generator.ts";
export { foldIn, type Key, key, split } from "./key.ts";
export { permutation, shuffle } from "./permutation.ts";
export { type TruncatedNormalOptions, truncatedNormal } from "./truncated-normal.ts";
