import ts from 'typescript';

/** A value that the source alone tells; `some` of a choice are all its outcomes. */
export type Known =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Known[]
  | { [key: string]: Known }
  | ((...given: never[]) => Known);

type Names = ReadonlyMap<ts.Symbol, readonly Known[]>;

/** What cannot be told from the source: it depends on what is passed at run time. */
export class Untold extends Error {}

/** Choices of a statement that are tried. */
const MOST = 64;

/** @throws Untold where there are more: what is not tried would go unseen */
function all<T>(choices: T[]): T[] {
  if (choices.length > MOST) throw new Untold(`it has ${choices.length} choices and more, of which ${MOST} are tried`);
  return choices;
}

/**
 * Works out texts of SQL from their source: literals, templates, constants of any file, choices (each outcome), and functions that only put texts
 * together. Exported functions and constants are taken from the module itself, so that whatever they compute is what runs.
 */
export class Texts {
  readonly checker: ts.TypeChecker;
  readonly load: (file: string) => Promise<Record<string, unknown>>;

  constructor(checker: ts.TypeChecker, load: (file: string) => Promise<Record<string, unknown>>) {
    this.checker = checker;
    this.load = load;
  }

  /** @throws Untold */
  async of(node: ts.Expression, names: Names = new Map()): Promise<Known[]> {
    try {
      const known = await this.read(node, names);
      const type = this.checker.getTypeAtLocation(node);
      // A choice that was made before it came here.
      return known.length > 1 && !this.mayBeNothing(type) ? known.filter((one) => one !== null && one !== undefined) : known;
    } catch (error) {
      if (!(error instanceof Untold)) throw error;
      const known = this.byType(this.checker.getTypeAtLocation(node));
      if (known) return known;
      throw error;
    }
  }

