import type { Channel } from '#app/domain/channel.ts';
import { type ImportRequest, importContacts } from '#app/domain/contacts/import-contacts.server.ts';
import type { ImportReport } from '#app/domain/contacts/import-report.ts';
import type { Database } from '#db/database.ts';

export async function emptyDraft(db: Database, channel: Channel = 'email'): Promise<number> {
  const { rows } = await db.pool.query<{ id: number }>(`insert into campaigns (name, channel) values ('Import', $1) returning id`, [
    channel,
  ]);
  return rows[0]?.id as number;
}

/** Imports a text, bytes or a list of items into a campaign. */
export function importText(
  db: Database,
  campaignId: number,
  content: string | Uint8Array | object[],
  options: Partial<ImportRequest> = {},
): Promise<ImportReport> {
  const json = Array.isArray(content);
  const bytes = json ? JSON.stringify(content) : content;
  return importContacts(db, {
    campaignId,
    viewer: { label: 'Test' },
    source: [bytes],
    contentType: json ? 'application/json' : 'text/csv',
    ...options,
  });
}

export async function recipientsOf(
  db: Database,
  campaignId: number,
): Promise<{ address: string; variables: Record<string, string | number | boolean | null> }[]> {
  const { rows } = await db.pool.query('select address, variables from recipients where campaign_id = $1 order by id', [campaignId]);
  return rows;
}

export async function rejectsOf(db: Database, campaignId: number): Promise<{ line: number; address: string; reason: string }[]> {
  const { rows } = await db.pool.query(
    `select line, address, reason from import_rejects join imports on imports.id = import_id
     where campaign_id = $1 order by import_id, line`,
    [campaignId],
  );
  return rows;
}
