import { z } from 'zod';

export const columnTypes = ['text', 'number', 'boolean'] as const;
export type ColumnType = (typeof columnTypes)[number];

const choice = z.union([
  z.null(),
  z.string().max(60),
  z.strictObject({ name: z.string().max(60).optional(), type: z.enum(columnTypes).optional() }),
]);

/** What becomes of columns, by header: another name, nothing (null), or a type. Columns that are not named stay as they were found. */
export const columnMapping = z
  .record(z.string().max(1000), choice)
  .refine((mapping) => Object.keys(mapping).length <= 200, 'At most 200 columns.');
export type ColumnMapping = z.infer<typeof columnMapping>;

/** A choice in full: `name` undefined keeps the one that was found, null leaves the column out. */
export function choiceOf(choice: ColumnMapping[string]): { name: string | null | undefined; type: ColumnType } {
  if (choice === null || typeof choice === 'string') return { name: choice, type: 'text' };
  return { name: choice.name, type: choice.type ?? 'text' };
}

const yes = /^(?:yes|y|true|t|1|on|x|ja|oui|si|sí|sim|да|tak)$/i;
const no = /^(?:no|n|false|f|0|off|nein|non|não|nao|нет|nie)$/i;

/** A cell as the JSON of its column's type: `12.5`, `true`; null for an empty one; undefined where it is none, or can be read in two ways. */
export function typedJson(value: string, type: ColumnType): string | undefined {
  if (type === 'text') return JSON.stringify(value);
  if (value === '') return 'null';
  if (type === 'boolean') return yes.test(value) ? 'true' : no.test(value) ? 'false' : undefined;
  const plain = value.replace(/[\s\u00a0\u202f'\u2019](?=\d{3}(?:\D|$))/g, '');
  // "1,234" is one thing here and another there; "1,234.5", "1.234,5", "12,5" and "0.25" are not.
  const match = /^(-?)(\d{1,15})(?:([.,])(\d+))?$/.exec(plain) ?? grouped(plain);
  if (!match) return undefined;
  const [, sign = '', whole = '', mark, decimals] = match;
  if (mark && decimals?.length === 3 && whole !== '0' && match.input === plain)
    return mark === '.' && whole.length > 3 ? number(sign, whole, decimals) : undefined;
  return number(sign, whole, decimals);
}

function grouped(text: string): RegExpExecArray | null {
  const english = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text) && (text.includes('.') || text.split(',').length > 2);
  const german = /^-?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/.test(text) && (text.includes(',') || text.split('.').length > 2);
  if (!english && !german) return null;
  const plain = english ? text.replaceAll(',', '') : text.replaceAll('.', '').replace(',', '.');
  return /^(-?)(\d{1,15})(?:(\.)(\d+))?$/.exec(plain);
}

function number(sign: string, whole: string, decimals = ''): string | undefined {
  const value = Number(`${sign}${whole}${decimals && `.${decimals}`}`);
  return Number.isFinite(value) ? JSON.stringify(value) : undefined;
}
