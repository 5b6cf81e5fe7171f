import { columnsOf, type OwnedColumn, type Status, type Verb, type VerbName, verbs } from './transitions.ts';

type Kept = 'attempts' | 'failure_code' | 'failure_reason' | 'delivery' | 'delivered_at';
type Other = 'round' | 'dispatch_seq' | 'attempt_id' | 'retried_by' | 'address' | 'provider_message_id';
export type Settings = Partial<Record<OwnedColumn | Kept | Other, string>>;

/** The next status: always the same, or an expression of type recipient_status. */
export type Next = Status | { sql: string };

/**
 * The SET list of a statement that moves recipients (alias `r`): the status, and of every column that belongs to the statuses that it leaves or
 * leads to the value, as the table of transitions says. Columns that the move cannot touch stay out of it.
 *
 * @param verb one, or several that one statement does
 * @param settings SQL of the columns whose value the table leaves to the statement. One of a status is for those that become it.
 * @throws where a column that the verb must set is not given, so that no statement forgets one
 */
export function becomes(verb: VerbName | readonly VerbName[], next: Next, settings: Settings = {}): string {
  const done = ([verb].flat() as VerbName[]).map((name): Verb => verbs[name]);
  const set = new Map<string, string>([['status', typeof next === 'string' ? `'${next}'` : next.sql]]);
  const given = new Map(Object.entries(settings));

  for (const [status, columns] of Object.entries(columnsOf) as [Status, readonly OwnedColumn[]][]) {
    const reached = typeof next === 'string' ? next === status : done.some((one) => comesTo(one, status));
    const stays = typeof next !== 'string' && done.some((one) => one.moves[status]?.includes(status));
    const left = done.some((one) => one.moves[status]?.some((to) => to !== status));
    for (const column of columns) {
      const own = given.get(column);
      given.delete(column);
      // `null` may be said of a status that somebody stays in, too.
      if (own !== undefined && own !== 'null' && !reached && !(stays && left)) {
        throw new Error(`${[verb].flat().join(', ')}: ${column} is given, and nobody becomes ${status}`);
      }
      const value = own ?? (stays && !reached ? `r.${column}` : undefined);
      if (reached && value === undefined) throw new Error(`${[verb].flat().join(', ')}: ${column} is needed, since it leads to ${status}`);
      if (value === undefined || value === 'null') {
        if (left || value === 'null') set.set(column, 'null');
      } else if (reached || left) {
        set.set(column, typeof next === 'string' ? value : `case when ${next.sql} = '${status}' then ${value} end`);
      }
    }
  }
  keep('failure', ['failure_code', 'failure_reason']);
  keep('delivery', ['delivery', 'delivered_at']);
  if (done.every(({ attempts }) => attempts === 'fresh')) {
    set.set('attempts', '0').set('round', 'r.round + 1');
  } else if (done.some(({ attempts }) => attempts !== 'keeps') && !given.has('attempts')) {
    throw new Error(`${[verb].flat().join(', ')}: attempts is needed`);
  }
  for (const [column, value] of given) set.set(column, value);
  set.set('changed_at', 'now()');
  return [...set].map(([column, value]) => `${column} = ${value}`).join(', ');

  function keep(what: 'failure' | 'delivery', columns: readonly Kept[]): void {
    const ways = new Set(done.map((one) => one[what]));
    for (const column of columns) {
      if (ways.has('sets') && !given.has(column)) throw new Error(`${[verb].flat().join(', ')}: ${column} is needed`);
      if (ways.has('clears') && !given.has(column)) set.set(column, 'null');
    }
  }
}

/** Does it lead to this status from another one? */
function comesTo({ moves }: Verb, status: Status): boolean {
  return Object.entries(moves).some(([from, to]) => from !== status && to.includes(status));
}
