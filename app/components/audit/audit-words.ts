/** What acts are grouped under, by what stands before the dot of their names. */
export const kindLabels: Record<string, string> = {
  session: 'Signing in',
  access: 'Access',
  key: 'API keys',
  provider: 'Providers',
  person: 'People',
  settings: 'Settings',
  limit: 'Limits',
  webhook: 'Webhooks',
  suppression: 'Suppressions',
  campaign: 'Campaigns',
  recipient: 'Recipients',
  ledger: 'Restored database',
  export: 'Exports',
  audit: 'Audit log',
};

/** What a row is about: its name, and what kind of thing that is where the name does not say. */
export function objectText({
  object_type: type,
  object_id: id,
  object_name: name,
}: Record<'object_type' | 'object_id' | 'object_name', string | null>): string | null {
  if (type === null) return null;
  if (type === 'campaign') return `${name ?? 'Campaign'} (campaign ${id})`;
  if (type === 'recipient') return name ? `${name} (recipient ${id})` : `Recipient ${id}`;
  return name ?? (id && type !== 'suppression' ? `${type} ${id}` : null);
}

/** A value of a field for people: texts as they are, all else as JSON. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ') || 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
