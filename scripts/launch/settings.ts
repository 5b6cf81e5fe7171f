import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGiven } from '../../app/config/secret-files.server.ts';
import { makeFolder } from '../../app/domain/make-folder.server.ts';
import {
  deriveWebhookKeys,
  sandboxEmailFrom,
  sandboxSendgridApiKey,
  sandboxSmsFrom,
  sandboxTwilioAccountSid,
  sandboxTwilioAuthToken,
} from '../../sandbox/credentials.ts';
import { LaunchError } from './error.ts';

type Source = Record<string, string | undefined>;

export interface LaunchSettings {
  sandbox: boolean;
  embeddedDatabase: boolean;
}

/**
 * Decides what `npm start` brings along: the database where no DATABASE_URL is set, the provider sandbox where no provider's keys are.
 * Where the user set NODE_ENV=production, both must be asked for by name (DATABASE_URL=embedded, SANDBOX=1).
 *
 * @throws LaunchError
 */
export function decideLaunch(source: Source): LaunchSettings {
  const production = source.NODE_ENV === 'production';
  const keys = isGiven(source, 'SENDGRID_API_KEY') || isGiven(source, 'TWILIO_ACCOUNT_SID');
  const sandbox = source.SANDBOX === '1' || (source.SANDBOX !== '0' && !keys);
  const embeddedDatabase = !isGiven(source, 'DATABASE_URL') || source.DATABASE_URL === 'embedded';
  if (production && sandbox && source.SANDBOX !== '1') {
    throw new LaunchError(
      'NODE_ENV=production, but no provider is configured: set SENDGRID_API_KEY or TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN. ' +
        'SANDBOX=1 asks for the provider sandbox by name, SANDBOX=0 starts without any.',
    );
  }
  if (production && embeddedDatabase && source.DATABASE_URL !== 'embedded') {
    throw new LaunchError(
      'NODE_ENV=production, but no database is configured. Example: DATABASE_URL=postgres://rollcall:password@localhost:5432/rollcall. ' +
        'DATABASE_URL=embedded asks for the embedded one by name.',
    );
  }
  return { sandbox, embeddedDatabase };
}

/** What web, worker and sandbox need to find each other. Keys of real providers do not go near the sandbox. */
export function sandboxEnv(dataDir: string, port: number, given: Record<string, string | undefined> = {}): Record<string, string> {
  const url = `http://127.0.0.1:${port}`;
  const { privateKey, publicKey } = deriveWebhookKeys(keptSecret(join(dataDir, 'sandbox-secret')));
  return {
    SANDBOX: '1',
    SANDBOX_PORT: String(port),
    SANDBOX_WEBHOOK_PRIVATE_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    SANDBOX_SENDGRID_API_KEY: sandboxSendgridApiKey,
    SANDBOX_TWILIO_ACCOUNT_SID: sandboxTwilioAccountSid,
    SANDBOX_TWILIO_AUTH_TOKEN: sandboxTwilioAuthToken,
    SENDGRID_API_KEY: sandboxSendgridApiKey,
    SENDGRID_BASE_URL: url,
    SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
    TWILIO_ACCOUNT_SID: sandboxTwilioAccountSid,
    TWILIO_AUTH_TOKEN: sandboxTwilioAuthToken,
    TWILIO_BASE_URL: url,
    EMAIL_FROM: given.EMAIL_FROM || sandboxEmailFrom,
    SMS_FROM: given.SMS_FROM || sandboxSmsFrom,
  };
}

/** Kept, so that events which the sandbox signed before a restart are still believed after it. */
function keptSecret(file: string): string {
  if (!existsSync(file)) {
    makeFolder(join(file, '..'));
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}
