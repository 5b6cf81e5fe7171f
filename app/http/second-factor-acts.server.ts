import { data } from '@remix-run/node';
import type { AppContext } from '#app/config/context.server.ts';
import { passedSecondStep } from '../domain/access/known-browser.server.ts';
import { sessionOf } from '../domain/access/own-sessions.server.ts';
import type { Viewer } from '../domain/access/roles.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  giveUpSecondFactor,
  removeOwnSecondFactor,
  renewRecoveryCodes,
} from '../domain/access/second-factor.server.ts';
import { notFound } from '../domain/problem.ts';
import { formAnswer } from './form-answer.server.ts';
import { readForm } from './request-bytes.server.ts';

interface Done {
  problem: null;
  said?: string;
  codes?: string[];
}
const done = (result: Omit<Done, 'problem'> = {}, more: Record<string, string> = {}) =>
  data<Done>({ problem: null, ...result }, { headers: { 'Cache-Control': 'no-store', ...more } });

/** The forms of one's own second factor: in the account, and on the page before everything else. */
export async function secondFactorActs(context: Pick<AppContext, 'auth' | 'db'>, viewer: Viewer, request: Request) {
  const form = await readForm(request, 64_000);
  const text = (field: string) => String(form.get(field) ?? '');
  return formAnswer(async () => {
    switch (text('intent')) {
      case 'begin':
        await beginSecondFactor(context, viewer, request.headers, text('former'));
        return done();
      case 'confirm': {
        const here = await sessionOf(context.auth, request.headers);
        const codes = await confirmSecondFactor(context, viewer, text('code'), here);
        // As if it had passed the second step, so that others' guesses do not keep its person out.
        const browser = context.auth.knownBrowsers.remember(request.headers, passedSecondStep(viewer.id));
        return done({ said: 'Your second factor is set up.', codes }, { 'Set-Cookie': browser });
      }
      case 'cancel':
        await giveUpSecondFactor(context, viewer);
        return done();
      case 'codes':
        return done({
          said: 'Your new recovery codes. Those of before open nothing any more.',
          codes: await renewRecoveryCodes(context, viewer, text('former')),
        });
      case 'remove':
        await removeOwnSecondFactor(context, viewer, text('former'));
        return done({ said: 'The second factor is off. Your password alone signs you in.' });
      default:
        throw notFound('There is no such act');
    }
  }, form);
}
