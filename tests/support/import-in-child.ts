import { importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import { openDatabase } from '#db/database.ts';

// Imports `rows` generated contacts of about 400 bytes after an import that brings buffers to their usual size, and prints how far memory rose.
const [url = '', campaignId, rows] = process.argv.slice(2);
const db = openDatabase(url);
const filler = 'x'.repeat(350);

function* contacts(from: number, count: number): Generator<string> {
  yield 'email;first_name;note\r\n';
  for (let i = from; i < from + count; i += 500) {
    yield Array.from({ length: Math.min(500, from + count - i) }, (_, j) => `person${i + j}@example.com;Zoë;${filler}\r\n`).join('');
  }
}

const run = (from: number, count: number) =>
  importContacts(db, {
    campaignId: Number(campaignId),
    viewer: { label: 'Child' },
    source: contacts(from, count),
    contentType: 'text/csv',
  });

await run(0, 60_000);
const before = process.memoryUsage.rss();
let peak = before;
const timer = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5);
const report = await run(1_000_000, Number(rows));
clearInterval(timer);
await db.pool.end();
console.log(JSON.stringify({ accepted: report.accepted, grownMb: (peak - before) / 1e6 }));
