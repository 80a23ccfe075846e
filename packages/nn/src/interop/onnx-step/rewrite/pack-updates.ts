/**
 * @file Updates of many short parameters at once.
 *
 * An optimiser does the same dozen operations to every bias and every scale, and calling an operation takes longer than computing it for some hundred
 * numbers. Operations at the end of a graph that are alike are done once, on their operands joined in a row, and the results cut apart.
 */
import type { Graph, GraphValue, Instruction } from "../../../ir/graph.ts";
import { GraphRewriter } from "../../../ir/rewrite.ts";
import { structuralKey } from "../../../ir/structural-key.ts";
import { primitiveNamed } from "./rule.ts";

/** Longest row that is joined with others: beyond, computing takes longer than calling. */
const LONGEST = 4096;
/** Fewest operations that are worth joining. */
const FEWEST = 4;

/** Rows of numbers that lie joined in one value, and where each begins. */
interface Pack {
  readonly value: GraphValue;
  readonly starts: readonly number[];
}

/** Where a row of the old graph lies in a pack. */
interface Place {
  readonly pack: Pack;
  readonly member: number;
}

/** The same function with alike updates of short rows joined. */
export function packUpdates(graph: Graph): Graph {
  const tail = tailOf(graph);
  const rewriter = new GraphRewriter(graph);
  // Nothing before the tail needs anything of it.
  for (const instruction of graph.instructions) if (!tail.has(instruction)) rewriter.keep(instruction);
  const writer = new PackWriter(rewriter);
  for (const group of groupsOf(graph, tail)) {
    if (group.length >= FEWEST) writer.write(group);
    else for (const instruction of group) rewriter.keep(writer.withRows(instruction));
  }
  for (const output of graph.outputs) writer.row(output);
  return rewriter.finish();
}

/** Elementwise operations on short rows that nothing but such operations and the graph's outputs need. */
function tailOf(graph: Graph): ReadonlySet<Instruction> {
  const neededElsewhere = new Set<GraphValue>();
  const tail = new Set<Instruction>();
  for (const instruction of graph.instructions.toReversed()) {
    const { primitive, inputs, output } = instruction;
    const [length = 0, ...others] = output.shape;
    const isRow = output.shape.length === 1 && others.length === 0 && length <= LONGEST;
    const isPlain = inputs.every(({ shape }) => shape.length === 0 || (shape.length === 1 && shape[0] === length));
    if (primitive.elementwise === true && isRow && isPlain && !neededElsewhere.has(output)) tail.add(instruction);
    else for (const input of inputs) neededElsewhere.add(input);
  }
  return tail;
}

/**
 * Operations of the tail that do the same to rows made the same way. None of a group can need another one of it, and what a group needs comes before it.
 */
function groupsOf(graph: Graph, tail: ReadonlySet<Instruction>): readonly (readonly Instruction[])[] {
  const kinds = new Map<GraphValue, string>();
  const groups = new Map<string, Instruction[]>();
  const numbers = new Map<string, string>();
  const kindOf = (value: GraphValue): string =>
    value.shape.length === 0 ? `number ${value.id}` : (kinds.get(value) ?? `row ${value.dtype}`);
  for (const instruction of graph.instructions) {
    if (!tail.has(instruction)) continue;
    const { primitive, inputs, attributes, output } = instruction;
    const key = `${primitive.name} ${structuralKey(attributes ?? null)} ${inputs.map(kindOf).join()}`;
    const kind = numbers.get(key) ?? `made ${numbers.size}`;
    numbers.set(key, kind);
    kinds.set(output, kind);
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [instruction]);
    else group.push(instruction);
  }
  return [...groups.values()];
}

/** Writes groups, and remembers what lies where. */
class PackWriter {
  readonly #rewriter: GraphRewriter;
  readonly #places = new Map<GraphValue, Place>();

  constructor(rewriter: GraphRewriter) {
    this.#rewriter = rewriter;
  }

  write(group: readonly Instruction[]): void {
    const [first] = group;
    if (first === undefined) return;
    const operands = first.inputs.map((input, at) =>
      input.shape.length === 0
        ? this.#rewriter.resolve(input)
        : this.#joined(group.map(({ inputs }) => inputs[at] ?? input)),
    );
    const value = this.#rewriter.emit(first.primitive, operands, first.attributes);
    const pack = { value, starts: startsOf(group.map(({ output }) => output)) };
    for (const [member, { output }] of group.entries()) this.#places.set(output, { pack, member });
  }

  /** An instruction whose operands lie on their own again. */
  withRows(instruction: Instruction): Instruction {
    return { ...instruction, inputs: instruction.inputs.map((input) => this.row(input)) };
  }

  /** A row on its own. */
  row(value: GraphValue): GraphValue {
    const place = this.#places.get(value);
    const known = this.#rewriter.resolve(value);
    if (place === undefined || known !== value) return known;
    const start = place.pack.starts[place.member] ?? 0;
    const attributes = { starts: [start], ends: [start + (value.shape[0] ?? 0)], strides: [1] };
    const row = this.#rewriter.emit(primitiveNamed("slice"), [place.pack.value], attributes);
    this.#rewriter.replace(value, row);
    return row;
  }

  /** Rows in a row: the pack that they lie in already, if it holds them in this order and nothing else. */
  #joined(rows: readonly GraphValue[]): GraphValue {
    const pack = this.#places.get(rows[0] ?? missing())?.pack;
    const isPack =
      pack?.starts.length === rows.length &&
      rows.every((row, member) => {
        const place = this.#places.get(row);
        return place?.pack === pack && place.member === member;
      });
    if (pack !== undefined && isPack) return pack.value;
    return this.#rewriter.emit(
      primitiveNamed("concat"),
      rows.map((row) => this.row(row)),
      { axis: 0 },
    );
  }
}

function missing(): never {
  throw new RangeError("a group has members");
}

function startsOf(rows: readonly GraphValue[]): readonly number[] {
  let end = 0;
  return rows.map(({ shape: [length = 0] }) => {
    end += length;
    return end - length;
  });
}
