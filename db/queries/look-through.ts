/**
 * Looking for people by what no index knows: a name or another column of the contact file, or the end of a number. The table is walked from its
 * newest end back, some megabytes at a time, so that whoever asks decides how long it may take.
 */

/** Pages a step, of 8 kB: some 40,000 recipients. */
export const STEP_PAGES = 2_000;

/** How large the table is, and how many recipients it holds as PostgreSQL estimates. */
export const tableSize = `
  select (pg_relation_size('recipients') / current_setting('block_size')::integer)::integer as pages,
    greatest(0, reltuples)::float8 as recipients from pg_class where oid = 'recipients'::regclass`;

/**
 * The newest first. $1 the first place of the step, $2 the place after its last, as "(page,row)"; $3 patterns for `ilike` that must all occur in
 * the columns, $4 the same as regular expressions at the beginning of a word; $5 what a number ends with; $6 limit. $3 and $4, or $5, may be null.
 */
export const matchesWithin = (columns: string) =>
  `select r.ctid::text as place, c.id as campaign_id, c.name as campaign_name, c.channel as campaign_channel, c.status as campaign_status, ${columns}
   from recipients r join campaigns c on c.id = r.campaign_id
   where r.ctid >= $1::tid and r.ctid < $2::tid and (
     ($5::text is not null and r.address like '+%' || $5)
     or ($3::text[] is not null and r.variables::text ilike all ($3)
       and (select string_agg(value, ' ') from jsonb_each_text(r.variables)) ~* all ($4::text[])))
   order by r.ctid desc limit $6`;
