import { type Liquid, type Template, TypeGuards, toValueSync } from 'liquidjs';
import { renderingContext } from './liquid-budget.ts';
import type { Gaps } from './simple-template.ts';

/**
 * Liquid's top level: text outside of any tag is everybody's, what the tags and outputs between two such texts make is one person's. They
 * are rendered one after the other in one context, so that what one assigns the next one sees, as in a rendering in one piece.
 */
export function liquidGaps(engine: Liquid, templates: readonly Template[], maxLength: number): Gaps {
  const shared = [''];
  const between: Template[][] = [];
  let open = false;
  for (const template of templates) {
    const { token } = template;
    if (!TypeGuards.isHTMLToken(token)) {
      if (!open) between.push([]);
      if (!open) shared.push('');
      open = true;
      between.at(-1)?.push(template);
      continue;
    }
    shared[shared.length - 1] += token.getContent();
    open = open && token.getContent() === '';
  }
  const own = maxLength - shared.reduce((sum, text) => sum + text.length, 0);
  return {
    shared,
    fill(variables) {
      const context = renderingContext(engine, variables, own);
      const values: string[] = [];
      for (const gap of between) {
        values.push(String(toValueSync(engine.renderer.renderTemplates(gap, context))));
        // Outside of a loop these end the message: the texts that follow are not this person's.
        if (context.breakCalled || context.continueCalled) return null;
      }
      return values;
    },
  };
}
