// npm run restored: tells Rollcall that its database was put back from a backup. Nothing is sent before somebody has said that it may go on.
import { goOnSending, restoredCampaigns, restoredState, tellRestored } from '../app/domain/restored/restored.server.ts';
import { operate, WrongCall } from './launch/operate.ts';

const usage = `npm run restored              tells that the database was put back from a backup; does nothing where that was noticed
npm run restored -- --go-on   says that sending may go on; what was being sent stays paused until somebody decides

Rollcall notices most restores by itself. Tell it where it cannot: a copy of the whole folder or machine was put back.`;

await operate(
  usage,
  async ({ db, positionals, values }) => {
    if (positionals.length > 0) throw new WrongCall(usage);
    if (values['go-on']) {
      const went = await goOnSending(db, 'npm run restored');
      console.log(
        went
          ? 'Sending may go on. Campaigns that were being sent stay paused: decide for each on its page.'
          : 'There is nothing to decide: no restore is noted.',
      );
      return;
    }
    const told = await tellRestored(db);
    const state = await restoredState(db);
    console.log(told ? 'Noted: this database was put back from a backup.' : 'This was noted already.');
    if (state?.known_until)
      console.log(`The newest that it knows of is from ${state.known_until}. What was sent after that is not known here.`);
    const campaigns = await restoredCampaigns(db);
    for (const { id, name, status, sent, unknown, pending, scheduled_at } of campaigns) {
      const what =
        status === 'SCHEDULED'
          ? `begins by itself at ${scheduled_at}`
          : status === 'DRAFT'
            ? 'its time has come, and it has no approval that holds: ask for one again'
            : `${sent} sent, ${unknown + pending} open: nobody is sent to before somebody decides`;
      console.log(`  ${id}  ${name}: ${status}, ${what}`);
    }
    console.log('Nothing is sent until an administrator says so in the application, or: npm run restored -- --go-on');
  },
  { 'go-on': { type: 'boolean' } },
);
