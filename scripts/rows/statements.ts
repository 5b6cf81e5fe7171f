import ts from 'typescript';
import { Texts, Untold } from './texts.ts';

export interface Statement {
  node: ts.CallExpression;
  /** All that its choices can make of it. */
  texts: string[];
  /** What the code takes its rows for; null where it names none. */
  row: ts.Type | null;
  /** Somebody looks at its rows. */
  read: boolean;
  /** Columns of which a comment within the call says `never null: this, that`: the statement sees to it, and PostgreSQL cannot tell. */
  neverNull: string[];
}

/** Calls that take a statement and name its rows: `query<Row>(text)` of pg, and those that hand both on. */
const CALLS: Record<string, number> = { query: 0, heavyQuery: 1, csvStream: 1 };

export async function findStatements(
  program: ts.Program,
  load: (file: string) => Promise<Record<string, unknown>>,
): Promise<{ statements: Statement[]; untold: { node: ts.Node; why: string }[] }> {
  const checker = program.getTypeChecker();
  const texts = new Texts(checker, load);
  const statements: Statement[] = [];
  const untold: { node: ts.Node; why: string }[] = [];
  const calls: { node: ts.CallExpression; text: ts.Expression }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const name = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : node.expression.getText();
      const given = node.arguments[CALLS[name] ?? -1];
      const text = given && textOf(checker, given);
      if (text && !isHandedOn(checker, text)) calls.push({ node, text });
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (!file.isDeclarationFile && /\/(app|db\/ledger|tasks)\//.test(file.fileName)) visit(file);
  }
  for (const { node, text } of calls) {
    try {
      const found = await texts.of(text);
      statements.push({ node, texts: found.map(String), row: rowOf(checker, node), read: isRead(node), neverNull: neverNullOf(node) });
    } catch (error) {
      if (!(error instanceof Untold)) throw error;
      untold.push({ node, why: error.message });
    }
  }
  return { statements, untold };
}

/** The text of a call's statement: itself, or of an object its `text`. Undefined for what is no text: COPY, a cursor. */
function textOf(checker: ts.TypeChecker, given: ts.Expression): ts.Expression | undefined {
  if (ts.isObjectLiteralExpression(given)) {
    return given.properties.filter(ts.isPropertyAssignment).find(({ name }) => name.getText() === 'text')?.initializer;
  }
  return checker.getTypeAtLocation(given).flags & ts.TypeFlags.StringLike ? given : undefined;
}

/** As the call names it, or as the `cells` of a file take it. */
function rowOf(checker: ts.TypeChecker, node: ts.CallExpression): ts.Type | null {
  const [named] = node.typeArguments ?? [];
  if (named) return checker.getTypeFromTypeNode(named);
  const file = node.arguments.find(ts.isObjectLiteralExpression);
  const cells = file?.properties.find(({ name }) => name?.getText() === 'cells');
  const work = cells && (ts.isPropertyAssignment(cells) ? cells.initializer : cells);
  const row = work && (ts.isArrowFunction(work) || ts.isMethodDeclaration(work)) ? work.parameters[0] : undefined;
  return row ? checker.getTypeAtLocation(row.name.kind === ts.SyntaxKind.Identifier ? row.name : row) : null;
}

/** Those that hand a statement on are themselves among the calls. */
function isHandedOn(checker: ts.TypeChecker, text: ts.Expression): boolean {
  const declared = checker.getSymbolAtLocation(text)?.valueDeclaration;
  return declared !== undefined && ts.isParameter(declared) && (declared.parent.name?.getText() ?? '') in CALLS;
}

function neverNullOf(node: ts.CallExpression): string[] {
  return /\/\/ never null: (.+)/.exec(node.getText())?.[1]?.split(', ') ?? [];
}

function isRead(node: ts.CallExpression): boolean {
  let { parent } = node;
  while (ts.isAwaitExpression(parent) || ts.isParenthesizedExpression(parent)) parent = parent.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text === 'rows';
  const names = ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name) ? parent.name.elements : [];
  return names.some(({ name, propertyName }) => (propertyName ?? name).getText() === 'rows');
}
