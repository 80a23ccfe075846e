/** @file From a job's number to the function that does one part of it. */
import { binaryJob } from "./binary";
import { convJob } from "./conv";
import { convWeightsJob } from "./conv-weight-grad";
import { copyJob } from "./copy";
import { gemmJob } from "./gemm";
import { layerNormJob } from "./layer-norm";
import { poolJob } from "./pool";
import { randomJob } from "./random";
import { reduceJob } from "./reduce";
import { softmaxJob } from "./softmax";
import { unaryJob } from "./unary";
import {
  JOB_BINARY,
  JOB_CONV,
  JOB_CONV_WEIGHTS,
  JOB_COPY,
  JOB_GEMM,
  JOB_LAYER_NORM,
  JOB_POOL,
  JOB_RANDOM,
  JOB_REDUCE,
  JOB_SOFTMAX,
  JOB_UNARY,
} from "./job-numbers";

export function runPart(job: i32, part: i32, parts: i32): void {
  switch (job) {
    case JOB_GEMM: gemmJob(part, parts); break;
    case JOB_UNARY: unaryJob(part, parts); break;
    case JOB_BINARY: binaryJob(part, parts); break;
    case JOB_COPY: copyJob(part, parts); break;
    case JOB_REDUCE: reduceJob(part, parts); break;
    case JOB_SOFTMAX: softmaxJob(part, parts); break;
    case JOB_CONV: convJob(part, parts); break;
    case JOB_CONV_WEIGHTS: convWeightsJob(part, parts); break;
    case JOB_LAYER_NORM: layerNormJob(part, parts); break;
    case JOB_POOL: poolJob(part, parts); break;
    case JOB_RANDOM: randomJob(part, parts); break;
  }
}
