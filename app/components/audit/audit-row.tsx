import { IconBan, IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { auditActions, auditDoors } from '#app/domain/access/audit-actions.ts';
import type { AuditEntryJson } from '#app/domain/audit/audit-entry.ts';
import { ClockTime } from '../relative-time.tsx';
import { StateMark } from '../settings/state-mark.tsx';
import classes from './audit.module.css';
import { objectText, valueText } from './audit-words.ts';

/** One act in a line; opened, with what changed and where it came from. */
export function AuditRow({ row }: { row: AuditEntryJson }) {
  const { at, actor_kind, actor_name, actor_email, action, outcome, reason, address, times } = row;
  const about = objectText(row);
  return (
    <li className={classes.row}>
      <details>
        <summary className={classes.line}>
          <IconChevronRight className={classes.chevron} size={16} aria-hidden />
          <span className={classes.time}>
            <ClockTime at={at} />
          </span>
          <span className={classes.words}>
            <span className={classes.act}>{auditActions[action] ?? action}</span>
            {about && (
              <span className={`name ${classes.object}`} dir="auto">
                {about}
              </span>
            )}
          </span>
          <span className={classes.who}>
            <span className="name" dir="auto">
              {actor_name ?? (actor_kind === 'nobody' ? 'Not signed in' : 'Rollcall')}
            </span>
            {address && <span className={classes.address}>{address}</span>}
          </span>
          <span className={classes.state}>
            {times > 1 && <span className={classes.times}>{times.toLocaleString('en')} times</span>}
            {outcome === 'refused' && (
              <StateMark tone="red" icon={IconBan}>
                Refused
              </StateMark>
            )}
          </span>
        </summary>
        <div className={classes.more}>
          {reason && <p className={classes.reason}>{reason}</p>}
          <Changes before={row.before} after={row.after} />
          <dl className={classes.facts}>
            <Fact name="Who">
              {actor_name ?? (actor_kind === 'nobody' ? 'Nobody who was signed in' : 'Rollcall')}
              {actor_email && ` <${actor_email}>`}
              {actor_kind === 'key' && ', an API key'}
              {row.actor_id && <span className={classes.id}> {row.actor_id}</span>}
            </Fact>
            <Fact name="From">
              {auditDoors[row.door]}
              {address && `, ${address}`}
              {row.device && `, ${row.device}`}
            </Fact>
            <Fact name="Name of the act">
              <code>{action}</code>
            </Fact>
            <Fact name="Row">
              {row.seq} <code className={classes.id}>{row.hash}</code>
            </Fact>
          </dl>
        </div>
      </details>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Changes({ before, after }: Pick<AuditEntryJson, 'before' | 'after'>) {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (fields.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.changes} tabIndex={0} aria-label="What changed">
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            {before && <th scope="col">Before</th>}
            {after && <th scope="col">{before ? 'After' : 'Value'}</th>}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field}>
              <th scope="row">{field}</th>
              {before && <td dir="auto">{field in before ? valueText(before[field]) : ''}</td>}
              {after && <td dir="auto">{field in after ? valueText(after[field]) : ''}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
