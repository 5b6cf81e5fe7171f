// npm run build: what `npm start` does by itself where the sources changed.
import { findNode, runBuild } from './prepare.js';

await runBuild(findNode());
