import type { Task } from 'graphile-worker';
import type { Channel } from '#app/domain/channel.ts';
import type { Engine } from '#app/domain/sending/engine.server.ts';
import { sendPayload } from './payloads.ts';

/** `send_email` and `send_sms`: one job is one recipient who is retried, or whom a person or a probe asks for. */
export const sendMessage =
  (engine: Engine, channel: Channel): Task =>
  (payload) =>
    engine.send(channel, sendPayload.parse(payload));
