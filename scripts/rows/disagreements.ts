import ts from 'typescript';
import type { Column } from './describer.ts';

/**
 * Where what the code takes a row for is not what the database answers.
 *
 * @param neverNull columns that the statement itself keeps from being null
 */
export function disagreements(checker: ts.TypeChecker, row: ts.Type, columns: readonly Column[], neverNull: readonly string[]): string[] {
  const found: string[] = [];
  const properties = new Map(checker.getPropertiesOfType(row).map((property) => [property.name, checker.getTypeOfSymbol(property)]));
  for (const { name, flags } of checker.getPropertiesOfType(row)) {
    if (!(flags & ts.SymbolFlags.Optional) && !columns.some((column) => column.name === name)) found.push(`answers no ${name}`);
  }
  for (const { name, kind, values, nullable } of columns) {
    const type = properties.get(name);
    if (!type) continue;
    const parts = type.isUnion() ? type.types : [type];
    const kinds = new Set(parts.filter((part) => !isNothing(part)).map((part) => kindOf(checker, part)));
    const agrees = kind === 'any' || kinds.has('any') || kinds.has(kind) || kinds.size === 0;
    if (!agrees) found.push(`answers ${name} as ${kind}, not ${checker.typeToString(type)}`);
    if (nullable && !neverNull.includes(name) && !kinds.has('any') && !parts.some(isNothing)) found.push(`may answer null for ${name}`);
    const literals = new Set(parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : [])));
    const missing = literals.size > 0 ? (values ?? []).filter((value) => !literals.has(value)) : [];
    if (missing.length > 0) found.push(`may answer ${missing.join(', ')} for ${name}`);
  }
  return found;
}

function isNothing(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) !== 0;
}

function kindOf(checker: ts.TypeChecker, type: ts.Type): string {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return 'any';
  if (type.flags & ts.TypeFlags.StringLike) return 'string';
  if (type.flags & ts.TypeFlags.NumberLike) return 'number';
  if (type.flags & ts.TypeFlags.BooleanLike) return 'boolean';
  const [element] = checker.isArrayType(type) || checker.isTupleType(type) ? checker.getTypeArguments(type as ts.TypeReference) : [];
  if (element) return `${kindOf(checker, element.isUnion() ? (element.types.find((part) => !isNothing(part)) ?? element) : element)}[]`;
  return type.symbol?.name ?? 'object';
}
