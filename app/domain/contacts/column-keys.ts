import { toVariableName, VariableNames } from '../content/variable-names.ts';

/**
 * By which key the options `columns` and `address_column` name each column of a file: its header; where two have the same, or it has none,
 * the name that was found for it. What somebody renamed keeps its key.
 */
export function columnKeys(columns: readonly { header: string }[]): string[] {
  const names = new VariableNames();
  return columns.map(({ header }, index) => {
    const name = names.give(toVariableName(header), index + 1);
    return header !== '' && columns.every((other, at) => at === index || other.header !== header) ? header : name;
  });
}
