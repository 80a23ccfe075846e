/** @file The kernels' module: all that it exports. Arguments are documented at each kernel; see README.md for the conventions. */
export { binary } from "./binary";
export { initialize } from "./constants";
export { conv2d_f32, conv2d_input_grad_f32 } from "./conv";
export { conv2d_weight_grad_f32 } from "./conv-weight-grad";
export { cast_f32_f64, cast_f32_i32, cast_f64_f32, cast_i32_f32, copy, fill } from "./copy";
export { matmul_f32, matmul_tril_f32 } from "./gemm";
export { matmul_f64 } from "./gemm-f64";
export { one_hot_f32, scatter_add_f32, scatter_along_f32, take_4, take_along_4 } from "./indexing";
export { layer_norm_f32, layer_norm_grad_f32 } from "./layer-norm";
export { pool2d_f32 } from "./pool";
export { fold_in, random } from "./random";
export { reduce_f32 } from "./reduce";
export { select_4 } from "./select";
export { causal_softmax_f32, softmax_f32, softmax_grad_f32 } from "./softmax";
export { worker } from "./threads";
export { unary_f32 } from "./unary";
export { v_cos, v_erf, v_exp, v_expm1, v_log, v_log1p, v_sigmoid, v_sin, v_tanh } from "./vector-math";
