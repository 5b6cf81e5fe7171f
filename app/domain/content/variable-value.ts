/** What a column holds for one person. A file brings texts, or what its import made of a column; JSON brings numbers and yes/no as they are. */
export type VariableValue = string | number | boolean | null;

export type Variables = Record<string, VariableValue>;

/** As it stands in a message. */
export function asText(value: VariableValue | undefined): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
}
