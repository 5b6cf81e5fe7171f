import { deriveWebhookKeys } from '#sandbox/credentials.ts';
import { paired, type Row } from '../stage/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { events } from './events.ts';
import type { Figure } from './figure.ts';
import { imports } from './import.ts';
import { pages } from './pages.ts';

const row = ({ name, ours, limit, unit }: Figure, against: string, wanted: Row['wanted']): Row =>
  paired({ what: name, unit, against, wanted }, [{ ours, theirs: limit }]);

/** A large list comes in: against COPY, and how much memory that takes. */
export async function importRows(stage: Stage, size: number): Promise<Row[]> {
  const [ledger, plain, memory] = (await imports({ ...stage, size })) as [Figure, Figure, Figure];
  return [
    row({ ...ledger, name: 'import' }, 'COPY into the same table', { least: 0.2 }),
    row({ ...plain, name: 'import' }, 'COPY into a table of text', null),
    row({ ...memory, name: 'memory of web during an import' }, 'one of 10,000 rows', { most: 1.5 }),
  ];
}

/** The pages of a large campaign against those of one of 1,000. */
export async function largePages(stage: Stage, size: number): Promise<Row[]> {
  const figures = await pages({ ...stage, size });
  return figures.map((figure) => row(figure, 'the same of 1,000', { most: 1.5 }));
}

export async function eventsIn(stage: Stage, size: number): Promise<Row[]> {
  const webhookKey = deriveWebhookKeys('published').privateKey;
  const [log, plain] = (await events({ ...stage, size, webhookKey })) as [Figure, Figure, Figure];
  return [
    row({ ...log, name: 'provider events, 1,000 a request' }, 'COPY into the same table', { least: 0.1 }),
    row({ ...plain, name: 'provider events, 1,000 a request' }, 'COPY into a table without indexes', null),
  ];
}
