import { Stack } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { IconBan, IconKey } from '@tabler/icons-react';
import { EmptyState } from '#app/components/empty-state.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { RelativeTime } from '#app/components/relative-time.tsx';
import { AddForm } from '#app/components/settings/add-form.tsx';
import { ConfirmButton } from '#app/components/settings/confirm-button.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import classes from '#app/components/settings/settings.module.css';
import { ShownOnce } from '#app/components/settings/shown-once.tsx';
import { StateMark } from '#app/components/settings/state-mark.tsx';
import { type ApiKeyJson, createApiKey, listApiKeys, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { newKey } from '#app/domain/access/people-input.ts';
import { roleLabels } from '#app/domain/access/roles.ts';
import { parseInput } from '#app/domain/parse-input.ts';
import { notFound } from '#app/domain/problem.ts';
import { idOf } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

export const meta: MetaFunction = () => [{ title: 'API keys · Rollcall' }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  assertMay(await requireUser(context, request), 'settings:write');
  const keys = await listApiKeys(context.db);
  return { keys: keys.sort((a, b) => Number(a.revoked_at !== null) - Number(b.revoked_at !== null)) };
}

interface Done {
  said?: string;
  made?: { id: number; name: string; key: string };
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(args, async ({ form, intent, viewer }): Promise<Done> => {
    const { db } = args.context;
    if (intent === 'add') {
      const { name, role } = parseInput(newKey, { name: form.get('name'), role: form.get('role') });
      const { key, apiKey } = await createApiKey(db, { name, role, createdBy: viewer.label, ownerId: viewer.id });
      return { made: { id: apiKey.id, name, key } };
    }
    if (intent !== 'revoke') throw notFound('There is no such act');
    if (!(await revokeApiKey(db, idOf(String(form.get('id')))))) throw notFound('There is no key');
    return { said: 'The key is revoked. It opens nothing from now on, at the latest in 5 seconds.' };
  });

function KeyRow({ apiKey: { id, name, role, created_by, created_at, last_used_at, revoked_at } }: { apiKey: ApiKeyJson }) {
  return (
    <li className={classes.row} data-quiet={revoked_at ? true : undefined}>
      <div className={classes.rowWords}>
        <span className={`name ${classes.title}`} dir="auto">
          {name}
        </span>
        <span className={classes.detail}>
          {roleLabels[role]} · <RelativeTime at={created_at} prefix="made" />
          {created_by && <span className="name"> by {created_by}</span>} ·{' '}
          {last_used_at ? <RelativeTime at={last_used_at} prefix="last used" /> : 'never used'}
        </span>
      </div>
      <div className={classes.rowEnd}>
        {revoked_at ? (
          <StateMark tone="gray" icon={IconBan}>
            Revoked
          </StateMark>
        ) : (
          <ConfirmButton
            label="Revoke"
            name={name}
            question="Revoke this key?"
            confirm="Revoke the key"
            fields={{ intent: 'revoke', id: String(id) }}
          >
            Programs that use <span className="name">{name}</span> are refused from then on. This cannot be undone.
          </ConfirmButton>
        )}
      </div>
    </li>
  );
}

export default function Keys() {
  const { keys } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const { said, made } = answer?.result ?? {};
  const problem = answer?.problem;
  return (
    <Stack gap="lg">
      <section aria-labelledby="new-key">
        <SectionHead title={<span id="new-key">Make an API key</span>}>
          For one program each, with the least role that it needs: “Authorization: Bearer KEY”. A key ends when the person who made it is
          disabled.
        </SectionHead>
        <AddForm key={made?.id ?? 'form'} intent="add" submit="Make a key" namePlaceholder="Nightly import" problem={problem} />
      </section>
      <div>
        <Stack gap="sm" aria-live="polite" mb={answer ? 'md' : 0}>
          {problem && problem.fields.intent !== 'add' && <ProblemAlert title="That did not work">{problem.detail}</ProblemAlert>}
          {said && <ProblemAlert kind="success" title={said} />}
          {made && (
            <ShownOnce title={`The key “${made.name}”`} value={made.key}>
              Put it where the program finds it, and nowhere else.
            </ShownOnce>
          )}
        </Stack>
        {keys.length === 0 ? (
          <EmptyState icon={IconKey} size="inset" title="No keys">
            Programs use the REST API with a key. The description of all calls is at /api/v1/openapi.json.
          </EmptyState>
        ) : (
          <ul className={classes.list} aria-label="API keys">
            {keys.map((apiKey) => (
              <KeyRow key={apiKey.id} apiKey={apiKey} />
            ))}
          </ul>
        )}
      </div>
    </Stack>
  );
}
