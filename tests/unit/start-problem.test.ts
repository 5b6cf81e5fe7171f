import { expect, test } from 'vitest';
import { StartProblem, startProblem } from '#app/config/start-problem.server.ts';
import { NotMigrated } from '#db/migrate/migrations.ts';

const url = 'postgres://rita:s%40cret@db.example.com:6543/letters';
const coded = (code: string, message = 'said by the server') => Object.assign(new Error(message), { code });

test.each([
  [coded('ECONNREFUSED'), 'No PostgreSQL answers at db.example.com:6543.'],
  [new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]), 'No PostgreSQL answers at db.example.com:6543.'],
  [coded('ENOTFOUND'), 'There is no host named db.example.com.'],
  [coded('ETIMEDOUT'), 'does not answer'],
  [new Error('timeout exceeded when trying to connect'), 'does not answer'],
  [coded('28P01'), 'refused the password of user rita'],
  [coded('28000', 'no pg_hba.conf entry'), 'does not let user rita in: no pg_hba.conf entry'],
  [coded('3D000'), 'There is no database named letters'],
  [coded('42P01'), 'npm run migrate'],
  [coded('53300'), 'no connection left'],
  [coded('57P03'), 'starting or recovering'],
  [coded('25006'), 'standby'],
  [new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), 'has none for user rita'],
  [new Error('The server does not support SSL connections'), 'does not speak SSL'],
  [coded('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'), 'is not believed'],
  [new NotMigrated('The database is not migrated: …'), 'not migrated'],
  [new StartProblem('The pages are not built.'), 'not built'],
])('%s is told in one line without the password', (error, words) => {
  const line = startProblem(error, url);
  expect(line).toContain(words);
  expect(line).not.toMatch(/\n|cret/);
});

test.each([[new TypeError('x is not a function')], [coded('XX000')], ['thrown text'], [null]])(
  '%s is a bug, and its stack is kept',
  (error) => {
    expect(startProblem(error, url)).toBeNull();
  },
);

test('an address that cannot be read does no harm', () => {
  expect(startProblem(coded('ECONNREFUSED'), '')).toContain('localhost:5432');
});
