/** The import rules of docs/architecture.md: routes, tasks and realtime -> domain -> db and providers. Run by `npm run check`. */
const NODE_ONLY = '^(app/(root|entry\\.[^/]+)\\.|app/routes/|app/.*\\.server\\.)';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one thing, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(virtual:|\\./build/)' },
    },
    {
      name: 'domain-knows-no-callers',
      comment: 'Rules and use cases do not know who calls them, and are handed what they need of the configuration.',
      severity: 'error',
      from: { path: '^app/domain/' },
      to: { path: '^(app/(routes|components|realtime|api|http|config)/|tasks/|sandbox/|scripts/|bench/)' },
    },
    {
      name: 'db-knows-no-domain',
      comment: 'Statements and pool serve the domain.',
      severity: 'error',
      from: { path: '^db/' },
      to: { path: '^(app|tasks|sandbox|scripts)/' },
    },
    {
      name: 'providers-know-no-domain',
      comment: 'An adapter speaks to a provider and classifies what it answers; it knows no campaign and no database.',
      severity: 'error',
      from: { path: '^app/providers/' },
      to: { path: '^(db/|tasks/|sandbox/|app/(?!providers/|config/))' },
    },
    {
      name: 'tasks-know-no-pages',
      severity: 'error',
      from: { path: '^tasks/' },
      to: { path: '^(app/(routes|components|realtime)/|sandbox/)' },
    },
    {
      name: 'pure-stays-pure',
      comment: 'A file in app/ without .server in its name is safe in a browser. Routes and entries are split by the bundler.',
      severity: 'error',
      from: { path: '^app/', pathNot: NODE_ONLY },
      to: { path: '\\.server\\.(ts|tsx)$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-node-in-a-browser',
      severity: 'error',
      from: { path: '^app/', pathNot: NODE_ONLY },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-database-in-a-browser',
      severity: 'error',
      from: { path: '^app/', pathNot: NODE_ONLY },
      to: { path: '^(db|tasks)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sandbox-is-apart',
      comment: 'The sandbox judges what Rollcall sends; sharing code with it would let one mistake hide the other.',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^(app|db|tasks|scripts)/' },
    },
    {
      name: 'product-runs-without-sandbox',
      severity: 'error',
      from: { path: '^(app|db|tasks|server\\.ts|worker\\.ts)' },
      to: { path: '^(sandbox|scripts|tests|bench)/' },
    },
    {
      name: 'bench-is-an-end',
      comment: 'The bench measures everything, so nothing may lean on it.',
      severity: 'error',
      from: { pathNot: '^bench/' },
      to: { path: '^bench/' },
    },
    {
      name: 'no-development-packages',
      comment: 'What production runs must be among the dependencies.',
      severity: 'error',
      from: { path: '^(app|db|tasks|server\\.ts|worker\\.ts)', pathNot: '^server\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|docs|bench/peers)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
