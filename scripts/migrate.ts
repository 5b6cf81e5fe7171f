// npm run migrate: brings the database at DATABASE_DIRECT_URL (or DATABASE_URL) to the newest schema.
import { readEnvOrExit } from '../app/env.server.ts';
import { migrate } from '../db/migrate.ts';
import { describeError } from './launch-error.ts';

const { databaseDirectUrl } = readEnvOrExit();
try {
  const applied = await migrate(databaseDirectUrl);
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}` : 'The database is up to date');
} catch (error) {
  console.error(`The database could not be brought up to date: ${describeError(error)}`);
  process.exit(1);
}
