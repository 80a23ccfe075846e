/**
 * @file Transforms of functions of tensors. They take functions and give functions; no tensor carries a gradient. They nest in every order, and they work
 * inside of compiled functions.
 */
export { checkpoint } from "./checkpoint.ts";
export { type CustomRule, customVjp } from "./custom-vjp.ts";
export { grad, type Scalar, type ValueAndGrad, valueAndGrad, valueGradAux } from "./grad.ts";
export { hessian, jacobian, jacobianForward } from "./jacobian.ts";
export { scope } from "./level.ts";
export { stopGradient } from "./stop-gradient.ts";
export { type Jvp, jvp, type Vjp, vjp } from "./vjp.ts";
export { type AnyShapes, type Batched, type VmapOptions, vmap } from "./vmap.ts";
