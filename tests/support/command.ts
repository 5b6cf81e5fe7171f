import { Readable, Writable } from 'node:stream';
import { main } from '../../scripts/cli/main.ts';

export interface Surroundings {
  env: Record<string, string | undefined>;
  /** Of the folder's `.env`. */
  settings?: Record<string, string>;
  /** On the standard input. */
  typed?: string;
}

/** Runs `rollcall` as a script would, without a terminal, in this process. */
export async function runCommand(
  args: string[],
  { env, settings = {}, typed = '' }: Surroundings,
): Promise<{ status: number; out: string; err: string }> {
  const texts = { stdout: '', stderr: '' };
  const collect = (name: keyof typeof texts) =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    }) as never;
  const status = await main(args, {
    ...{
      root: process.cwd(),
      stdin: Readable.from([Buffer.from(typed)]) as never,
      stdout: collect('stdout'),
      stderr: collect('stderr'),
      env,
      settings,
    },
  });
  return { status, out: texts.stdout, err: texts.stderr };
}
