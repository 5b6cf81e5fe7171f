import { join } from 'node:path';
import { type Asker, may } from '../access/roles.ts';
import type { Connection } from './connection.ts';

/** The login that `npm start` makes in the embedded database; it reads the reporting views and nothing else. */
export const REPORTS_USER = 'rollcall_reports';
/** Under DATA_DIR, readable by its owner. */
export const REPORTS_PASSWORD_FILE = 'reports-password';

/** What the configuration says of the database. */
interface DatabaseSettings {
  databaseDirectUrl: string;
  embeddedDatabase: boolean;
  dataDir: string;
}

/** Only for those who work with numbers or run the installation, and may see people, as the views show them; null for others. */
export function connection(env: DatabaseSettings, viewer: Asker): Connection | null {
  if (!may(viewer, 'people:read')) return null;
  if (viewer.role !== 'admin' && viewer.role !== 'analyst') return null;
  const { hostname, port, pathname, searchParams } = new URL(env.databaseDirectUrl);
  return {
    host: hostname || searchParams.get('host') || 'localhost',
    port: port || '5432',
    database: decodeURIComponent(pathname.slice(1)) || 'rollcall',
    user: env.embeddedDatabase ? REPORTS_USER : null,
    passwordFile: env.embeddedDatabase ? join(env.dataDir, REPORTS_PASSWORD_FILE) : null,
  };
}
