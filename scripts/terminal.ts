import { styleText } from 'node:util';

export interface BannerFacts {
  url: string;
  dataDir: string;
  keyFile: string;
  sandboxUrl?: string;
  signIn?: FirstSignIn;
}

export interface FirstSignIn {
  email: string;
  /** null: ADMIN_PASSWORD, which its owner knows. */
  password: string | null;
}

/** A part's line with its name before it. */
export function printLine(part: string, line: string): void {
  if (line.trim()) console.log(`${styleText('dim', `${part.padEnd(8)} |`)} ${line}`);
}

/** What people need once the product runs. */
export function banner({ url, dataDir, keyFile, sandboxUrl, signIn }: BannerFacts): string {
  return [
    '',
    `  ${styleText('bold', 'Rollcall is ready:')} ${styleText(['cyan', 'underline'], url)}`,
    ...(signIn ? signInLines(signIn) : ['  Forgot a password? npm run reset-password -- EMAIL']),
    ...(sandboxUrl ? [`  Provider sandbox   ${sandboxUrl} (no message leaves this machine)`] : []),
    `  API key            ${keyFile}`,
    `  Data               ${dataDir}`,
    '',
    '  Ctrl-C stops it all; data stays.',
    '',
  ].join('\n');
}

export function signInLines({ email, password }: FirstSignIn): string[] {
  return [
    '',
    `  Sign in with       ${styleText('bold', email)}`,
    `  Password           ${password ? `${styleText('bold', password)}  (shown until somebody has signed in)` : 'the one in ADMIN_PASSWORD'}`,
    '',
  ];
}
