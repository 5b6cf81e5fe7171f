import { join } from 'node:path';
import { styleText } from 'node:util';
import { REPORTS_PASSWORD_FILE, REPORTS_USER } from '../../app/domain/reporting/connection.server.ts';

export interface BannerFacts {
  url: string;
  dataDir: string;
  keyFile: string;
  /** Of the embedded database. */
  databasePort?: string;
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
export function banner({ url, dataDir, keyFile, databasePort, sandboxUrl, signIn }: BannerFacts): string {
  return [
    '',
    `  ${styleText('bold', 'Rollcall is ready:')} ${styleText(['cyan', 'underline'], url)}`,
    ...(signIn ? signInLines(signIn) : ['  Forgot a password? npm run reset-password -- EMAIL']),
    ...(sandboxUrl ? [`  Provider sandbox   ${sandboxUrl} (no message leaves this machine)`] : []),
    `  API key            ${keyFile}`,
    `  Data               ${dataDir}`,
    ...(databasePort
      ? [
          `  Reports in SQL     127.0.0.1:${databasePort}, database rollcall, user ${REPORTS_USER}, password in ${join(dataDir, REPORTS_PASSWORD_FILE)}`,
        ]
      : []),
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
