import { expect } from 'vitest';
import { resumeCampaign } from '#app/domain/campaigns/life.server.ts';
import { chunk, claim, repeatClaim } from './claims.ts';
import type { Command } from './commands.ts';
import { life } from './commands.ts';
import type { Model } from './model.ts';
import { answer, confirm, gate, move, reconciled, retriesDue, settle } from './workers.ts';
import { sumsAgree, type World } from './world.ts';

const resume = life(['resume', resumeCampaign]);

/** From wherever it is: with a healthy provider, time, and a person who presses resume, a campaign ends, and nobody is left open. */
export async function bringHome(model: Model, real: World): Promise<void> {
  const does = async (command: Command) => {
    if (command.check(model)) await command.run(model, real);
  };
  const done = () =>
    model.campaign.status !== 'SENDING' && model.campaign.status !== 'PAUSED' && !model.isMoving() && model.inFlight() === 0;
  for (let turn = 0; turn < 12 && !done(); turn++) {
    const { campaign } = model;
    await does(confirm());
    if (model.stopped) await does(gate('go on'));
    if (model.held) await does(gate('release'));
    if (campaign.status === 'PAUSED') await does(resume);
    while (model.calls.some(({ unanswered }) => unanswered)) await does(repeatClaim(0));
    while (model.calls.length > 0) await does(answer(0, 'accepted', true, false));
    await does(move(0, false));
    for (const n of real.workers.keys()) await does(chunk(n, model.people.length, 'makes room'));
    // A probe that found no slot is queued, and its job has a time too.
    if (model.count('retrying') + model.count('queued') > 0) await does(retriesDue());
    if (model.count('unknown') > 0 || model.count('sending') > 0) await does(settle(true, true, true));
    for (let open = model.count('queued') + model.count('retrying'); open > 0; open--) await does(claim(0, 0, false));
    if (turn > 2) await does(reconciled());
  }
  const open = model.people.filter(({ status, held }) => !resting(model).includes(status) && !(status === 'unknown' && held));
  expect([model.campaign.status, open.map(({ address, status }) => `${address} ${status}`), done()]).toEqual([
    model.campaign.status,
    [],
    true,
  ]);
  await sumsAgree(model, real);
}

function resting({ campaign: { status } }: Model): string[] {
  const ends = ['sent', 'failed', 'suppressed', 'cancelled'];
  // Not tried, since the campaign stopped before them: a retry goes on with them.
  return status === 'FAILED' || status === 'PARTIALLY_SENT' ? [...ends, 'pending'] : ends;
}

/** Nothing of it meets the next campaign in this database. */
export async function tidy(real: World): Promise<void> {
  await real.query(`
    begin;
    set local session_replication_role = 'replica';
    delete from recipients; delete from attempts; delete from provider_events; delete from campaigns; delete from rate_line;
    delete from graphile_worker._private_jobs; update workers set ended_at = now(), ended_how = 'stopped' where ended_at is null;
    update provider_gates set held_since = null, hold_until = null, hold_reason = null, hold_count = 0, rate = null;
    commit`);
  await real.query(`select confirm_restored('a test')`);
}
