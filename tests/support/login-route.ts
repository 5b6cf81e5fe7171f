import type { ActionFunctionArgs } from '@remix-run/node';
import { action } from '#app/routes/login.tsx';

/** The sign-in for a web server of tests: the page's action without its page, which needs a build. */
export const loginRoute = {
  id: 'routes/login',
  path: 'login',
  module: {
    async action(args: ActionFunctionArgs) {
      const answer = await action(args);
      return answer instanceof Response ? answer : new Response(answer.data.error, { status: answer.init?.status ?? 200 });
    },
  },
};
