import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Env } from './env.server.ts';

export type { Logger };

// What people may not read in a log, wherever an object carries it. Addresses and message bodies are not logged to begin with.
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'apiKey',
  'api_key',
  'authToken',
  'address',
  'to',
  'email',
  'variables',
];
const redact = {
  paths: [
    ...SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    'req.headers.authorization',
    'req.headers.cookie',
    'res.headers["set-cookie"]',
  ],
  censor: '(hidden)',
};

/** JSON lines, or lines for people where a person watches the terminal (also through `npm start`, which sets LOG_PRETTY=1). */
export function createLogger({ logLevel }: Pick<Env, 'logLevel'>): Logger {
  const options = { level: logLevel, redact, base: undefined, serializers: { err: errorWithoutSecrets } };
  if (process.stdout.isTTY || process.env.LOG_PRETTY === '1') {
    return pino(
      options,
      pretty({
        colorize: Boolean(process.stdout.isTTY || process.env.FORCE_COLOR) && !process.env.NO_COLOR,
        singleLine: true,
        translateTime: 'SYS:HH:MM:ss',
        ignore: 'pid,hostname',
        sync: true,
      }),
    );
  }
  return pino(options);
}

/** An error's own words and place. Other fields stay out: database and HTTP errors carry rows and requests in them. */
function errorWithoutSecrets(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  return {
    type: name,
    message,
    stack,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: errorWithoutSecrets(cause) }),
  };
}
