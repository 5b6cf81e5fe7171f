import { plainEngine } from './liquid.ts';
import { nearest } from './nearest.ts';

export interface LiquidComplaint {
  message: string;
  /** In the template, from 1; undefined where Liquid does not say. */
  line: number | undefined;
}

type Say = (match: RegExpExecArray) => string;

/** Liquid's messages, and what a marketer makes of them. */
const sayings: [RegExp, Say][] = [
  [/^output "([\s\S]*)" not closed/, (m) => `"${short(m[1])}" is not closed: add "}}" at its end.`],
  [/^tag "(\{%[\s\S]*)" not closed/, (m) => `"${short(m[1])}" is not closed: add "%}" at its end.`],
  [/^tag (\{%[\s\S]*%\}) not closed/, (m) => `${short(m[1])} has no end: add {% end${/\{%-?\s*(\w+)/.exec(m[1] ?? '')?.[1] ?? ''} %}.`],
  [/^tag "end(\w+)" not found/, (m) => `{% end${m[1]} %} has no {% ${m[1]} %} before it.`],
  [/^tag "(\w*)" not found/, (m) => `There is no tag "${m[1]}".${suggest(m[1], Object.keys(plainEngine.tags))}`],
  [/^undefined filter: (\S+)/, (m) => `There is no filter "${m[1]}".${suggest(m[1], Object.keys(plainEngine.filters))}`],
  [/^undefined variable: (.+)/, (m) => `There is no column "${m[1]}" in the contacts.`],
  [/^invalid value expression: ""/, () => 'There is nothing between the braces. Write the name of a column, such as {{ first_name }}.'],
  [/^expected filter name/, () => 'After "|" comes the name of a filter, such as {{ first_name | capitalize }}.'],
  [/limit exceeded/, () => 'The template takes too long or becomes too large. Look for a loop that goes on and on.'],
];

export function sayLiquidError(error: Error): LiquidComplaint {
  const line = /, line:(\d+)/.exec(error.message)?.[1];
  const text = error.message.replace(/, (?:file:.*, )?line:\d+, col:\d+[\s\S]*$/, '');
  for (const [pattern, say] of sayings) {
    const match = pattern.exec(text);
    if (match) {
      return { message: say(match), line: line ? Number(line) : undefined };
    }
  }
  return { message: `The template does not work: ${text}.`, line: line ? Number(line) : undefined };
}

function suggest(word: string | undefined, words: string[]): string {
  const near = nearest(word ?? '', words);
  return near ? ` Did you mean "${near}"?` : '';
}

function short(text: string | undefined): string {
  const oneLine = (text ?? '').replace(/\s+/g, ' ').trim();
  return oneLine.length > 40 ? `${oneLine.slice(0, 40)}…` : oneLine;
}
