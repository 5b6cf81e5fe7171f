// npm start: the launcher. Plain JavaScript without packages, since it runs before they are installed and on older Node versions.
import { spawn } from 'node:child_process';
import { prepare } from './scripts/prepare.js';

const [script = 'scripts/start.ts', ...options] = process.argv.slice(2);
// `npm run send` talks to a Rollcall that runs already, and in development Vite builds as it goes.
const node = await prepare({
  build: ['scripts/start.ts', 'scripts/demo.ts', 'scripts/chaos.ts', 'bench/main.ts'].includes(script) && !options.includes('--dev'),
});

const child = spawn(node, [script, ...options], { stdio: 'inherit' });
child.once('error', (error) => {
  console.error(`${node} did not start: ${error.message}`);
  process.exit(1);
});
child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
// A terminal's Ctrl-C reaches the child by itself; a signal to this process alone must be handed on. The child bears both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
