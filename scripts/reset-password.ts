// npm run reset-password -- EMAIL: a new password for somebody who lost theirs, for whoever can reach the database.
import { readFileSync } from 'node:fs';
import { createAuth } from '../app/domain/access/auth.server.ts';
import { through } from '../app/domain/access/door.server.ts';
import { givePassword } from '../app/domain/access/give-password.server.ts';
import { sessionSecrets } from '../app/domain/access/secrets.server.ts';
import { operate, WrongCall } from './launch/operate.ts';

const usage = `npm run reset-password -- EMAIL

Makes a new password for this account, prints it once and ends the account's sessions.
To choose it yourself, hand it over on standard input:  npm run reset-password -- EMAIL < file
Where the account has a second factor it stays, and a code is asked for after the password. For somebody whose phone and recovery codes are
gone:  npm run reset-password -- EMAIL --remove-second-factor`;

const secondFactor = {
  none: '',
  stays: 'The second factor stays: a code is asked for after the password. Without phone and recovery codes, add --remove-second-factor.',
  removed: 'The second factor is removed: the password alone opens the account.',
};

const work: Parameters<typeof operate>[1] = async ({ env, db, positionals: [email, ...more], values }) => {
  if (!email || more.length > 0) throw new WrongCall(usage);
  const auth = createAuth(db, { baseUrl: env.baseUrl, ...(await sessionSecrets(db, env)) });
  const given = process.stdin.isTTY ? null : readFileSync(0, 'utf8').replace(/\r?\n$/, '') || null;
  const made = await through({ door: 'command', address: null, device: null }, () =>
    givePassword({ auth, db }, email, given, values['remove-second-factor'] === true),
  );
  console.log(`${made.name} <${made.email}>, ${made.role}`);
  console.log(given === null ? `New password: ${made.password}` : 'The password is the one given.');
  console.log(
    `${made.sessions} open ${made.sessions === 1 ? 'session' : 'sessions'} ended.${made.disabled ? ' The account is disabled: an administrator enables it under Settings, Team.' : ''}`,
  );
  if (env.oidcOnly)
    console.log(`Passwords are switched off (OIDC_ONLY=1). This one signs in for an hour, at ${env.baseUrl}/login?password=1`);
  if (secondFactor[made.secondFactor]) console.log(secondFactor[made.secondFactor]);
};

await operate(usage, work, { 'remove-second-factor': { type: 'boolean' } });
