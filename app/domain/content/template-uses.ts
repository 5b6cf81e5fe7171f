import { type Template, type Token, TypeGuards, toValueSync, Value } from 'liquidjs';
import type { Finding } from './finding.ts';
import { slipsOf } from './value-slips.ts';

/** One place where a template names a variable. */
export interface Use {
  name: string;
  /** What follows the name: `["first_name"]` of `contact.first_name`. */
  path: readonly string[];
  /** In the template. */
  offset: number;
  /** Says what stands there for whoever lacks it. */
  defaulted: boolean;
  /** How a condition asks: whether it holds, or whether it is more or less than a number. */
  asked: 'holds' | 'number' | null;
}

interface FilterUse {
  name: string;
  offset: number;
}

export interface TemplateUses {
  /** In the order of the template. Names that the template makes itself are not among them. */
  variables: Use[];
  filters: FilterUse[];
  /** What Liquid would read otherwise than it was meant. */
  slips: Finding[];
  /** Names that the template makes itself. */
  made: Set<string>;
}

type Found = Omit<Use, 'defaulted' | 'asked'>;

/** liquidjs tells these of its tags for its own analysis, which takes time that grows with the square of the template. */
interface Walked {
  name?: string;
  arguments?(): Iterable<Value | Token>;
  localScope?(): Iterable<{ content: string }>;
  blockScope?(): Iterable<string>;
  children?(partials: boolean, sync: boolean): unknown;
}

/** @param made names that are the template's own from the beginning */
export function usesOf(templates: readonly Template[], made: Iterable<string> = []): TemplateUses {
  const uses: TemplateUses = { variables: [], filters: [], slips: [], made: new Set(made) };
  visit(templates as unknown as readonly Walked[], uses, []);
  uses.variables.sort((a, b) => a.offset - b.offset);
  return uses;
}

function visit(templates: readonly Walked[], uses: TemplateUses, blocks: readonly string[]): void {
  const own = (name: string) => uses.made.has(name) || blocks.includes(name);
  for (const template of templates) {
    const condition = template.name === 'if' || template.name === 'unless';
    for (const argument of template.arguments?.() ?? []) {
      const found =
        argument instanceof Value
          ? ofValue(argument, uses, condition, template.name === undefined || template.name === 'echo')
          : named(argument).map((use) => ({ ...use, defaulted: false, asked: null }));
      uses.variables.push(...found.filter(({ name }) => !own(name)));
    }
    for (const { content } of template.localScope?.() ?? []) uses.made.add(content);
    if (!template.children) continue;
    const inner = [...blocks, ...(template.blockScope?.() ?? [])];
    visit(toValueSync(template.children(false, true) as never) as Walked[], uses, inner);
  }
}

function ofValue(value: Value, uses: TemplateUses, condition: boolean, output: boolean): Use[] {
  const slips = slipsOf(value, output);
  uses.slips.push(...slips);
  for (const filter of value.filters) {
    const { begin } = (filter as unknown as { token: Token }).token;
    if (begin > 0) uses.filters.push({ name: filter.name, offset: begin });
  }
  const defaulted = value.filters.some(({ name }) => name === 'default');
  const asked = condition && value.filters.length === 0 ? askedOf(value.initial.postfix) : new Map<Token, Use['asked']>();
  return [
    ...value.initial.postfix.flatMap((token) => named(token).map((use) => ({ ...use, defaulted, asked: asked.get(token) ?? null }))),
    ...value.filters
      .flatMap(({ args }) => args.flatMap((arg) => named(Array.isArray(arg) ? arg[1] : arg)))
      .map((use) => ({ ...use, defaulted: false, asked: null })),
  ];
}

/** What a condition does with each of its names: the operators come behind their operands. */
function askedOf(postfix: readonly Token[]): Map<Token, Use['asked']> {
  const asked = new Map<Token, Use['asked']>();
  const stack: (Token | null)[] = [];
  const ask = (token: Token | null | undefined, what: Use['asked']) => {
    if (token && TypeGuards.isPropertyAccessToken(token)) asked.set(token, what);
  };
  for (const token of postfix) {
    if (!TypeGuards.isOperatorToken(token)) {
      stack.push(token);
      continue;
    }
    const right = stack.pop();
    const left = token.operator === 'not' ? null : stack.pop();
    const both = [left, right];
    if (['and', 'or', 'not'].includes(token.operator)) for (const one of both) ask(one, 'holds');
    if (/^[<>]=?$/.test(token.operator) && both.some((one) => one && TypeGuards.isNumberToken(one)))
      for (const one of both) ask(one, 'number');
    stack.push(null);
  }
  if (postfix.length === 1) ask(stack[0], 'holds');
  return asked;
}

/** The variables that a value names, those within brackets too. */
function named(token: Token | undefined): Found[] {
  if (!token) return [];
  if (TypeGuards.isRangeToken(token)) return [...named(token.lhs), ...named(token.rhs)];
  if (!TypeGuards.isPropertyAccessToken(token)) return [];
  const inner = token.props.flatMap((prop) => named(prop));
  const names = token.props.map((prop) =>
    TypeGuards.isPropertyAccessToken(prop) ? '' : String((prop as { content?: unknown }).content ?? ''),
  );
  // "abc".size names nothing.
  if (token.variable) return [...named(token.variable), ...inner];
  const [name = '', ...path] = names;
  return name === '' ? inner : [{ name, path, offset: token.begin }, ...inner];
}
