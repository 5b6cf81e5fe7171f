import type { GetManualChunk } from 'rollup';
import type { Plugin } from 'vite';

/**
 * Which file of the browser's bundle a module goes into. Left alone, Rollup makes a chunk of every module that two routes share, each icon
 * too: sixty requests for a page. Grouped by who needs them they are a dozen, and libraries keep their files when only our code changes.
 *
 * `undefined` leaves a module to Rollup: it belongs to one route alone, or is loaded on demand.
 */
export const chunkOf: GetManualChunk = (id, { getModuleInfo }) => {
  const path = id.replaceAll('\\', '/').replace(/^\0/, '');
  if (/\/app\/entry\.client\./.test(path)) return undefined;
  // Libraries' styles are all imported by the root.
  if (/\.css$/.test(path) && path.includes('/node_modules/')) return 'base';
  const library = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(path);
  if (library) return chunkOfLibrary(library[1] as string, library[2] as string);
  if (/^(vite\/|commonjsHelpers)/.test(path)) return 'framework';
  if (!/\/app\/(?!routes\/)/.test(path) || path.includes('?')) return undefined;
  // By itself, so that the connection need not wait for the pages' components.
  if (/\/app\/realtime\/(socket-client|stay-connected)\.ts$/.test(path)) return 'live';
  const pages = pagesThatNeed(id, (module) => getModuleInfo(module)?.importers ?? []);
  if ([...pages].some((page) => beforeSigningIn.test(page))) return 'base';
  return pages.size > 1 && [...pages].some((page) => everyday.test(page)) ? 'app' : undefined;
};

const beforeSigningIn = /\/app\/(entry\.client|root|routes\/login)\./;
const everyday = /\/app\/routes\/_app(\._index|\.campaigns\.\$id)?(\/route)?\.tsx/;

const framework = /^(react|react-dom|scheduler|react-router|react-router-dom|@remix-run\/.*|turbo-stream|get-nonce)$/;
/** Of Mantine what the pages before signing in need; the rest is `parts`. */
const base =
  /^esm\/(core|utils)\/|^esm\/components\/(ActionIcon|Alert|Anchor|Box|Button|CloseButton|Code|Group|Input|InputBase|List|Loader|PasswordInput|Stack|Text|TextInput|Title|Transition|UnstyledButton|VisuallyHidden)\//;
const parts =
  /^(@mantine\/(core|modals|notifications|spotlight)|@floating-ui\/.*|tabbable|react-(remove-scroll.*|style-singleton|transition-group|number-format)|use-(callback-ref|sidecar)|tslib|prop-types|dom-helpers|@babel\/runtime)$/;

function chunkOfLibrary(name: string, file: string): string | undefined {
  if (framework.test(name)) return 'framework';
  if (name === '@tabler/icons-react') return 'icons';
  if (/^(@mantine\/(hooks|store)|clsx)$/.test(name) || (name === '@mantine/core' && base.test(file))) return 'base';
  if (/^(@?socket\.io|engine\.io|debug$|ms$)/.test(name)) return 'live';
  return parts.test(name) ? 'parts' : undefined;
}

/** The routes and entries from which a module is reached without an import on demand. */
function pagesThatNeed(id: string, importers: (id: string) => readonly string[]): Set<string> {
  const seen = new Set([id]);
  for (const module of seen) for (const importer of importers(module)) seen.add(importer);
  return new Set([...seen].filter((module) => /\/app\/(routes\/.*|root|entry\.client)\.tsx?$/.test(module)));
}

/** Pages before signing in must not wait for what only others need; two chunks that need each other may not even start. */
export function baseStandsAlone(): Plugin {
  return {
    name: 'base-stands-alone',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || !/^(framework|base|icons)$/.test(chunk.name)) continue;
        const other = chunk.imports.find((file) => !/\/(framework|base|icons)-/.test(file));
        if (other)
          this.error(`The chunk ${chunk.name} imports ${other}: see which component of Mantine is missing in base of vite.chunks.ts.`);
      }
    },
  };
}
