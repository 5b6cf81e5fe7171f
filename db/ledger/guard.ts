import { type CampaignState, campaignAllowedFrom, campaignStates } from './campaign-transitions.ts';
import { allowedFrom, statuses } from './transitions.ts';

/**
 * What keeps the database to the tables of transitions: an update that makes of a recipient's status, or of a campaign's status and what it is
 * doing, what stands nowhere in them is refused, whoever writes it. A condition of the trigger and not its body, so that an update that may pass
 * calls nothing.
 */
export function guardSql(): string {
  const cases = statuses.map((from) => {
    const to = allowedFrom(from).map((status) => `'${status}'`);
    return `when '${from}' then new.status in (${to.join(', ')})`;
  });
  const pairs = campaignStates.flatMap((from) => campaignAllowedFrom(from).map((to) => `(${stateSql(from)}, ${stateSql(to)})`));
  return `create or replace function recipient_move_refused() returns trigger language plpgsql as $$
begin
  raise exception 'a recipient that is % cannot become %', old.status, new.status using errcode = 'check_violation';
end $$;

create or replace trigger recipient_moves after update on recipients for each row
when (old.status <> new.status and not case old.status
  ${cases.join('\n  ')}
end) execute function recipient_move_refused();

create or replace function campaign_move_refused() returns trigger language plpgsql as $$
begin
  raise exception 'a campaign cannot go from % (%) to % (%)', old.status, old.doing, new.status, new.doing
    using errcode = 'check_violation', constraint = 'campaign_transition';
end $$;

create or replace trigger campaign_moves after update on campaigns for each row
when ((old.status <> new.status or old.doing <> new.doing) and (old.status, old.doing, new.status, new.doing) not in (
  ${pairs.join(',\n  ')}
)) execute function campaign_move_refused();
`;
}

/** 'PAUSED gathering' as its two columns. */
export function columnsOfState(state: CampaignState): { status: string; doing: string } {
  const [status = '', doing = 'nothing'] = state.split(' ');
  return { status, doing };
}

function stateSql(state: CampaignState): string {
  const { status, doing } = columnsOfState(state);
  return `'${status}', '${doing}'`;
}
