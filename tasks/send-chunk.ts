import type { Task } from 'graphile-worker';
import type { Channel } from '#app/domain/channel.ts';
import type { Engine } from '#app/domain/sending/engine.server.ts';
import { chunkPayload } from './payloads.ts';

/** `send_email_chunk` and `send_sms_chunk`: the first sends of a campaign, as many at once as there are places. */
export const sendChunk =
  (engine: Engine, channel: Channel, crowded: () => boolean): Task =>
  (payload, { job }) =>
    engine.sendChunks(channel, chunkPayload.parse(payload), { crowded, lateMs: Date.now() - job.run_at.getTime() });
