/** Imports go one way: model <- domain <- ports <- workflows <- functions. Each rule says what must not be reached. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'model-knows-nothing',
      severity: 'error',
      from: { path: '^shared/model' },
      to: { path: '^(shared/(?!model)|functions|infra|node_modules)' },
    },
    {
      name: 'domain-is-pure',
      comment: 'No clock, no I/O, no SDK: only the model, hashing (node:crypto) and bytes (node:buffer).',
      severity: 'error',
      from: { path: '^shared/domain' },
      to: { path: '^(shared/(?!domain|model)|functions|infra|node_modules)' },
    },
    {
      name: 'domain-does-no-io',
      severity: 'error',
      from: { path: '^shared/domain' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },
    {
      name: 'ports-name-only-the-domain',
      severity: 'error',
      from: { path: '^shared/ports' },
      to: { path: '^(shared/(?!ports|domain|model)|functions|infra|node_modules)' },
    },
    {
      name: 'workflows-meet-the-world-through-ports',
      severity: 'error',
      from: { path: '^shared/workflows' },
      to: { path: '^(shared/(?!workflows|ports|domain|model)|functions|infra|node_modules)' },
    },
    {
      name: 'adapters-and-doors-never-meet',
      severity: 'error',
      from: { path: '^shared/adapters/([^/]+)' },
      to: { path: '^(shared/(odata|hub|pages|workflows|composition|config)|functions|infra)' },
    },
    {
      name: 'one-adapter-does-not-lean-on-another',
      severity: 'error',
      from: { path: '^shared/adapters/([^/]+)' },
      to: { path: '^shared/adapters/', pathNot: '^shared/adapters/$1' },
    },
    {
      name: 'doors-never-meet-adapters',
      severity: 'error',
      from: { path: '^shared/(odata|hub|pages)' },
      to: { path: '^(shared/(adapters|composition)|functions|infra)' },
    },
    {
      name: 'nobody-imports-functions-or-tests',
      severity: 'error',
      from: { pathNot: '^(functions|test)' },
      to: { path: '^(functions|test)' },
    },
    {
      name: 'the-app-never-knows-where-it-runs',
      severity: 'error',
      from: { path: '^(shared|functions)' },
      to: { path: '^infra' },
    },
    {
      name: 'the-console-is-a-leaf',
      comment: 'What it imports itself is checked by the linter (.oxlintrc.json): the parser here does not read JSX.',
      severity: 'error',
      from: { path: '^(shared|functions|infra)' },
      to: { path: '^console' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.cjs'] },
  },
};
