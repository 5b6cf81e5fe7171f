import type { Readable } from 'node:stream';

/** The answer that a browser saves under `fileName`; leaving it early destroys the stream. */
export function csvResponse(fileName: string, csv: Readable, contentType = 'text/csv'): Response {
  // Node's own Readable.toWeb() throws outside of any promise when a piece comes after the reader has left, which ends the process.
  const pieces = csv[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void csv.destroy(),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'Content-Type': `${contentType}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="${fileName}"`,
      'Cache-Control': 'no-store',
    },
  });
}
