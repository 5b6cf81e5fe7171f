import { NavLink } from '@remix-run/react';
import classes from './settings.module.css';

const places = [
  { to: '/settings/webhooks', label: 'Webhooks' },
  { to: '/settings/keys', label: 'API keys' },
  { to: '/settings/people', label: 'Team' },
  { to: '/settings/approval', label: 'Approval' },
  { to: '/settings/providers', label: 'Providers' },
  { to: '/settings/limits', label: 'Limits' },
  { to: '/settings/audit', label: 'Audit log' },
];

export function SettingsNav() {
  return (
    <nav aria-label="Settings" className={classes.nav}>
      {places.map(({ to, label }) => (
        <NavLink key={to} to={to} className={classes.tab}>
          {label}
        </NavLink>
      ))}
    </nav>
  );
}
