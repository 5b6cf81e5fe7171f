import { setTimeout as delay } from 'node:timers/promises';
import type { FaultsInput } from '#sandbox/faults.ts';
import type { Process } from '../launch/processes.ts';
import type { Cluster } from './cluster.ts';
import type { Fault } from './plan.ts';

/** SIGTERM must have ended a process after this time, whatever else is broken. */
const STOP_WITHIN_MS = 20_000;

export type ChannelFaults = NonNullable<FaultsInput['email']>;

export interface Injection {
  cluster: Cluster;
  /** Sets what the provider does beside what it always does. */
  provider(faults: ChannelFaults): Promise<void>;
  /** A person's click, repeated while the server says that it is broken. */
  click(action: 'pause' | 'resume' | 'send to one again'): Promise<unknown>;
  cutSockets(): void;
  /** 0 to below 1, seeded. */
  random(): number;
  violation(text: string): void;
  say(line: string): void;
}

/** Makes one thing go wrong; resolves when it is over. */
export async function inject(
  { kind, ms }: Fault,
  { cluster, provider, click, cutSockets, random, violation, say }: Injection,
): Promise<void> {
  const { workers, webs, database } = cluster;
  /** One that is no longer part of the cluster. */
  const takeOne = (processes: Process[]) => processes.splice(Math.floor(random() * processes.length), 1)[0] as Process;
  const told = async (process: Process, mustEndWell = true) => {
    const { code, ms: took } = await process.stop(STOP_WITHIN_MS);
    if (code === null) violation(`${process.name} did not end within ${STOP_WITHIN_MS / 1_000} s of SIGTERM (${kind})`);
    else if (mustEndWell && code !== 0) violation(`${process.name} ended with status ${code} after SIGTERM`);
    say(`${process.name} ended with status ${code} ${took} ms after SIGTERM`);
  };
  const cut = (whose: string) =>
    cluster.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like $1',
      [whose],
    );

  switch (kind) {
    case 'worker killed':
      await takeOne(workers).kill();
      return cluster.startWorker();
    case 'both workers killed':
      await Promise.all([takeOne(workers).kill(), takeOne(workers).kill()]);
      await Promise.all([cluster.startWorker(), cluster.startWorker()]);
      return;
    case 'worker replaced':
      await cluster.startWorker();
      return told(workers.shift() as Process);
    case 'web killed':
      await takeOne(webs).kill();
      return cluster.startWeb();
    case 'all web killed':
      await Promise.all(webs.splice(0).map((web) => web.kill()));
      await Promise.all([cluster.startWeb(), cluster.startWeb()]);
      return;
    case 'web replaced':
      await cluster.startWeb();
      return told(webs.shift() as Process);
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
      await told(takeOne(workers), false);
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
      return cutSockets();
    case 'provider down':
      await provider({ down: true });
      await delay(ms);
      return provider({});
    case 'provider slow':
      await provider({ latency_ms: 1_500 });
      await delay(ms);
      return provider({});
    case 'paused by a person':
      await click('pause');
      await delay(ms);
      await click('resume');
      return;
    case 'sent to one again by a person':
      await click('send to one again');
      return;
  }
}
