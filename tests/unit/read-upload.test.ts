import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { readUpload } from '#app/http/request-bytes.server.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const MB = 1024 * 1024;

test('a file that passes through leaves nothing behind', async () => {
  const edge = 'edge';
  const head = `--${edge}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\nContent-Type: text/csv\r\n\r\n`;
  let sent = 0;
  let most = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (sent === 0) controller.enqueue(Buffer.from(head));
        if (sent++ < 80) return controller.enqueue(new Uint8Array(MB).fill(97));
        controller.enqueue(Buffer.from(`\r\n--${edge}--\r\n`));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request('http://localhost/', {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${edge}` },
    body,
    duplex: 'half',
  } as RequestInit);
  let bytes = 0;
  await readUpload(request, async (file) => {
    for await (const chunk of file) {
      bytes += chunk.length;
      if (bytes % (10 * MB) < chunk.length) {
        collect();
        most = Math.max(most, process.memoryUsage().arrayBuffers);
      }
    }
  });
  expect(bytes).toBe(80 * MB);
  expect(most).toBeLessThan(40 * MB);
});
