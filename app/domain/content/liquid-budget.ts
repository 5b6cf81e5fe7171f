import { Context, type Emitter, type Liquid, LiquidError, RenderError, type Template, toValue } from 'liquidjs';
import { LimitError } from './limit-error.ts';
import { bare, isBlankText } from './liquid-truth.ts';

/**
 * What one rendering may take, counted in steps and characters and not by a clock: the same template and the same data end the same way on
 * a slow machine and on a fast one. A real message takes some hundred steps.
 */
const MAX_STEPS = 100_000;
/** What a template may make beyond its own length, and in all cases. */
const MAX_MADE = 200_000;

/** How long a text may become: what was allowed when it was saved can be sent, too. */
export function maxLength(template: string, least: number): number {
  return Math.max(least, template.length + MAX_MADE);
}

class Budget {
  readonly #maxLength: number;
  #steps = 0;
  #length = 0;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > MAX_STEPS) throw new LimitError('steps limit exceeded');
  }

  write(length: number): void {
    this.#length += length;
    if (this.#length > this.#maxLength) throw new LimitError('output limit exceeded');
  }
}

const budgets = new WeakMap<Context, Budget>();

/** Of the rendering that this context belongs to. */
export function budgetOf(context: Context): Budget {
  let budget = budgets.get(context);
  if (!budget) {
    budget = new Budget(1_000_000);
    budgets.set(context, budget);
  }
  return budget;
}

/**
 * A number or a yes/no has the size of its text, and what nobody sees has none. The third word of somebody with two is nothing, not a
 * mistake.
 */
class MessageContext extends Context {
  override readProperty(...[value, key]: Parameters<Context['readProperty']>): unknown {
    const it = bare(value);
    const name = toValue(key);
    if (name === 'size' && ['string', 'number', 'boolean'].includes(typeof it)) return isBlankText(String(it)) ? 0 : String(it).length;
    const found: unknown = super.readProperty(value, key);
    // {{ name.first }} is a column of another product.
    const ofList = Array.isArray(it) && (typeof name === 'number' || name === 'first' || name === 'last');
    return found === undefined && (ofList || (typeof it === 'string' && typeof name === 'number')) ? null : found;
  }
}

/** The context of one rendering. Variables are copied, because {% increment %} writes into them. */
export function renderingContext(engine: Liquid, variables: object, maxLength: number): Context {
  const context = new MessageContext({ ...variables }, engine.options, { sync: true }, { liquid: engine });
  budgets.set(context, new Budget(maxLength));
  return context;
}

class CountingEmitter implements Emitter {
  buffer = '';
  readonly #count: (length: number) => void;

  constructor(count: (length: number) => void) {
    this.#count = count;
  }

  write(html: unknown): void {
    const text = textOf(html);
    this.#count(text.length);
    this.buffer += text;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(textOf).join('') : String(value);
}

/** What is captured is held in memory, not sent. */
export function capturedIn(context: Context): Emitter {
  return new CountingEmitter((length) => context.memoryLimit.use(length));
}

/** In place of Liquid's own, which counts by the clock. */
export class CountingRender {
  *renderTemplates(templates: Template[], ctx: Context, given?: Emitter): IterableIterator<unknown> {
    const budget = budgetOf(ctx);
    const emitter = given ?? new CountingEmitter((length) => budget.write(length));
    budget.step();
    for (const template of templates) {
      budget.step();
      try {
        const html = yield template.render(ctx, emitter);
        if (html) emitter.write(html);
      } catch (error) {
        throw LiquidError.is(error) ? error : new RenderError(error as Error, template);
      }
      if (ctx.breakCalled || ctx.continueCalled) break;
    }
    return emitter.buffer;
  }
}
