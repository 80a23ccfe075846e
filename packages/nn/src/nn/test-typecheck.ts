/** @file Compiles snippets of code and gives the compiler's messages, for tests of compile errors. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** What the compiler said of one snippet. */
export interface Checked {
  /** One text per error: its lines joined by newlines. */
  readonly errors: readonly string[];
}

/** Result of {@link typecheck}. */
export interface Typechecked<Name extends string> {
  readonly snippets: Readonly<Record<Name, Checked>>;
  /** How many types the compiler made from generic ones: a measure of work that does not depend on the machine. */
  readonly instantiations: number;
}

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

const PRELUDE = `import * as nn from "./index.ts"; import { Shape } from "../shape/shape.ts"; import type { Tensor } from "../tensor/tensor.ts";`;

/** Compiles each snippet as a module of its own beside this file, in one program; `nn`, `Shape` and `Tensor` are imported. */
export function typecheck<Name extends string>(code: Readonly<Record<Name, string>>): Typechecked<Name> {
  const { options } = ts.parseJsonConfigFileContent(
    ts.parseConfigFileTextToJson("tsconfig.json", readFileSync(`${FOLDER}../../../../tsconfig.base.json`, "utf8"))
      .config,
    ts.sys,
    FOLDER,
  );
  const names = Object.keys(code) as Name[];
  const pathOf = (name: Name): string => `${FOLDER}snippet-${name}.ts`;
  const texts = new Map(names.map((name) => [pathOf(name), `${PRELUDE}\n${code[name]}`]));
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, noEmit: true, isolatedDeclarations: false, types: [] },
    {
      ...host,
      fileExists: (path) => texts.has(path) || host.fileExists(path),
      readFile: (path) => texts.get(path) ?? host.readFile(path),
      getSourceFile: (path, target) => {
        const text = texts.get(path);
        return text === undefined ? host.getSourceFile(path, target) : ts.createSourceFile(path, text, target);
      },
    },
  );
  const checked = names.map((name): [Name, Checked] => {
    const diagnostics = program.getSemanticDiagnostics(program.getSourceFile(pathOf(name)));
    return [name, { errors: diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")) }];
  });
  // One entry per name.
  return {
    snippets: Object.fromEntries(checked) as Record<Name, Checked>,
    instantiations: program.getInstantiationCount(),
  };
}
