import { startSandbox } from './index.ts';

/**
 * The provider sandbox as a process. SANDBOX_PORT (3025), BASE_URL (where events go, http://localhost:PORT), SANDBOX_WEBHOOK_PRIVATE_KEY
 * (signs them), and to accept only one key: SANDBOX_SENDGRID_API_KEY, SANDBOX_TWILIO_ACCOUNT_SID, SANDBOX_TWILIO_AUTH_TOKEN.
 */
const { env } = process;

if (env.NODE_ENV === 'production' && env.SANDBOX !== '1') {
  console.error('The provider sandbox does not run in production: messages would reach nobody. Set SANDBOX=1 if that is what you want.');
  process.exit(1);
}

const port = Number(env.SANDBOX_PORT || 3025);
// An empty variable counts as absent, as it does for the product.
const baseUrl = env.BASE_URL || `http://localhost:${env.PORT || 3000}`;

try {
  const sandbox = await startSandbox({
    port,
    baseUrl,
    seed: Number(env.SANDBOX_SEED ?? 1),
    webhookPrivateKey: env.SANDBOX_WEBHOOK_PRIVATE_KEY || undefined,
    credentials: {
      sendgridApiKey: env.SANDBOX_SENDGRID_API_KEY || undefined,
      twilioAccountSid: env.SANDBOX_TWILIO_ACCOUNT_SID || undefined,
      twilioAuthToken: env.SANDBOX_TWILIO_AUTH_TOKEN || undefined,
    },
  });
  console.log(`Provider sandbox on ${sandbox.url}/sandbox, events to ${baseUrl}`);
  const stop = () => {
    void sandbox.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  console.error(busy ? `The provider sandbox cannot start: port ${port} is in use. Set SANDBOX_PORT to another.` : error);
  process.exit(1);
}
