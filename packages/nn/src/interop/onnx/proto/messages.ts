/**
 * @file ONNX models as plain data: the messages of onnx.proto that inference and training graphs need, under the names of that file.
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** Element types of `TensorProto`, by the numbers of the format. */
export const ONNX_TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

/** Name of an element type. */
export type OnnxType = keyof typeof ONNX_TYPES;

/** A tensor in the file. */
export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  /** Number of an element type, as in {@link ONNX_TYPES}. */
  readonly dataType: number;
  /** Elements as little-endian bytes, or as numbers, or neither when they lie in another file. */
  readonly rawData?: Uint8Array;
  readonly values?: readonly number[];
  /** Key and value pairs (`location`, `offset`, `length`) of elements in another file. */
  readonly externalData?: Readonly<Record<string, string>>;
}

/** A named attribute of a node; exactly one of the kinds. */
export type AttributeProto =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] };

/** One operation. An input of the name `""` is left out. */
export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  /** `""` for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeProto>>;
}

/** Name, element type and shape of an input or output; a size is a number, a name for one that varies, or `undefined`. */
export interface ValueInfoProto {
  readonly name: string;
  readonly dataType: number;
  readonly shape: readonly (number | string | undefined)[];
}

/** A graph: nodes in an order in which they can run. */
export interface GraphProto {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
}

/** A whole file. */
export interface ModelProto {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  /** Version of the operators by domain; `""` is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: GraphProto;
  /** Names of functions that the file defines beside its graph. */
  readonly functionNames: readonly string[];
}

/** Key in a model's metadata under which our exports name the initializers that are state and not parameters, as a JSON array. */
export const STATE_KEY = "trainlog.state";
