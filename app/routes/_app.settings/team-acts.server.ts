import type { ActionFunctionArgs } from '@remix-run/node';
import type { MadeLinkWords } from '#app/components/settings/made-link.tsx';
import { LINK_HOURS } from '#app/domain/access/access-link.ts';
import { invitationMail, mailLink, resetMail } from '#app/domain/access/access-mail.server.ts';
import { invite, type MadeInvitation, renewInvitation, revokeInvitation } from '#app/domain/access/invitations.server.ts';
import { linkUrl } from '#app/domain/access/link-secret.server.ts';
import {
  changeRole,
  deletePerson,
  disablePerson,
  enablePerson,
  endSessions,
  renamePerson,
  takeSecondFactor,
} from '#app/domain/access/people.server.ts';
import { makeReset } from '#app/domain/access/resets.server.ts';
import { type Role, roleLabels, type Viewer } from '#app/domain/access/roles.ts';
import { changeSecondFactorRoles } from '#app/domain/access/second-factor-roles.server.ts';
import { changeSessionLimits } from '#app/domain/access/session-limits.server.ts';
import { changeWithheld } from '#app/domain/access/withheld.server.ts';
import { notFound } from '#app/domain/problem.ts';
import { idOf } from '#app/http/page-problem.server.ts';
import type { SettingsForm } from './action.server.ts';

interface Done {
  said?: string;
  link?: MadeLinkWords;
}

/** The forms of the Team page. */
export async function teamActs({ context }: ActionFunctionArgs, { form, intent, viewer }: SettingsForm): Promise<Done> {
  const { db } = context;
  const text = (field: string) => String(form.get(field) ?? '');
  const id = text('id');
  const byMail = text('mail') === '1';
  switch (intent) {
    case 'add': {
      const input = { name: text('name'), email: text('email'), role: text('role') as Role };
      return { link: await handOver(context, viewer, await invite(db, viewer, input), byMail) };
    }
    case 'renew':
      return { link: await handOver(context, viewer, await renewInvitation(db, viewer, idOf(id)), byMail) };
    case 'revoke':
      return { said: `The invitation of ${(await revokeInvitation(db, viewer, idOf(id))).name} is taken back.` };
    case 'role': {
      const { name, role } = await changeRole(db, viewer, id, { role: text('role') });
      return { said: `${name} is now: ${roleLabels[role]}.` };
    }
    case 'disable':
      return { said: `The account of ${(await disablePerson(db, viewer, id)).name} is disabled.` };
    case 'enable':
      return { said: `The account of ${(await enablePerson(db, viewer, id)).name} is enabled.` };
    case 'second-factor': {
      const roles = await changeSecondFactorRoles(context, viewer, form.getAll('role').map(String));
      const names = roles.map((role) => roleLabels[role].toLowerCase());
      return {
        said: names.length > 0 ? `A second factor is required for: ${names.join(', ')}.` : 'A second factor is required for nobody.',
      };
    }
    case 'sessions': {
      const { idle_hours, longest_days } = await changeSessionLimits(db, viewer, {
        idle_hours: text('idle_hours'),
        longest_days: text('longest_days'),
      });
      const hours = idle_hours === 1 ? 'an hour' : `${idle_hours} hours`;
      return {
        said: `Sessions end after ${hours} without use, and after ${longest_days === 1 ? 'a day' : `${longest_days} days`} in any case.`,
      };
    }
    case 'people-data':
      await changeWithheld(db, viewer, { left: form.getAll('left').map(String) });
      return { said: 'Which roles see people’s data is saved.' };
    default:
      throw notFound('There is no such act');
  }
}

/** The forms of one person's page. */
export async function personActs({ context }: ActionFunctionArgs, { form, intent, viewer }: SettingsForm, id: string): Promise<Done> {
  const { db, env } = context;
  switch (intent) {
    case 'rename':
      return { said: `The name is now: ${(await renamePerson(db, viewer, id, { name: String(form.get('name') ?? '') })).name}.` };
    case 'sign-out':
      return { said: `${(await endSessions(db, viewer, id)).name} is signed out everywhere.` };
    case 'second-factor':
      return {
        said: `The second factor of ${(await takeSecondFactor(db, viewer, id)).name} is taken off, and they are signed out everywhere.`,
      };
    case 'delete':
      return { said: `The account of ${(await deletePerson(db, viewer, id)).name} is deleted.` };
    case 'reset': {
      const made = await makeReset(db, viewer, id);
      const mail = form.get('mail') === '1' ? resetMail(env.baseUrl, made, made.token, LINK_HOURS.reset) : null;
      return { link: await linkWords(context, `The link by which ${made.name} chooses a new password`, made.token, mail) };
    }
    default:
      throw notFound('There is no such act');
  }
}

type Context = ActionFunctionArgs['context'];

function handOver(context: Context, viewer: Viewer, { invitation, token }: MadeInvitation, byMail: boolean): Promise<MadeLinkWords> {
  const mail = invitationMail(context.env.baseUrl, { ...invitation, by: viewer.label }, token);
  return linkWords(context, `The invitation of ${invitation.name}`, token, byMail ? mail : null);
}

async function linkWords(
  { db, env }: Context,
  title: string,
  token: string,
  mail: Parameters<typeof mailLink>[2] | null,
): Promise<MadeLinkWords> {
  const refusal = mail ? await mailLink(db, env, mail) : null;
  return { title, url: linkUrl(env.baseUrl, token), mailedTo: mail?.to ?? null, refusal };
}
