/** @file The names that a package exports, types and nested namespaces included: a test holds a page to them. */
import ts from "typescript";

/**
 * Every name that an entry file exports, with the namespaces that it is reached through.
 *
 * @param entry - Path of the file.
 * @returns Dotted names: `"matmul"`, `"nn.linear"`, `"optim.schedule.cosine"`; a namespace itself is none.
 */
export function publicNames(entry: string): string[] {
  const program = ts.createProgram([entry], {
    allowImportingTsExtensions: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${entry} is no module`);
  return namesIn(module, "", checker);
}

function namesIn(module: ts.Symbol, prefix: string, checker: ts.TypeChecker): string[] {
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const isNamespace = target.declarations?.some(ts.isSourceFile) === true;
    return isNamespace ? namesIn(target, `${prefix}${symbol.name}.`, checker) : [`${prefix}${symbol.name}`];
  });
}
