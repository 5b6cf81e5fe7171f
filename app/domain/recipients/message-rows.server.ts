/** What a message to a person is read with: a recipient `r` with its campaign `c`. */
export const messageColumns = (columns: string) =>
  `c.id as campaign_id, c.name as campaign_name, c.channel as campaign_channel, c.status as campaign_status, ${columns}`;

/** Failed, or taken by the provider and come back: the rule of retry-rules.ts, for rows that are called so. */
export const didNotArrive = (row: string) =>
  `(${row}.status = 'failed' or (${row}.status = 'sent' and coalesce(${row}.delivery in ('bounced', 'undelivered'), false)))`;

/** Everybody, or where it is asked for only those. */
export const onlyLost = (asked: string, row: string) => `(not ${asked}::boolean or ${didNotArrive(row)})`;
