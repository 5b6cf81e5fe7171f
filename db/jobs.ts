/**
 * Every job: what it carries, and how urgent it is (lower goes first). Added through `addJob` and `addSendJobs`, in the statement or transaction
 * that makes it needed, so that neither exists without the other. What a job does stands in tasks/ under its name.
 */
const jobs = {
  send_email: { carries: ['campaign_id', 'recipient_id', 'dispatch_seq', 'probe'], priority: 0 },
  send_sms: { carries: ['campaign_id', 'recipient_id', 'dispatch_seq', 'probe'], priority: 0 },
  send_email_chunk: { carries: ['campaign_id', 'place'], priority: 0 },
  send_sms_chunk: { carries: ['campaign_id', 'place'], priority: 0 },
  move_recipients: { carries: ['campaign_id'], priority: -20 },
  start_campaign: { carries: ['campaign_id', 'scheduled_at'], priority: -20 },
  probe_provider: { carries: ['channel'], priority: -20 },
  settle_unknown: { carries: [], priority: -15 },
  clone_recipients: { carries: ['campaign_id', 'clone_id', 'recipients'], priority: -15 },
  remove_list: { carries: ['campaign_id', 'import_ids'], priority: -15 },
  deliver_alert: { carries: ['delivery_id'], priority: 0 },
} as const satisfies Record<string, { carries: readonly string[]; priority: number }>;
export type JobName = keyof typeof jobs;
type SendJob = 'send_email' | 'send_sms' | 'send_email_chunk' | 'send_sms_chunk';

/** A person, a retry or a probe waits for it: before first sends. */
const SOON = -10;

/** The first attempt and three retries, as Graphile counts them. */
export const SEND_ATTEMPTS = 4;

/**
 * SQL that adds a job.
 *
 * @param payload SQL of what it carries
 * @param runAt SQL of its time; default: now
 */
export function addJob<N extends Exclude<JobName, SendJob>>(
  name: N,
  payload: Record<(typeof jobs)[N]['carries'][number], string>,
  options: { runAt?: string; maxAttempts?: number; queue?: string } = {},
): string {
  const { runAt, maxAttempts, queue } = options;
  const carried = Object.entries<string>(payload).map(([key, value]) => `'${key}', ${value}`);
  const given = [
    `'${name}'`,
    ...(carried.length > 0 ? [`json_build_object(${carried.join(', ')})`] : []),
    ...(queue ? [`queue_name => ${queue}`] : []),
    ...(runAt ? [`run_at => ${runAt}`] : []),
    ...(maxAttempts ? [`max_attempts => ${maxAttempts}`] : []),
    ...(jobs[name].priority === 0 ? [] : [`priority => ${jobs[name].priority}`]),
  ];
  return `graphile_worker.add_job(${given.join(', ')})`;
}

/**
 * SQL of an aggregate that adds a send job for each row, in order of its id: for rows with `campaign_id`, `id` and `dispatch_seq`.
 *
 * @param channel SQL of the channel
 * @param options.runAt SQL of its time; default: now
 * @param options.left SQL of how many attempts are left; default: all
 */
export function addSendJobs(
  channel: string,
  {
    alias = '',
    probe = false,
    runAt = 'null',
    left = String(SEND_ATTEMPTS),
  }: { alias?: string; probe?: boolean; runAt?: string; left?: string } = {},
): string {
  const of = alias && `${alias}.`;
  const payload = `'campaign_id', ${of}campaign_id, 'recipient_id', ${of}id, 'dispatch_seq', ${of}dispatch_seq${probe ? `, 'probe', true` : ''}`;
  return `graphile_worker.add_jobs(array_agg((
    'send_' || ${channel}, json_build_object(${payload}), null, ${runAt}, ${left}, null, ${SOON}, null)::graphile_worker.job_spec order by ${of}id))`;
}

/** SQL that asks for the chunks in which a campaign's first sends go out. @param campaign SQL of its id */
export const requestChunks = (campaign: string): string => `request_chunks(${campaign})`;

/** SQL that lets a campaign go on that waited: its chunks are asked for, and single people offered again. @param campaign SQL of its id */
export const goOn = (campaign: string): string => `go_on(${campaign})`;

/** SQL that adds a chunk's next turn: for $1 the task, $2 its payload, $3 its key. The key brings together what several ask for. */
export const addChunkTurn = (runAt: string): string => `graphile_worker.add_job($1, $2::json, job_key => $3, run_at => ${runAt})`;
