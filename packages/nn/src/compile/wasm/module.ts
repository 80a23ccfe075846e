/** @file A WebAssembly module under construction: imports, functions, exports, and their binary form. */
import { Bytes } from "./bytes.ts";
import { Code, type FunctionRef, type FunctionType } from "./code.ts";

/** The memory that a module imports; its limits must be those that the memory was made with. */
export interface MemoryImport {
  readonly minimumPages: number;
  /** Required for shared memory. */
  readonly maximumPages: number | undefined;
  readonly shared: boolean;
}

interface ImportedFunction extends FunctionRef {
  readonly module: string;
  readonly name: string;
}

interface DefinedFunction extends FunctionRef {
  readonly code: Code;
}

const Section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** Collects the parts of a module that imports one memory as `engine.memory`. */
export class ModuleBuilder {
  private readonly memory: MemoryImport;
  private readonly imports = new Map<string, ImportedFunction>();
  private readonly functions: DefinedFunction[] = [];
  private readonly shared = new Map<string, FunctionRef>();
  private readonly exports: { readonly name: string; readonly target: FunctionRef }[] = [];

  constructor(memory: MemoryImport) {
    this.memory = memory;
  }

  /** Imports a function; the same one once. */
  importFunction(module: string, name: string, type: FunctionType): FunctionRef {
    const key = `${module}.${name}`;
    const known = this.imports.get(key);
    if (known !== undefined) return known;
    const imported: ImportedFunction = { module, name, type };
    this.imports.set(key, imported);
    return imported;
  }

  /** Names of the imported functions of one module. */
  importedNames(module: string): string[] {
    return [...this.imports.values()].filter((f) => f.module === module).map((f) => f.name);
  }

  /** Defines a function whose body `write` writes. */
  define(type: FunctionType, write: (code: Code) => void): FunctionRef {
    const code = new Code(type);
    write(code);
    const defined: DefinedFunction = { type, code };
    this.functions.push(defined);
    return defined;
  }

  /** Defines a function at the first use of `name`. */
  defineOnce(name: string, type: FunctionType, write: (code: Code) => void): FunctionRef {
    const known = this.shared.get(name);
    if (known !== undefined) return known;
    const defined = this.define(type, write);
    this.shared.set(name, defined);
    return defined;
  }

  /** Makes a function callable from outside. */
  export(name: string, target: FunctionRef): void {
    this.exports.push({ name, target });
  }

  /** The module in binary form. */
  finish(): Uint8Array<ArrayBuffer> {
    const all: readonly FunctionRef[] = [...this.imports.values(), ...this.functions];
    const numbers = new Map(all.map((ref, number) => [ref, number]));
    const numberOf = (ref: FunctionRef): number => numbers.get(ref) ?? 0;
    const types = new TypeTable();
    for (const { type } of all) types.numberOf(type);
    const bytes = new Bytes();
    bytes.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    section(bytes, Section.type, (body) => types.write(body));
    section(bytes, Section.import, (body) => this.writeImports(body, types));
    section(bytes, Section.function, (body) => {
      body.unsigned(this.functions.length);
      for (const { type } of this.functions) body.unsigned(types.numberOf(type));
    });
    section(bytes, Section.export, (body) => {
      body.unsigned(this.exports.length);
      for (const { name, target } of this.exports) {
        body.name(name);
        body.byte(0x00);
        body.unsigned(numberOf(target));
      }
    });
    section(bytes, Section.code, (body) => {
      body.unsigned(this.functions.length);
      for (const { code } of this.functions) body.sized(code.finish(numberOf));
    });
    return new Uint8Array(bytes.view());
  }

  private writeImports(body: Bytes, types: TypeTable): void {
    body.unsigned(this.imports.size + 1);
    for (const { module, name, type } of this.imports.values()) {
      body.name(module);
      body.name(name);
      body.byte(0x00);
      body.unsigned(types.numberOf(type));
    }
    const { minimumPages, maximumPages, shared } = this.memory;
    body.name("engine");
    body.name("memory");
    body.byte(0x02);
    body.byte((maximumPages === undefined ? 0 : 1) + (shared ? 2 : 0));
    body.unsigned(minimumPages);
    if (maximumPages !== undefined) body.unsigned(maximumPages);
  }
}

/** Function types, each once. */
class TypeTable {
  private readonly numbers = new Map<string, number>();
  private readonly types: FunctionType[] = [];

  numberOf(type: FunctionType): number {
    const key = `${type.params.join()}>${type.results.join()}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.types.length);
    this.types.push(type);
    return this.types.length - 1;
  }

  write(body: Bytes): void {
    body.unsigned(this.types.length);
    for (const { params, results } of this.types) {
      body.byte(0x60);
      body.unsigned(params.length);
      body.append(params);
      body.unsigned(results.length);
      body.append(results);
    }
  }
}

function section(bytes: Bytes, number: number, write: (body: Bytes) => void): void {
  const body = new Bytes();
  write(body);
  bytes.byte(number);
  bytes.sized(body.view());
}
