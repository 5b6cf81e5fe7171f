import { List, Stack } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { useRef } from 'react';
import { PageLink } from '#app/components/page-link.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { ApprovalForm } from '#app/components/settings/approval-form.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import { SettingsAnswers } from '#app/components/settings/settings-answers.tsx';
import { isRole, roleLabels } from '#app/domain/access/roles.ts';
import { changeApprovalRule, listApprovers, readApprovalRule } from '#app/domain/campaigns/approval-rule.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

export const meta: MetaFunction = () => [{ title: 'Approval · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  const [rule, approvers] = await Promise.all([readApprovalRule(context.db), listApprovers(context.db)]);
  return { rule, approvers };
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(args, async ({ form, viewer }) => {
    const more_than = form.get('large') === null ? null : String(form.get('more_than') ?? '');
    const roles = form.getAll('roles').map(String);
    const agreed = Number(form.get('agreed') ?? Number.NaN);
    const waiting = await changeApprovalRule(args.context.db, viewer, { more_than, roles }, Number.isSafeInteger(agreed) ? agreed : null);
    return { said: undefined, waiting, typed: { more_than, roles: roles.filter(isRole) } };
  });

export default function Approval() {
  const { rule, approvers } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const asks = useRef<HTMLDivElement>(null);
  const { waiting = null, typed } = answer?.result ?? {};
  const on = rule.more_than !== null || rule.roles.length > 0;
  const shown = waiting && typed ? { more_than: Number(typed.more_than) || null, roles: typed.roles } : rule;
  const said =
    waiting === null && answer?.result
      ? on
        ? 'These campaigns wait for somebody else from now on.'
        : 'No campaign waits for an approval.'
      : null;
  return (
    <Stack gap="lg">
      <div>
        <SectionHead title="Approval">
          Four eyes: which campaigns go out only after somebody else has seen exactly what goes out and to how many, and has approved just
          that. Off while nothing is chosen.
        </SectionHead>
        <SettingsAnswers answer={answer} fields={['save']} next={asks} mb={said || answer?.problem ? 'md' : 0}>
          {said && <ProblemAlert kind="success" title={said} />}
        </SettingsAnswers>
        <ApprovalForm
          key={JSON.stringify([shown, waiting])}
          rule={shown}
          typed={answer?.problem?.fields.large ? answer.problem.fields.more_than : undefined}
          waiting={waiting ?? []}
          problem={answer?.problem ?? null}
          asks={asks}
        />
      </div>
      <section aria-labelledby="approvers">
        <SectionHead title={<span id="approvers">Who can approve</span>}>
          Administrators and marketers, each what somebody else has made and asked for. Who made or changed a campaign does not approve it.
        </SectionHead>
        {approvers.length < 2 && (
          <Stack mb="md">
            <ProblemAlert
              kind="warning"
              title={approvers.length === 1 ? 'Only one person can approve' : 'Nobody can approve'}
              actions={<PageLink to="/settings/people">Invite somebody</PageLink>}
            >
              {approvers.length === 1 ? 'What they make or ask for themselves could not go out.' : 'No campaign that waits could go out.'}
            </ProblemAlert>
          </Stack>
        )}
        <List size="sm" listStyleType="none">
          {approvers.map(({ id, name, role }) => (
            <List.Item key={id}>
              <span className="name">{name}</span>, {roleLabels[role].toLowerCase()}
            </List.Item>
          ))}
        </List>
      </section>
    </Stack>
  );
}
