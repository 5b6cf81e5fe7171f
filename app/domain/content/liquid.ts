import { Liquid, type LiquidOptions } from 'liquidjs';
import { CountingRender } from './liquid-budget.ts';
import { setDateFilters } from './liquid-dates.ts';
import { escapeOutput, setFilters } from './liquid-html.ts';
import { ownTags } from './liquid-tags.ts';
import { bare, holds, isBlankText, operators } from './liquid-truth.ts';

/** Sizes that no message needs. Work is counted in steps (liquid-budget.ts), never by the clock, which would fail recipients at random. */
const limits: LiquidOptions = { parseLimit: 2_000_000, renderLimit: Number.POSITIVE_INFINITY, memoryLimit: 5_000_000 };

/** These read other files; a message has none. */
const fileTags = ['include', 'render', 'layout', 'block'];

function createEngine(options: LiquidOptions): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // Templates in memory, of which there are none: nothing can reach the disk.
    templates: {},
    // "10:00+02:00" is ten o'clock, wherever the server stands.
    preserveTimezones: true,
    operators,
    ...limits,
    ...options,
  });
  for (const tag of fileTags) {
    delete engine.tags[tag];
  }
  Object.assign(engine, { renderer: new CountingRender() });
  for (const [name, tag] of Object.entries(ownTags)) engine.registerTag(name, tag);
  engine.registerFilter('default', orDefault);
  setDateFilters(engine);
  setFilters(engine, options.outputEscape !== undefined);
  return engine;
}

/** For what is blank or false; the words "no" and "false" are words here. */
function orDefault(value: unknown, instead: unknown, ...options: unknown[]): unknown {
  if (value === false && options.some((option) => Array.isArray(option) && option[0] === 'allow_false' && option[1])) return false;
  const text = bare(value);
  const blank = typeof text === 'string' ? isBlankText(text) : !holds(value);
  return blank || (Array.isArray(value) && value.length === 0) ? instead : value;
}

/** For HTML: what a variable holds is escaped, unless the template says `| raw`. */
export const htmlEngine = createEngine({ outputEscape: escapeOutput });

/** For subjects, plain text and SMS: as it is. */
export const plainEngine = createEngine({});

/** For reading templates: takes filters that do not exist, so that all of them can be told. */
export const readingEngine = createEngine({ strictFilters: false });
