/**
 * @file Takes out of a package's declarations the comments that no editor shows to a user: notes on whole files, and what is said of functions, constants
 * and type aliases that the package's entry does not export. Members of classes and interfaces keep theirs, exported or not: they show up on values.
 */
import { writeFileSync } from "node:fs";
import ts from "typescript";

const FILE_NOTE = /^\/\*\*\s*(?:\*\s*)?@file[\s\S]*?\*\/\s*/;

/**
 * Trims the declarations that an entry reaches.
 *
 * @param {string} entry Path of the entry's `.d.ts`.
 * @param {Iterable<string>} files Paths of all declarations to trim.
 */
export function trimDeclarations(entry, files) {
  const program = ts.createProgram([entry], {
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    types: [],
  });
  const exported = exportedDeclarations(program, entry);
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source !== undefined) writeFileSync(file, trimmed(source, exported));
  }
}

/** The declarations of everything that a module exports, those in its namespaces included. */
function exportedDeclarations(program, entry) {
  const checker = program.getTypeChecker();
  const found = new Set();
  const addAll = (module) => {
    for (const symbol of checker.getExportsOfModule(module)) {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      for (const declaration of target.declarations ?? []) {
        if (ts.isSourceFile(declaration)) addAll(target);
        else found.add(declaration);
      }
    }
  };
  addAll(checker.getSymbolAtLocation(program.getSourceFile(entry)));
  return found;
}

function trimmed(source, exported) {
  let text = source.text;
  // From the end, so that places stay right.
  for (const statement of [...source.statements].reverse()) {
    const declarations = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    const hasMembers = ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement);
    if (hasMembers || declarations.some((declaration) => exported.has(declaration))) continue;
    for (const { pos, end } of (ts.getLeadingCommentRanges(source.text, statement.pos) ?? []).reverse()) {
      text = text.slice(0, pos) + text.slice(end).replace(/^\s*\n/, "");
    }
  }
  return text.replace(FILE_NOTE, "");
}
