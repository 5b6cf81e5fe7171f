import { type Token, TypeGuards, type Value } from 'liquidjs';
import type { Finding } from './finding.ts';

/**
 * What Liquid reads without a complaint and otherwise than it was meant: it leaves out what it does not understand, and takes a text by
 * itself for true.
 */
export function slipsOf({ initial: { postfix } }: Value, output: boolean): Finding[] {
  const [first] = postfix;
  if (!first) return [];
  const tag = tagAround(first);
  const told = (message: string): Finding[] => [{ offset: first.begin, severity: 'error', message }];
  if (/^\{%-?\s*liquid\b/.test(tag)) return [];
  if (/^[^|]*,/.test(withoutTexts(first.input.slice(first.begin, endOf(first))))) {
    const number = /(\d+),(\d+)/.exec(withoutTexts(tag));
    return told(
      number
        ? `${tag} has a comma in its number. Write ${number[1]}.${number[2]}.`
        : `${tag} has a comma, and what is behind it would be left out. ${output ? 'Filters begin with "|".' : 'Join comparisons by "and" or "or".'}`,
    );
  }
  const { rest, lacking, alone, operators } = read(postfix);
  if (!output && /<>/.test(withoutTexts(tag))) return told(`Write "!=" in place of "<>" in ${tag}.`);
  if (lacking) return told(`${tag} is not complete: something to compare with is missing.`);
  if (output && operators)
    return told(
      `${tag} asks for yes or no, and “true” or “false” would be sent. Write {{ ${first.getText()} | default: "…" }}, or {% if %}.`,
    );
  if (rest) return told(`${tag} cannot be read. ${output ? 'Filters begin with "|".' : 'Compare by "==", "!=", ">", "<" or "contains".'}`);
  if (alone) {
    const name = postfix.find((token) => TypeGuards.isPropertyAccessToken(token))?.getText() ?? 'city';
    return told(`${alone} stands by itself in ${tag}, which is true for everybody. Compare it, too, such as ${name} == ${alone}.`);
  }
  return [];
}

/** Operators come behind their operands. */
function read(postfix: readonly Token[]): { rest: boolean; lacking: boolean; alone: string | null; operators: boolean } {
  const stack: (Token | null)[] = [];
  let lacking = false;
  let alone: string | null = null;
  for (const token of postfix) {
    if (!TypeGuards.isOperatorToken(token)) {
      stack.push(token);
      continue;
    }
    const operands = token.operator === 'not' ? 1 : 2;
    const taken = stack.splice(-operands);
    lacking ||= taken.length < operands;
    if (token.operator === 'and' || token.operator === 'or') {
      const literal = taken.find((one) => one && (TypeGuards.isQuotedToken(one) || TypeGuards.isNumberToken(one)));
      alone ??= literal?.getText() ?? null;
    }
    stack.push(null);
  }
  return { rest: stack.length > 1, lacking, alone, operators: postfix.some((token) => TypeGuards.isOperatorToken(token)) };
}

const withoutTexts = (source: string) => source.replace(/"[^"]*"|'[^']*'/g, (text) => '.'.repeat(text.length));

function endOf({ input, begin }: Token): number {
  const end = /%\}|\}\}/.exec(input.slice(begin, begin + 2_000));
  return end ? begin + end.index : begin;
}

function tagAround(token: Token): string {
  const before = token.input.slice(Math.max(0, token.begin - 500), token.begin);
  const from = token.begin - before.length + Math.max(before.lastIndexOf('{%'), before.lastIndexOf('{{'), 0);
  return token.input.slice(from, endOf(token) + 2).replace(/\s+/g, ' ');
}
