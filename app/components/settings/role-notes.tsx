import { IconCheck, IconMinus } from '@tabler/icons-react';
import { may, type Permission, permissions, permissionTexts, type Role, roleLabels, roles } from '#app/domain/access/roles.ts';
import classes from './role-notes.module.css';
import settings from './settings.module.css';

const notes: Record<Role, string> = {
  admin: 'Everything, these settings too.',
  marketer: 'Makes, sends, retries and clones campaigns.',
  support: 'Sees campaigns and helps single recipients.',
  analyst: 'Sees campaigns and numbers, and changes nothing.',
};

// What nobody can do yet is promised to nobody.
const shown = permissions.filter((permission) => permission !== 'people:erase');

/** What each role may: in a sentence, and as the product asks it (roles.ts). */
export function RoleNotes({ withheld }: { withheld: Partial<Record<Role, Permission[]>> }) {
  return (
    <>
      <dl className={settings.facts}>
        {roles.map((role) => (
          <div key={role} style={{ display: 'contents' }}>
            <dt>{roleLabels[role]}</dt>
            <dd>{notes[role]}</dd>
          </div>
        ))}
      </dl>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label="Roles and what they may do">
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">May</th>
              {roles.map((role) => (
                <th scope="col" key={role}>
                  {roleLabels[role]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((permission) => (
              <tr key={permission}>
                <th scope="row">{permissionTexts[permission]}</th>
                {roles.map((role) => (
                  <td key={role}>
                    <Mark yes={may({ role, withheld: withheld[role] }, permission)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Mark({ yes }: { yes: boolean }) {
  const Icon = yes ? IconCheck : IconMinus;
  return (
    <span className={classes.mark} data-yes={yes || undefined}>
      <Icon size={16} aria-hidden />
      <span>{yes ? 'Yes' : 'No'}</span>
    </span>
  );
}
