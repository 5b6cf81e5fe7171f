import type { Task } from 'graphile-worker';
import type { Env } from '#app/config/env.server.ts';
import type { Logger } from '#app/config/log.server.ts';
import { keepHead } from '#app/domain/audit/heads.server.ts';
import { auditHead, cutAudit, restingAudit, tellAudit } from '#app/domain/audit/keep-audit.server.ts';
import type { Database } from '#db/database.ts';

/** Every minute: hands the audit log on to the log, keeps its last row outside of the database, and cuts off what is older than it is kept. */
export const keepAudit =
  (db: Database, env: Pick<Env, 'auditKeepDays' | 'dataDir'>, log: Logger): Task =>
  async () => {
    await restingAudit(db.pool);
    while ((await tellAudit(db.pool, (audit) => log.info({ audit }, 'audit'))) > 0);
    const head = await auditHead(db.pool);
    try {
      if (head) keepHead(env.dataDir, head);
    } catch (error) {
      log.warn({ err: error }, 'the last row of the audit log could not be kept in DATA_DIR');
    }
    if (env.auditKeepDays > 0) while ((await cutAudit(db.pool, env.auditKeepDays)) >= 10_000);
  };
