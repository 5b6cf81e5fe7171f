import type { ActionFunctionArgs } from '@remix-run/node';
import type { MadeLinkWords } from '#app/components/settings/made-link.tsx';
import { LINK_HOURS } from '#app/domain/access/access-link.ts';
import { invitationMail, mailLink, resetMail } from '#app/domain/access/access-mail.server.ts';
import { invite, type MadeInvitation, renewInvitation, revokeInvitation } from '#app/domain/access/invitations.server.ts';
import { linkUrl } from '#app/domain/access/link-secret.server.ts';
import { changeRole, disablePerson, enablePerson } from '#app/domain/access/people.server.ts';
import { makeReset } from '#app/domain/access/resets.server.ts';
import { type Role, roleLabels, type Viewer } from '#app/domain/access/roles.ts';
import { notFound } from '#app/domain/problem.ts';
import { idOf } from '#app/http/page-problem.server.ts';
import type { SettingsForm } from './action.server.ts';

interface Done {
  said?: string;
  link?: MadeLinkWords;
}

/** The forms of the Team page. */
export async function teamActs({ context, request }: ActionFunctionArgs, { form, intent, viewer }: SettingsForm): Promise<Done> {
  const { db } = context;
  const { headers } = request;
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
      const { name, role } = await changeRole(context, headers, id, { role: text('role') });
      return { said: `${name} is now: ${roleLabels[role]}.` };
    }
    case 'disable':
      return { said: `The account of ${(await disablePerson(context, headers, id)).name} is disabled.` };
    case 'enable':
      return { said: `The account of ${(await enablePerson(context, headers, id)).name} is enabled.` };
    case 'reset': {
      const made = await makeReset(db, viewer, id);
      const mail = resetMail(context.env.baseUrl, made, made.token, LINK_HOURS.reset);
      return { link: await linkWords(context, `The link by which ${made.name} chooses a new password`, made.token, byMail ? mail : null) };
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
