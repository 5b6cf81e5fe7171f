import { type Role, roleLabels, roles } from '#app/domain/access/roles.ts';
import classes from './settings.module.css';

const notes: Record<Role, string> = {
  admin: 'Everything, these settings too.',
  marketer: 'Makes, sends, retries and clones campaigns.',
  support: 'Sees campaigns and helps single recipients.',
  analyst: 'Sees campaigns and numbers, and changes nothing.',
};

/** What each role may. */
export function RoleNotes() {
  return (
    <dl className={classes.facts}>
      {roles.map((role) => (
        <div key={role} style={{ display: 'contents' }}>
          <dt>{roleLabels[role]}</dt>
          <dd>{notes[role]}</dd>
        </div>
      ))}
    </dl>
  );
}
