import { allowedFrom, statuses } from './transitions.ts';

/**
 * What keeps the database to the table of transitions: an update that makes of a recipient's status what stands nowhere in it is refused, whoever
 * writes it. A condition of the trigger and not its body, so that an update that may pass calls nothing.
 */
export function guardSql(): string {
  const cases = statuses.map((from) => {
    const to = allowedFrom(from).map((status) => `'${status}'`);
    return `when '${from}' then new.status in (${to.join(', ')})`;
  });
  return `create or replace function recipient_move_refused() returns trigger language plpgsql as $$
begin
  raise exception 'a recipient that is % cannot become %', old.status, new.status using errcode = 'check_violation';
end $$;

create or replace trigger recipient_moves after update on recipients for each row
when (old.status <> new.status and not case old.status
  ${cases.join('\n  ')}
end) execute function recipient_move_refused();
`;
}
