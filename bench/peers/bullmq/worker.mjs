// One BullMQ job a recipient, native exponential backoff of 2, 4, 8 s, state in PostgreSQL: node worker.mjs
// No counter row: one row that every job updates would bound it at one commit after the other. Progress is counted when asked for.
import { Worker } from "bullmq";
import pg from "pg";
import { Agent, request } from "undici";

const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const dispatcher = new Agent({ connections: 1024, pipelining: 1 });
// What everybody sends; only the address is the recipient's own.
const mail = JSON.parse(process.env.MAIL);

async function send(job) {
  const { recipientId } = job.data;
  const { rows } = await pool.query({ name: "address", text: "select address from peer_recipients where id = $1", values: [recipientId] });
  const { statusCode, body } = await request(process.env.PROVIDER_URL + "/v3/mail/send", {
    method: "POST",
    dispatcher,
    signal: AbortSignal.timeout(10_000),
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: JSON.stringify({ ...mail, personalizations: [{ ...mail.personalizations[0], to: [{ email: rows[0].address }] }] }),
  });
  await body.dump();
  await pool.query({ name: "attempt", text: "insert into peer_attempts (recipient_id, http_status) values ($1, $2)", values: [recipientId, statusCode] });
  if ([429, 500, 502, 503].includes(statusCode) && job.attemptsMade < 3) throw new Error(`provider answered ${statusCode}`);
  const status = statusCode < 300 ? "sent" : "failed";
  await pool.query({ name: "done", text: "update peer_recipients set status = $2, done_at = now() where id = $1", values: [recipientId, status] });
}

const worker = new Worker("send_email", send, { connection, concurrency: Number(process.env.CONCURRENCY ?? 300) });
worker.on("error", (error) => console.error(error.message));
await worker.waitUntilReady();
console.log("ready");
process.on("SIGTERM", async () => {
  await worker.close();
  await pool.end();
  process.exit(0);
});
