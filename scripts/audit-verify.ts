// npm run audit-verify: was a row of the audit log changed, removed, inserted or put elsewhere? Exit status 1 where one was.
import { readHeads } from '../app/domain/audit/heads.server.ts';
import { verifyAudit, type Witness } from '../app/domain/audit/verify-audit.server.ts';
import { operate, WrongCall } from './launch/operate.ts';

const usage = `npm run audit-verify [-- --head NUMBER:HASH]

Goes through the audit log and says which row was changed, removed, inserted or put elsewhere; exit status 1 where one was.
--head    a row's number and hash that you kept elsewhere (the log's lines have both): that row must still be there, as it was.
Without it those count that the worker keeps in DATA_DIR.`;

await operate(
  usage,
  async ({ env, db, positionals, values }) => {
    if (positionals.length > 0) throw new WrongCall(usage);
    const witnesses = [...readHeads(env.dataDir), ...(typeof values.head === 'string' ? [parseHead(values.head)] : [])];
    const { rows, anchor, head, faults } = await verifyAudit(db, witnesses);
    const cut = anchor.seq > 0 ? `, after ${anchor.seq} that were cut off because they were old` : '';
    console.log(`${rows} ${rows === 1 ? 'row' : 'rows'} read${cut}; compared with ${witnesses.length} kept elsewhere.`);
    if (faults.length === 0) {
      console.log(`The audit log is whole. Its last row: ${head.seq}:${head.hash}`);
      return;
    }
    for (const { message } of faults) console.log(message);
    console.log('The audit log was tampered with.');
    process.exitCode = 1;
  },
  { head: { type: 'string' } },
);

function parseHead(text: string): Witness {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim());
  if (!match) throw new WrongCall(`--head is a number, a colon and a hash of 64 hexadecimal digits.\n\n${usage}`);
  return { seq: Number(match[1]), hash: (match[2] as string).toLowerCase(), from: '--head' };
}
