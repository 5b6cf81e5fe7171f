import type { Task } from 'graphile-worker';
import type { Channel } from '#app/domain/channel.ts';
import type { Engine } from '#app/domain/sending/engine.server.ts';
import { sendAtSlot } from '#app/domain/sending/turns.server.ts';
import type { Database } from '#db/database.ts';
import { sendPayload } from './payloads.ts';

/** `send_email` and `send_sms`: one job is one recipient who is retried, or whom a person or a probe asks for. */
export const sendMessage =
  (db: Database, engine: Engine, channel: Channel): Task =>
  async (payload, { job }) => {
    const key = sendPayload.parse(payload);
    const inMs = await engine.send(channel, key, Date.now() - job.run_at.getTime());
    // This run was none: Graphile counted it.
    if (inMs !== null) await sendAtSlot(db.pool, channel, key, job.max_attempts - job.attempts + 1, inMs);
  };
