import type { Task, TaskList } from 'graphile-worker';
import type { Env } from '#app/config/env.server.ts';
import type { Logger } from '#app/config/log.server.ts';
import type { AlertSender } from '#app/domain/alerts/alert-sender.server.ts';
import type { Channel } from '#app/domain/channel.ts';
import type { Engine } from '#app/domain/sending/engine.server.ts';
import type { Database } from '#db/database.ts';
import { cloneCampaignRecipients } from './clone-recipients.ts';
import { deliverAlerts } from './deliver-alert.ts';
import { keepAudit } from './keep-audit.ts';
import { keepReports } from './keep-reports.ts';
import { moveCampaignRecipients } from './move-recipients.ts';
import { probeHeldProvider } from './probe-provider.ts';
import { raiseAlerts } from './raise-alerts.ts';
import { reconcileLedger } from './reconcile.ts';
import { removeList } from './remove-list.ts';
import { sendChunk } from './send-chunk.ts';
import { sendMessage } from './send-message.ts';
import { settleUnknownOutcomes } from './settle-unknown.ts';
import { startCampaign } from './start-campaign.ts';
import { tellOfKeys } from './tell-of-keys.ts';

export interface TaskContext {
  db: Database;
  env: Env;
  log: Logger;
  engine: Engine;
  alertSender: AlertSender;
}

/** The jobs that send nothing, by name. They have places of their own: however slow a provider is, campaigns are paused, moved and ended. */
export function housekeeping({ db, env, log, engine, alertSender }: TaskContext): TaskList {
  return {
    move_recipients: moveCampaignRecipients(db),
    clone_recipients: cloneCampaignRecipients(db),
    remove_list: removeList(db),
    start_campaign: startCampaign(db),
    settle_unknown: settleUnknownOutcomes(db, env, engine),
    probe_provider: probeHeldProvider(db),
    keep_reports: keepReports(db),
    keep_audit: keepAudit(db, env, log),
    tell_of_keys: tellOfKeys(db),
    reconcile: reconcileLedger(db, log),
    raise_alerts: raiseAlerts(db),
    deliver_alert: deliverAlerts(db, alertSender),
  };
}

/** The jobs that send, of one channel. @param most how many of them run at once */
export function sending({ engine }: TaskContext, channel: Channel, most: number): TaskList {
  let running = 0;
  const counted =
    (task: Task): Task =>
    async (payload, helpers) => {
      running++;
      try {
        return await task(payload, helpers);
      } finally {
        running--;
      }
    };
  return {
    [`send_${channel}`]: counted(sendMessage(engine, channel)),
    [`send_${channel}_chunk`]: counted(sendChunk(engine, channel, () => running >= most)),
  };
}

/** What runs every minute, beside being asked for when it is due. */
export const crontab = ['settle_unknown', 'reconcile', 'keep_reports', 'keep_audit', 'tell_of_keys']
  .map((task) => `* * * * * ${task} ?max=1`)
  .join('\n');
