// npm run secrets: how the secrets that the database keeps stand there, and what to do where the key to them is lost.
import { checkSecrets, forgetUnreadable, renewSessionSecret } from '../app/domain/secrets/renew-secrets.server.ts';
import { operate, WrongCall } from './launch/operate.ts';

const usage = `npm run secrets                    tells whether the secrets in the database are encrypted, and can be read with SECRETS_KEY
npm run secrets -- --new-session   makes a new secret that signs sessions, where SESSION_SECRET is not set; the one before is believed beside it
npm run secrets -- --forget        where the key is lost for good: gives up what cannot be read, so that Rollcall starts again`;

await operate(
  usage,
  async ({ env, db, positionals, values }) => {
    if (positionals.length > 0) throw new WrongCall(usage);
    if (values['new-session']) {
      if (env.sessionSecret) throw new Error('SESSION_SECRET is set: set a new one there, and SESSION_SECRET_OLD to the one before.');
      await renewSessionSecret(db);
      console.log('Done. Start the web processes again, one after the other: who is signed in stays so.');
      return;
    }
    if (values.forget) {
      const gone = await forgetUnreadable(db);
      for (const { cost } of gone) console.log(`  ${cost}`);
      console.log(gone.length > 0 ? 'Given up. Start Rollcall again.' : 'All secrets can be read: nothing was given up.');
      return;
    }
    const { readable, unreadable } = await checkSecrets(db);
    if (unreadable.length === 0) {
      console.log(
        `${readable} secrets, all of which can be read. ${db.seals.active ? 'They are encrypted.' : 'They are not encrypted: SECRETS_KEY is not set.'}`,
      );
      return;
    }
    console.log(`${readable} secrets can be read, ${unreadable.length} cannot: they are encrypted with a key that is not here.`);
    console.log('Set SECRETS_KEY to it, or SECRETS_KEY_OLD where you changed the key. Where it is lost for good, --forget gives these up:');
    for (const { cost } of unreadable) console.log(`  ${cost}`);
    process.exitCode = 1;
  },
  { 'new-session': { type: 'boolean' }, forget: { type: 'boolean' } },
);
