import { Liquid, type LiquidOptions } from 'liquidjs';

/**
 * Limits of one rendering. A real message takes well under a millisecond; the time limit only ends endless loops and is generous, since
 * a pause of the process counts, too, and must not make a recipient fail.
 */
const limits: LiquidOptions = { parseLimit: 2_000_000, renderLimit: 1_000, memoryLimit: 5_000_000 };

/** These read other files; a message has none. */
const fileTags = ['include', 'render', 'layout', 'block'];

function createEngine(options: LiquidOptions): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // Templates in memory, of which there are none: nothing can reach the disk.
    templates: {},
    ...limits,
    ...options,
  });
  for (const tag of fileTags) {
    delete engine.tags[tag];
  }
  return engine;
}

/** For HTML: what a variable holds is escaped, unless the template says `| raw`. */
export const htmlEngine = createEngine({ outputEscape: 'escape' });

/** For subjects, plain text and SMS: as it is. */
export const plainEngine = createEngine({});
