import { setTimeout as delay } from 'node:timers/promises';
import type { FaultsInput } from '#sandbox/faults.ts';
import type { Cluster } from './cluster.ts';
import type { Fault } from './plan.ts';
import type { Process } from './processes.ts';

/** SIGTERM must have ended a process after this time, whatever else is broken. */
const STOP_WITHIN_MS = 20_000;

export interface Injection {
  cluster: Cluster;
  /** What the provider does when nothing special happens. */
  usual: FaultsInput;
  /** A person's click, repeated while the server says that it is broken. */
  click(action: 'pause' | 'resume'): Promise<unknown>;
  cutSocket(): void;
  /** 0 to below 1, seeded. */
  random(): number;
  violation(text: string): void;
  say(line: string): void;
}

/** Makes one thing go wrong; resolves when it is over. */
export async function inject({ kind, ms }: Fault, { cluster, usual, click, cutSocket, random, violation, say }: Injection): Promise<void> {
  const { workers, database, sandbox } = cluster;
  /** One that is no longer part of the cluster. */
  const takeWorker = () => workers.splice(Math.floor(random() * workers.length), 1)[0] as Process;
  const told = async (worker: Process) => {
    const { code, ms: took } = await worker.stop(STOP_WITHIN_MS);
    if (code === null) violation(`a worker did not end within ${STOP_WITHIN_MS / 1_000} s of SIGTERM (${kind})`);
    say(`worker ended with status ${code} ${took} ms after SIGTERM`);
    return code;
  };
  const cut = (whose: string) =>
    cluster.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like $1',
      [whose],
    );

  switch (kind) {
    case 'worker killed':
      await takeWorker().kill();
      return cluster.startWorker();
    case 'both workers killed':
      await Promise.all([takeWorker().kill(), takeWorker().kill()]);
      await Promise.all([cluster.startWorker(), cluster.startWorker()]);
      return;
    case 'worker replaced': {
      await cluster.startWorker();
      const code = await told(workers.shift() as Process);
      if (code !== 0) violation(`a worker ended with status ${code} after SIGTERM`);
      return;
    }
    case 'worker frozen': {
      const frozen = workers[0] as Process;
      frozen.signal('SIGSTOP');
      await delay(ms);
      return frozen.signal('SIGCONT');
    }
    case 'PostgreSQL restarted':
      await database.stop('SIGINT');
      return database.start();
    case 'PostgreSQL stopped at once':
      await database.stop('SIGQUIT');
      return database.start();
    case 'PostgreSQL killed':
      await database.stop('SIGKILL');
      return database.start();
    case 'PostgreSQL gone':
      await database.stop('SIGINT');
      await delay(ms);
      return database.start();
    case 'worker told to stop while PostgreSQL is gone': {
      await database.stop('SIGINT');
      await told(takeWorker());
      await database.start();
      return cluster.startWorker();
    }
    case 'connections cut':
      await cut('rollcall %');
      return;
    case 'listener cut':
      await cut('rollcall listen');
      return;
    case 'socket cut':
      return cutSocket();
    case 'provider down':
      await sandbox.setFaults({ email: { ...usual.email, down: true } });
      await delay(ms);
      return sandbox.setFaults(usual);
    case 'provider slow':
      await sandbox.setFaults({ email: { ...usual.email, latency_ms: 1_500 } });
      await delay(ms);
      return sandbox.setFaults(usual);
    case 'paused by a person':
      await click('pause');
      await delay(ms);
      await click('resume');
      return;
  }
}
