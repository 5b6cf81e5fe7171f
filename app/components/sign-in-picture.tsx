import classes from './sign-in.module.css';
import { progressParts } from './status-look.ts';

const sample = {
  total: 5_000,
  sent: 4_812,
  sending: 12,
  retrying: 61,
  unknown: 0,
  failed: 22,
  suppressed: 0,
  cancelled: 0,
  pending: 0,
  queued: 93,
  delivered: 0,
  bounced: 0,
  unsubscribed: 0,
  complained: 0,
};

/** What waits behind the door. A drawing, not data: hidden from assistive technology. */
export function SignInPicture() {
  const parts = progressParts(sample).filter((part) => part.count > 0);
  return (
    <div className={classes.picture} aria-hidden>
      <div className={classes.card}>
        <div className={classes.big}>
          <span className="numeric">4,812</span> <span className={classes.of}>of 5,000 sent</span>
        </div>
        <div className={classes.bar}>
          {parts.map((part) => (
            <span key={part.key} style={{ flexGrow: part.count, minWidth: 3, background: `var(--tone-${part.tone}-fill)` }} />
          ))}
        </div>
        <ul className={classes.parts}>
          {parts.map(({ key, label, tone, count, icon: Icon }) => (
            <li key={key}>
              <Icon size={16} stroke={1.9} style={{ color: `var(--tone-${tone}-fg)` }} />
              {label}
              <span className="numeric">{count.toLocaleString('en-US')}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
