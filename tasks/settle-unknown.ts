import type { Task } from 'graphile-worker';
import type { Env } from '#app/config/env.server.ts';
import { recogniseUnknown } from '#app/domain/delivery/record-events.server.ts';
import type { Engine } from '#app/domain/sending/engine.server.ts';
import { settleUnknownTexts } from '#app/domain/sending/settle-texts.server.ts';
import type { Database } from '#db/database.ts';
import { requestSettle, settleUnknown } from '#db/ledger/conclude.ts';
import { expireClaims } from '#db/ledger/lapse.ts';

/** Seconds beyond the send timeout in which an outcome may still be committed. */
const COMMIT_MARGIN_S = 10;

/** Decides recipients whose outcome stayed unknown; runs when the first is due, and every minute. */
export const settleUnknownOutcomes =
  (db: Database, env: Pick<Env, 'sendTimeoutMs' | 'unknownGraceS'>, engine: Pick<Engine, 'lookUpText'>): Task =>
  async (_payload, { abortSignal }) => {
    const expired = await expireClaims(db.pool, { olderThanS: env.sendTimeoutMs / 1_000 + COMMIT_MARGIN_S }, env.unknownGraceS);
    if (expired > 0) await requestSettle(db.pool, env.unknownGraceS);
    while ((await recogniseUnknown(db)) > 0);
    while ((await settleUnknown(db.pool, { channel: 'email' })) > 0);
    const { lookUpText } = engine;
    if (lookUpText) await settleUnknownTexts(db, lookUpText, abortSignal);
    else while ((await settleUnknown(db.pool, { channel: 'sms' })) > 0);
  };
