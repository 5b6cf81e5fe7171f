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
  [/^undefined filter: (\S+)/, (m) => sayUnknownFilter(m[1] ?? '')],
  [/^undefined variable: (.+)/, (m) => `There is no column "${m[1]}" in the contacts.`],
  [/^invalid value expression: ""/, () => 'There is nothing between the braces. Write the name of a column, such as {{ first_name }}.'],
  [/^expected filter name/, () => 'After "|" comes the name of a filter, such as {{ first_name | capitalize }}.'],
  [
    /^expected "\|" before filter/,
    () => 'Something stands behind the name that Liquid cannot read. Filters begin with "|"; compare by "==", ">" or "contains".',
  ],
  [
    /^expected ":" after filter name/,
    () => 'After the name of a filter comes ":" and then its word, such as {{ first_name | default: "there" }}.',
  ],
  [/^unexpected character "([\s\S]*)"/, (m) => `"${short(m[1])}" cannot be read. Write words in straight quotation marks: "…".`],
  [/^unexpected "([\s\S]*)"/, (m) => `"${short(m[1])}" stands where nothing is expected.`],
  [/^expected "="/, () => 'After {% assign %} come a name, "=" and a value, such as {% assign city = "Ulm" %}.'],
  [/^illegal tag: (\{%[\s\S]*%\})/, (m) => `${short(m[1])} cannot be read. A loop is written {% for item in list %}.`],
  [/^invalid range syntax/, () => 'Brackets are for ranges such as (1..3) only. Write conditions without them.'],
  [
    /^invalid value expression: "([\s\S]*)"/,
    (m) => `"${short(m[1])}" cannot be read. Write the name of a column, such as {{ first_name }}.`,
  ],
  [/output limit exceeded/, () => 'The message becomes too large. Look for a loop that goes on and on, or a column that holds very much.'],
  [/limit exceeded/, () => 'The template takes too long or becomes too large. Look for a loop that goes on and on.'],
];

export function sayUnknownFilter(name: string): string {
  return `There is no filter "${name}".${suggest(name, Object.keys(plainEngine.filters))}`;
}

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