  private mayBeNothing(type: ts.Type): boolean {
    return (type.isUnion() ? type.types : [type]).some(({ flags }) => flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined));
  }

  /** What a type alone tells: literals, lists of them, nothing; and numbers, of which none changes a column. */
  private byType(type: ts.Type): Known[] | undefined {
    if (type.flags & ts.TypeFlags.NumberLike) return [1];
    const all = (type.isUnion() ? type.types : [type]).map((part): Known[] | undefined => {
      if (part.isStringLiteral()) return [part.value];
      if (part.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) return [null];
      const [element] = this.checker.isArrayType(part) ? this.checker.getTypeArguments(part as ts.TypeReference) : [];
      if (element) return [element.flags & ts.TypeFlags.String ? ['any'] : (this.byType(element) ?? [])];
      return undefined;
    });
    return all.every((known) => known !== undefined) ? all.flat() : undefined;
  }

  private async read(node: ts.Expression, names: Names): Promise<Known[]> {
    if (ts.isStringLiteralLike(node)) return [node.text];
    if (ts.isNumericLiteral(node)) return [Number(node.text)];
    if (node.kind === ts.SyntaxKind.TrueKeyword) return [true];
    if (node.kind === ts.SyntaxKind.FalseKeyword) return [false];
    if (node.kind === ts.SyntaxKind.NullKeyword) return [null];
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node))
      return this.of(node.expression, names);
    if (ts.isConditionalExpression(node)) return [...(await this.of(node.whenTrue, names)), ...(await this.of(node.whenFalse, names))];
    if (ts.isTemplateExpression(node)) {
      let texts = [node.head.text];
      for (const { expression, literal } of node.templateSpans) {
        const parts = await this.of(expression, names);
        texts = all(texts.flatMap((text) => parts.map((part) => `${text}${String(part)}${literal.text}`)));
      }
      return texts;
    }
    if (ts.isArrayLiteralExpression(node)) return this.combine(node.elements, names, (parts) => parts);
    if (ts.isObjectLiteralExpression(node)) {
      const fields = node.properties.map((property) => {
        if (!ts.isPropertyAssignment(property) || ts.isComputedPropertyName(property.name)) throw new Untold('object');
        return [property.name.getText().replace(/^['"]|['"]$/g, ''), property.initializer] as const;
      });
      const values = fields.map(([, value]) => value);
      return this.combine(values, names, (parts) => Object.fromEntries(parts.map((part, i) => [fields[i]?.[0] ?? '', part])));
    }
    if (ts.isIdentifier(node)) return this.named(node, names);
    if (ts.isPropertyAccessExpression(node) && !ts.isCallExpression(node.parent)) {
      return (await this.of(node.expression, names)).map((whole) => (whole as Record<string, Known>)[node.name.text]);
    }
    if (ts.isCallExpression(node)) return this.called(node, names);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
      return this.combine([node.left, node.right], names, ([left, right]) => (left as number) + (right as number));
    throw new Untold(node.getText());
  }

  private async combine(nodes: readonly ts.Expression[], names: Names, put: (parts: Known[]) => Known): Promise<Known[]> {
    let combined: Known[][] = [[]];
    for (const node of nodes) {
      const values = await this.of(node, names);
      combined = all(combined.flatMap((parts) => values.map((value) => [...parts, value])));
    }
    return combined.map(put);
  }

  private async named(node: ts.Identifier, names: Names): Promise<Known[]> {
    if (node.text === 'undefined') return [undefined];
    let symbol = this.checker.getSymbolAtLocation(node);
    if (!symbol) throw new Untold(node.text);
    const bound = names.get(symbol);
    if (bound) return [...bound];
    if (symbol.flags & ts.SymbolFlags.Alias) symbol = this.checker.getAliasedSymbol(symbol);
    const declared = symbol.valueDeclaration;
    if (!declared) throw new Untold(node.text);
    const exported = await this.exported(symbol, declared);
    if (exported !== undefined) return [exported];
    const constant = ts.isVariableDeclaration(declared) && (ts.getCombinedNodeFlags(declared) & ts.NodeFlags.Const) !== 0;
    if (constant && declared.initializer && ts.isIdentifier(declared.name)) return this.of(declared.initializer, names);
    throw new Untold(node.text);
  }

  private async exported(symbol: ts.Symbol, declared: ts.Declaration): Promise<Known> {
    const file = declared.getSourceFile();
    const module = this.checker.getSymbolAtLocation(file);
    if (file.isDeclarationFile || !module?.exports?.has(symbol.escapedName)) return undefined;
    return (await this.load(file.fileName))[symbol.name] as Known;
  }

  private async called(node: ts.CallExpression, names: Names): Promise<Known[]> {
    const { expression } = node;
    if (ts.isPropertyAccessExpression(expression)) {
      const method = expression.name.text;
      const [work] = node.arguments;
      if (method === 'map' && work && ts.isArrowFunction(work)) return this.mapped(expression.expression, work, names);
      if (method !== 'join' && method !== 'trim' && method !== 'replaceAll') throw new Untold(node.getText());
      const wholes = await this.of(expression.expression, names);
      return this.combine(node.arguments, names, (given) => given).then((lists) =>
        wholes.flatMap((whole) =>
          lists.map((given) =>
            (whole as unknown as Record<string, (...given: Known[]) => Known>)[method]?.call(whole, ...(given as Known[])),
          ),
        ),
      );
    }
    let symbol = this.checker.getSymbolAtLocation(expression);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = this.checker.getAliasedSymbol(symbol);
    const declared = symbol?.valueDeclaration;
    if (!symbol || !declared) throw new Untold(node.getText());
    const exported = await this.exported(symbol, declared);
    if (typeof exported === 'function') return this.combine(node.arguments, names, (given) => exported(...(given as never[])));
    const work = ts.isVariableDeclaration(declared) ? declared.initializer : declared;
    if (!work || !(ts.isArrowFunction(work) || ts.isFunctionDeclaration(work)) || !work.body) throw new Untold(node.getText());
    const inner = new Map(names);
    for (const [i, parameter] of work.parameters.entries()) {
      const own = this.checker.getSymbolAtLocation(parameter.name);
      const given = node.arguments[i] ?? parameter.initializer;
      if (own && given) inner.set(own, await this.of(given, node.arguments[i] ? names : inner));
    }
    if (!ts.isBlock(work.body)) return this.of(work.body, inner);
    const [last] = work.body.statements.slice(-1);
    if (!last || !ts.isReturnStatement(last) || !last.expression) throw new Untold(node.getText());
    return this.of(last.expression, inner);
  }

  private async mapped(list: ts.Expression, { body, parameters }: ts.ArrowFunction, names: Names): Promise<Known[]> {
    const [own, place] = parameters.map(({ name }) => this.checker.getSymbolAtLocation(name));
    const all: Known[] = [];
    for (const whole of await this.of(list, names)) {
      if (!own || ts.isBlock(body)) throw new Untold(body.getText());
      const parts: Known[] = [];
      for (const [i, part] of (whole as readonly Known[]).entries()) {
        const inner = new Map(names).set(own, [part]);
        if (place) inner.set(place, [i]);
        parts.push((await this.of(body, inner))[0]);
      }
      all.push(parts);
    }
    return all;
  }
}
