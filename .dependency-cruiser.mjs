// The order of imports. This file is the only place where it is written.

/** Folders of packages/core/src, from left to right; folders on one line do not import each other. */
const order = [
  ['errors'],
  ['time'],
  ['codec'],
  ['define', 'replay'],
  ['store'],
  ['memory', 'engine'],
  ['client'],
];
const doors = ['index', 'adapter', 'internal'];

const core = '^packages/core/src/';
const doorFiles = `${core}(${doors.join('|')})\\.ts$`;
const tests = '\\.test(-d)?\\.ts$';
const inside = (folders) => `${core}(${folders.join('|')})/`;

/** A folder may import itself and what stands to its left, and nothing else of core. */
const arrows = order.flatMap((rank, i) =>
  rank.map((folder) => ({
    name: `core-order-${folder}`,
    comment: `${folder}/ imports only ${[...order.slice(0, i).flat(), folder].map((f) => `${f}/`).join(', ')}.`,
    severity: 'error',
    from: { path: inside([folder]) },
    to: { path: core, pathNot: inside([...order.slice(0, i).flat(), folder]) },
  })),
);

const folders = order.flat();

export default {
  forbidden: [
    ...arrows,
    {
      name: 'core-folder-without-a-place',
      comment: 'Every folder of core has a place in the order at the top of .dependency-cruiser.mjs.',
      severity: 'error',
      from: { path: core, pathNot: [inside(folders), doorFiles] },
      to: {},
    },
    {
      name: 'core-folder-without-a-place',
      severity: 'error',
      from: {},
      to: { path: core, pathNot: [inside(folders), doorFiles] },
    },
    {
      name: 'core-depends-on-nothing',
      comment: 'Core imports itself and Node, no package; but for the one below.',
      severity: 'error',
      from: { path: core, pathNot: [tests, `${core}define/cron\\.ts$`] },
      to: { pathNot: core, dependencyTypesNot: ['core'] },
    },
    {
      name: 'cron-depends-on-croner',
      comment: 'The one package that core depends on (decision 0030).',
      severity: 'error',
      from: { path: `${core}define/cron\\.ts$` },
      to: { pathNot: [core, '/croner/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'replay-is-pure',
      comment: 'Replay has no I/O and no clock, so it imports nothing of Node.',
      severity: 'error',
      from: { path: inside(['replay']), pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'Imports that only carry types count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'packages-through-their-doors',
      comment: 'Another package is imported by its name, never by a path into it.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^(packages|apps)/[^/]+/(src|test)/',
        pathNot: '^$1/$2/',
      },
    },
    {
      name: 'the-kafka-client-is-the-users',
      comment:
        'The transport works with the client that it is given; of kafkajs it knows only the shape (decision 0060).',
      severity: 'error',
      from: { path: '^packages/transport-kafka/src/' },
      to: { path: '/kafkajs/' },
    },
    {
      name: 'http-client-for-browsers',
      comment: 'The HTTP client runs in browsers: of Node and of other packages it imports types only.',
      severity: 'error',
      from: { path: '^packages/transport-http/src/client(/|\\.ts$)' },
      to: {
        pathNot: [
          '^packages/transport-http/src/(client(/|\\.ts$)|(handler|options|problem|run-resource)\\.ts$)',
          '/eventsource-parser/',
          // What is not built yet is not found, and then types cannot be told from the rest.
          '^@holdfast/core/internal$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'packages-do-not-know-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'src-does-not-know-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: tests },
      to: { path: ['^(packages|apps)/[^/]+/test/', tests] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/', '/generated/'] },
    exclude: { path: '/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
    detectJSDocImports: true,
  },
};
