/** @file What the compiler offers. */
export { type Compiled, type CompileOptions, compile } from "./compile.ts";
export {
  type CompiledStep,
  compileGuardedStep,
  compileStep,
  type GuardedResult,
  type StepResult,
} from "./compile-step.ts";
export { type Explainable, explain, type PlanExplanation } from "./explain.ts";
