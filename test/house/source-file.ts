/**
 * What the house test knows about a source file, read from the compiler's own syntax tree, so that
 * comments and strings cannot be mistaken for code.
 *
 * TypeScript 7 offers its tree as an API that it still calls unstable: package.json pins the
 * version, and this file is the only one that knows it.
 */

import {
  isCallExpression,
  isExportDeclaration,
  isFunctionLikeDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isPrivateIdentifier,
  isPropertyAccessExpression,
  isShorthandPropertyAssignment,
  isStringLiteral,
  isVariableDeclaration,
  SyntaxKind,
  type FunctionLikeDeclaration,
  type Node,
} from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";

export interface SourceFile {
  /** From the repository's root, with slashes: "src/http/fields.ts". */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSize[];
  /** Names that are read: variables and globals, "import" for `import()`, "Math.random". */
  readonly uses: ReadonlySet<string>;
  /** Names that are given: of variables, parameters, functions, fields, types. */
  readonly declared: ReadonlySet<string>;
}

/** What gives its `name`; keys of object literals and imported names are others' words. */
const declaring: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.VariableDeclaration,
  SyntaxKind.Parameter,
  SyntaxKind.BindingElement,
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ClassDeclaration,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.MethodSignature,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
  SyntaxKind.PropertyDeclaration,
  SyntaxKind.PropertySignature,
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.TypeParameter,
]);

interface Import {
  readonly specifier: string;
  /** Gone when types are stripped. */
  readonly isTypeOnly: boolean;
}

export interface FunctionSize {
  /** Undefined for a function without a name of its own, such as a callback. */
  readonly name: string | undefined;
  readonly line: number;
  readonly linesCount: number;
  readonly parametersCount: number;
}

type Draft = {
  -readonly [Key in keyof Pick<SourceFile, "imports" | "functions">]: SourceFile[Key][number][];
} & { readonly uses: Set<string>; readonly declared: Set<string>; readonly text: string };

/** Reads these files, which the project (tsconfig.json) contains. */
export function readSourceFiles(paths: readonly string[]): readonly SourceFile[] {
  const api = new API({ cwd: process.cwd() });
  try {
    const project = api.updateSnapshot({ openProjects: ["tsconfig.json"] }).getProjects()[0];
    if (project === undefined) throw new Error("Cannot read the source: no tsconfig.json here");
    return paths.map((path) => {
      const tree = project.program.getSourceFile(path);
      if (tree === undefined) throw new Error(`Cannot read ${path}: tsconfig.json leaves it out`);
      return readTree(path, tree.text, tree);
    });
  } finally {
    api.close();
  }
}

function readTree(path: string, text: string, tree: Node): SourceFile {
  const uses = new Set<string>();
  const declared = new Set<string>();
  const draft: Draft = { imports: [], functions: [], uses, declared, text };
  const visit = (node: Node): void => {
    readImport(node, draft);
    readName(node, draft);
    if (isFunctionLikeDeclaration(node)) draft.functions.push(sizeOf(node, text));
    node.forEachChild(visit);
  };
  visit(tree);
  return { path, lines: text.replace(/\n$/, "").split("\n"), ...draft };
}

function readImport(node: Node, draft: Draft): void {
  if (isImportDeclaration(node)) {
    const isTypeOnly = node.importClause?.phaseModifier === SyntaxKind.TypeKeyword;
    addImport(node.moduleSpecifier, isTypeOnly, draft);
  } else if (isExportDeclaration(node)) {
    addImport(node.moduleSpecifier, node.isTypeOnly, draft);
  } else if (isImportTypeNode(node) && isLiteralTypeNode(node.argument)) {
    addImport(node.argument.literal, true, draft);
  } else if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    draft.uses.add("import");
    addImport(node.arguments[0], false, draft);
  }
}

function addImport(specifier: Node | undefined, isTypeOnly: boolean, draft: Draft): void {
  if (specifier === undefined || !isStringLiteral(specifier)) return;
  draft.imports.push({ specifier: specifier.text, isTypeOnly });
}

function readName(node: Node, draft: Draft): void {
  if (isPropertyAccessExpression(node)) {
    draft.uses.add(`${node.expression.getText()}.${node.name.text}`);
  }
  if (!isIdentifier(node) && !isPrivateIdentifier(node)) return;
  const { parent } = node;
  if (!("name" in parent) || parent.name !== node) draft.uses.add(node.text);
  else if (declaring.has(parent.kind)) draft.declared.add(node.text.replace(/^#/, ""));
  else if (isShorthandPropertyAssignment(parent)) draft.uses.add(node.text);
}

function sizeOf(node: FunctionLikeDeclaration, text: string): FunctionSize {
  const start = node.getStart();
  return {
    name: nameOf(node),
    line: lineAt(text, start),
    linesCount: lineAt(text, node.getEnd()) - lineAt(text, start) + 1,
    parametersCount: node.parameters.length,
  };
}

function nameOf(node: FunctionLikeDeclaration): string | undefined {
  if (node.kind === SyntaxKind.Constructor) return "constructor";
  if ("name" in node && node.name !== undefined) return node.name.getText();
  return isVariableDeclaration(node.parent) ? node.parent.name.getText() : undefined;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
