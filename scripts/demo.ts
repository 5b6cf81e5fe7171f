// npm run demo: the product, and a campaign through the sandbox with faults on, to watch it retry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { demoContacts } from './demo-contacts.ts';
import { type CampaignCounters, followCampaign } from './follow-campaign.ts';
import { LaunchError } from './launch/error.ts';
import type { Product } from './launch/product.ts';
import { runProduct } from './launch/run-product.ts';
import { printLine } from './launch/terminal.ts';

const RECIPIENTS = 300;
const FAULTS = { email: { rate_429: 0.12, rate_500: 0.08, rate_timeout: 0, latency_ms: 900, retry_after_s: 3, events_delay_ms: 2_000 } };

// The demo never leaves this machine, and is slow enough to watch: about 25 messages a second.
process.env.SANDBOX = '1';
process.env.WORKER_CONCURRENCY ||= '25';

let drawing = false;
await runProduct({
  // A log line would tear the progress bar; warnings are worth it.
  print: (part, line) => {
    if (!drawing || /WARN|ERROR|FATAL|unexpectedly/.test(line)) printLine(part, line);
  },
  async afterReady(product, signal) {
    const api = connect(product);
    await fetch(`${product.sandboxUrl}/sandbox/faults`, { method: 'PUT', body: JSON.stringify(FAULTS) });
    const { id } = await api<{ id: number }>('POST', '/campaigns', {
      name: `Demo of ${new Date().toISOString().slice(0, 16).replace('T', ' ')}`,
      channel: 'email',
      subject: '{{ first_name }}, the autumn catalogue is here',
      html: '<p>Hello {{ first_name }},</p><p>the catalogue for {{ city }} is out.</p>',
    });
    await api('POST', `/campaigns/${id}/recipients`, demoContacts(RECIPIENTS));
    await api('POST', `/campaigns/${id}/send`);
    console.log(`  A campaign of ${RECIPIENTS} recipients is being sent. Watch it: ${product.env.baseUrl}/campaigns/${id}\n`);
    drawing = true;
    await followCampaign(() => api<CampaignCounters>('GET', `/campaigns/${id}`), signal);
    drawing = false;
    if (signal.aborted) return;
    await fetch(`${product.sandboxUrl}/sandbox/faults`, { method: 'PUT', body: '{}' });
    console.log(
      `\n  The demo is over, the faults are off, Rollcall runs on: ${product.env.baseUrl}/campaigns/${id}\n  Ctrl-C stops it all; data stays.\n`,
    );
  },
});

/** Calls of the REST API with the key that the first start left. */
function connect({ env }: Product) {
  const key = env.apiKey ?? readKey(join(env.dataDir, 'api-key'));
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${env.port}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as T & { detail?: string; title?: string };
      if (response.ok) return answer;
      if (response.status !== 429) throw new LaunchError(`${method} ${path} answered ${response.status}: ${answer.detail ?? answer.title}`);
      await delay(1_000);
    }
  };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new LaunchError(
      `The demo needs the API key that the first start left in ${file}. It is gone: set API_KEY to a key, or DATA_DIR to a new folder.`,
    );
  }
}
