import type pg from 'pg';

interface Column {
  view: string;
  about_view: string;
  name: string;
  type: string;
  about: string;
}

/** Views in the order in which people meet them, not of the alphabet. */
const ORDER = ['campaigns', 'recipients', 'attempts', 'failure_reasons', 'daily_sends', 'retry_recovery'];

/** Every view of the schema `reporting` with its columns, as Markdown. */
export async function dataDictionary(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<Column>(
    `select c.relname as view, obj_description(c.oid) as about_view, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       col_description(c.oid, a.attnum) as about
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'reporting'::regnamespace
     order by array_position($1::name[], c.relname), c.relname, a.attnum`,
    [ORDER],
  );
  const views = Map.groupBy(rows, ({ view }) => view);
  return [...views].map(([view, columns]) => section(view, columns)).join('\n');
}

function section(view: string, columns: Column[]): string {
  const lines = columns.map(({ name, type, about }) => `| \`${name}\` | ${shortType(type)} | ${cell(about)} |`);
  return [
    `### reporting.${view}`,
    '',
    cell(columns[0]?.about_view ?? ''),
    '',
    '| column | type | meaning |',
    '| --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function shortType(type: string): string {
  return type === 'timestamp with time zone' ? 'timestamptz' : type;
}
