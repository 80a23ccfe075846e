/** @file The signature of the generated module's functions of vectors. */
import type { FunctionType } from "../wasm/code.ts";
import { ValueType } from "../wasm/opcodes.ts";

/** From a vector to a vector. */
export const VECTOR_FUNCTION: FunctionType = { params: [ValueType.v128], results: [ValueType.v128] };
