import { Box, Stack } from '@mantine/core';
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import { useActionData, useLoaderData } from '@remix-run/react';
import { IconKey } from '@tabler/icons-react';
import { EmptyState } from '#app/components/empty-state.tsx';
import { ProblemAlert } from '#app/components/problem-alert.tsx';
import { KeyForm, readKeyForm } from '#app/components/settings/key-form.tsx';
import { KeyRow } from '#app/components/settings/key-row.tsx';
import { SectionHead } from '#app/components/settings/section-head.tsx';
import classes from '#app/components/settings/settings.module.css';
import { SettingsAnswers } from '#app/components/settings/settings-answers.tsx';
import { ShownOnce } from '#app/components/settings/shown-once.tsx';
import type { ApiKeyJson } from '#app/domain/access/api-key.ts';
import { createApiKey, listApiKeys, renameApiKey, revokeApiKey } from '#app/domain/access/api-keys.server.ts';
import { newKey } from '#app/domain/access/key-input.ts';
import { scopesWithin } from '#app/domain/access/roles.ts';
import { listCampaigns } from '#app/domain/campaigns/list-campaigns.server.ts';
import { parseInput } from '#app/domain/parse-input.ts';
import { notFound } from '#app/domain/problem.ts';
import { idOf } from '#app/http/page-problem.server.ts';
import { assertMay, requireUser } from '#app/http/require.server.ts';
import { settingsAction } from '#app/routes/_app.settings/action.server.ts';

export const meta: MetaFunction = () => [{ title: 'API keys · Rollcall' }];

const isOver = ({ state }: ApiKeyJson) => state === 'revoked' || state === 'expired';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const viewer = await requireUser(context, request);
  assertMay(viewer, 'settings:write');
  const [keys, campaigns] = await Promise.all([listApiKeys(context.db), listCampaigns(context.db, { limit: 200 })]);
  return {
    keys: keys.toSorted((a, b) => Number(isOver(a)) - Number(isOver(b))),
    campaigns: campaigns.data.map(({ id, name }) => ({ id, name })),
    scopes: scopesWithin(viewer.role),
  };
}

interface Done {
  said?: string;
  made?: { id: number; name: string; key: string };
}

export const action = (args: ActionFunctionArgs) =>
  settingsAction(args, async ({ form, intent, viewer }): Promise<Done> => {
    const { db } = args.context;
    if (intent === 'add') {
      const { role = viewer.role, ...asked } = parseInput(newKey, readKeyForm(form));
      const { key, apiKey } = await createApiKey(db, { ...asked, role, createdBy: viewer.label, ownerId: viewer.id });
      return { made: { id: apiKey.id, name: apiKey.name, key } };
    }
    const id = idOf(String(form.get('id')));
    if (intent === 'rename') {
      const name = String(form.get('name') ?? '');
      if (!(await renameApiKey(db, id, { name }))) throw notFound('There is no key');
      return { said: 'The key has its new name.' };
    }
    if (intent !== 'revoke') throw notFound('There is no such act');
    if (!(await revokeApiKey(db, id))) throw notFound('There is no key');
    return { said: 'The key is revoked. It opens nothing from now on, at the latest in 5 seconds.' };
  });

export default function Keys() {
  const { keys, campaigns, scopes } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const { made } = answer?.result ?? {};
  const ending = keys.filter(({ state }) => state === 'ending');
  return (
    <Stack gap="lg">
      <section aria-labelledby="new-key">
        <SectionHead title={<span id="new-key">Make an API key</span>}>
          For one program each, with no more than it needs: “Authorization: Bearer KEY”. A key ends when the person who made it is disabled,
          and never may more than they may.
        </SectionHead>
        <KeyForm key={made?.id ?? 'form'} scopes={scopes} campaigns={campaigns} problem={answer?.problem} />
      </section>
      <div>
        <SettingsAnswers answer={answer} fields={['add']} mb="md">
          {made && (
            <ShownOnce title={`The key “${made.name}”`} value={made.key}>
              Put it where the program finds it, and nowhere else.
            </ShownOnce>
          )}
        </SettingsAnswers>
        {ending.length > 0 && (
          <Box mb="md">
            <ProblemAlert kind="warning" title={ending.length === 1 ? 'A key ends soon' : `${ending.length} keys end soon`}>
              Make others in time, and give them to the programs that use{' '}
              <span className="name">{ending.map(({ name }) => name).join(', ')}</span>.
            </ProblemAlert>
          </Box>
        )}
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
