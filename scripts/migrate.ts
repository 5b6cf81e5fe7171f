// npm run migrate: brings the database at DATABASE_DIRECT_URL (or DATABASE_URL) to the newest schema.
import { readEnvOrExit } from '../app/config/env.server.ts';
import { startProblem } from '../app/config/start-problem.server.ts';
import { migrate } from '../db/migrate/migrate.ts';
import { describeError } from './launch/error.ts';

// Only the database's address matters here: what production demands of web and worker, they demand themselves.
const { databaseDirectUrl } = readEnvOrExit({ ...process.env, LAUNCHED: '1' });
try {
  const applied = await migrate(databaseDirectUrl);
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}` : 'The database is up to date');
} catch (error) {
  console.error(`The database could not be brought up to date: ${startProblem(error, databaseDirectUrl) ?? describeError(error)}`);
  process.exit(1);
}
