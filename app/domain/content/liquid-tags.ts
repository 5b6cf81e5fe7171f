import {
  CaptureTag,
  CaseTag,
  type Context,
  type Emitter,
  evalToken,
  IfTag,
  type Liquid,
  type Template,
  UnlessTag,
  type Value,
} from 'liquidjs';
import { capturedIn } from './liquid-budget.ts';
import { Markup } from './liquid-html.ts';
import { holds, isEqual } from './liquid-truth.ts';

/** Liquid's tags for conditions, with our truth in place of its own. What they parse and name stays as it is. */

interface Branch {
  value: Value;
  templates: Template[];
}

interface Condition {
  branches: Branch[];
  elseTemplates?: Template[];
  liquid: Liquid;
}

function* renderBranch(tag: Condition, ctx: Context, emitter: Emitter, firstIs: boolean): Generator<unknown, void, unknown> {
  for (const [index, { value, templates }] of tag.branches.entries()) {
    const is = holds(yield value.value(ctx, ctx.opts.lenientIf));
    if (is === (index > 0 || firstIs)) {
      yield tag.liquid.renderer.renderTemplates(templates, ctx, emitter);
      return;
    }
  }
  yield tag.liquid.renderer.renderTemplates(tag.elseTemplates ?? [], ctx, emitter);
}

class If extends IfTag {
  override *render(ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    yield renderBranch(this as unknown as Condition, ctx, emitter, true);
  }
}

class Unless extends UnlessTag {
  override *render(ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    yield renderBranch(this as unknown as Condition, ctx, emitter, false);
  }
}

class Case extends CaseTag {
  override *render(ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const target = yield this.value.value(ctx, ctx.opts.lenientIf);
    let hit = false;
    for (const { values, templates } of this.branches) {
      for (const token of values) {
        if (!isEqual(target, yield evalToken(token, ctx, ctx.opts.lenientIf))) continue;
        yield this.liquid.renderer.renderTemplates(templates, ctx, emitter);
        hit = true;
        break;
      }
    }
    if (!hit) yield this.liquid.renderer.renderTemplates(this.elseTemplates, ctx, emitter);
  }
}

/** What is captured in HTML is HTML: put out later, it is not escaped again. */
class Capture extends CaptureTag {
  override *render(ctx: Context): Generator<unknown, void, string> {
    const text = yield this.liquid.renderer.renderTemplates(this.templates, ctx, capturedIn(ctx));
    (ctx.bottom() as Record<string, unknown>)[this.variable] = this.liquid.options.outputEscape ? new Markup(text) : text;
  }
}

export const ownTags = { if: If, unless: Unless, case: Case, capture: Capture };
