/** @file Reads from a WebAssembly binary what its exported functions take and give, which JavaScript's API does not tell. */
import type { FunctionType } from "../src/compile/wasm/code.ts";
import type { ValueTypeCode } from "../src/compile/wasm/opcodes.ts";

const HEADER_BYTES = 8;
const Section = { type: 1, import: 2, function: 3, export: 7 } as const;
const Kind = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** Signatures of the exported functions, by name, of a valid module. */
export function exportedSignatures(binary: Uint8Array): Map<string, FunctionType> {
  const sections = sectionsOf(binary);
  const types = read(sections, Section.type, (reader) => {
    reader.byte(); // "function type"
    return { params: reader.valueTypes(), results: reader.valueTypes() };
  });
  const imported = read(sections, Section.import, readImport).filter((type) => type !== undefined);
  const defined = read(sections, Section.function, (reader) => reader.unsigned());
  const functions = [...imported, ...defined];
  const signatures = new Map<string, FunctionType>();
  read(sections, Section.export, (reader) => {
    const name = reader.name();
    const kind = reader.byte();
    const type = types[functions[reader.unsigned()] ?? -1];
    if (kind === Kind.function && type !== undefined) signatures.set(name, type);
  });
  return signatures;
}

/** Type number of an imported function; undefined for other imports. */
function readImport(reader: Reader): number | undefined {
  reader.name();
  reader.name();
  const kind = reader.byte();
  if (kind === Kind.function) return reader.unsigned();
  if (kind === Kind.global) reader.skip(2);
  if (kind === Kind.table) reader.skip(1);
  if (kind !== Kind.global) reader.limits();
  return undefined;
}

function sectionsOf(binary: Uint8Array): Map<number, Uint8Array> {
  const reader = new Reader(binary.subarray(HEADER_BYTES));
  const sections = new Map<number, Uint8Array>();
  while (!reader.ended) sections.set(reader.byte(), reader.take(reader.unsigned()));
  return sections;
}

/** The entries of a section, which all begin with their number. */
function read<T>(sections: Map<number, Uint8Array>, section: number, entry: (reader: Reader) => T): T[] {
  const reader = new Reader(sections.get(section) ?? Uint8Array.of(0));
  return Array.from({ length: reader.unsigned() }, () => entry(reader));
}

class Reader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    this.at += 1;
    return this.bytes[this.at - 1] ?? 0;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  skip(length: number): void {
    this.at += length;
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }

  valueTypes(): ValueTypeCode[] {
    return Array.from(this.take(this.unsigned())) as ValueTypeCode[]; // a valid module has no others
  }

  limits(): void {
    const flags = this.byte();
    this.unsigned();
    if ((flags & 1) !== 0) this.unsigned();
  }
}
