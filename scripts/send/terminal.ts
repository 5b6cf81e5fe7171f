import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import stringWidth from 'string-width';

/** What a command has of its surroundings. */
export interface Terminal extends Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'> {
  env: Record<string, string | undefined>;
  /** Of Rollcall's folder (`.env`): its own, and not the caller's. */
  settings: Record<string, string | undefined>;
  /** Rollcall's folder: where DATA_DIR is relative to. */
  root: string;
}

/**
 * Names, addresses and arguments are other people's: whatever in them would steer a terminal (clear it, write over lines, turn what follows around)
 * is shown as a mark. Line breaks stay.
 */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (sign) => (sign === '\n' ? sign : '\u{fffd}'));
}

/** One line of a table: no breaks either. */
const cell = (text: string) => harmless(text).replaceAll('\n', ' ');

/** Columns with two spaces between, by what characters take on a terminal; numbers to the right. The last column is as long as it is. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const number = new Intl.NumberFormat('en-US');
  const lines = [head, ...rows].map((row) => row.map((value) => (typeof value === 'number' ? number.format(value) : cell(value))));
  const widths = head.map((_, n) => Math.max(...lines.map((line) => stringWidth(line[n] ?? ''))));
  return lines
    .map((line, l) =>
      line
        .map((text, n) => {
          const room = ' '.repeat((widths[n] ?? 0) - stringWidth(text));
          const isNumber = typeof (rows[Math.max(0, l - 1)] ?? [])[n] === 'number';
          return isNumber ? room + text : text + room;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export const isAsked = ({ stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>): boolean => Boolean(stdin.isTTY && stderr.isTTY);

/** A question with yes or no, on the terminal and not in what is piped on. */
export async function says({ stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>, question: string): Promise<boolean> {
  const answer = await answerTo(createInterface({ input: stdin, output: stderr }), `${harmless(question)} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}

/** Nothing where the input ends. @throws AbortError where somebody presses Ctrl-C */
async function answerTo(lines: Interface, prompt: string): Promise<string> {
  const ended = Promise.withResolvers<string>();
  lines.once('close', () => ended.resolve(''));
  try {
    return await Promise.race([lines.question(prompt), ended.promise]);
  } finally {
    lines.close();
  }
}

/** Does this before a signal ends the process, as the keyboard or a supervisor sends it. @returns takes it back */
export function beforeSignals(tidy: () => void): () => void {
  const codes = { SIGINT: 130, SIGHUP: 129, SIGTERM: 143 } as const;
  const handlers = Object.entries(codes).map(([signal, code]) => {
    const handler = () => {
      tidy();
      process.exit(code);
    };
    process.once(signal, handler);
    return () => void process.off(signal, handler);
  });
  return () => {
    for (const off of handlers) off();
  };
}

/** What is typed is not shown; without a terminal, the first line of the standard input. */
export async function readSecret(terminal: Terminal, prompt: string): Promise<string> {
  if (!terminal.stdin.isTTY) {
    let text = '';
    for await (const chunk of terminal.stdin.setEncoding('utf8')) {
      text += chunk;
      if (text.includes('\n') || text.length > 10_000) break;
    }
    return (text.split('\n')[0] ?? '').trim();
  }
  terminal.stderr.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await answerTo(createInterface({ input: terminal.stdin, output: nowhere, terminal: true }), '');
  terminal.stderr.write('\n');
  return answer.trim();
}
