/** @file `random`: randomness with an explicit source. Keys for tensors (pure, traceable), generators for the host. */
export { type Generator, type GeneratorState, generator, restoreGenerator } from "./generator.ts";
