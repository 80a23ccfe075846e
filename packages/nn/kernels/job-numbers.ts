/** @file Numbers of the jobs that several threads can share. */
export const JOB_GEMM: i32 = 0;
export const JOB_UNARY: i32 = 1;
export const JOB_BINARY: i32 = 2;
export const JOB_COPY: i32 = 3;
export const JOB_REDUCE: i32 = 4;
export const JOB_SOFTMAX: i32 = 5;
export const JOB_CONV: i32 = 6;
export const JOB_CONV_WEIGHTS: i32 = 7;
export const JOB_LAYER_NORM: i32 = 8;
export const JOB_POOL: i32 = 9;
export const JOB_RANDOM: i32 = 10;
