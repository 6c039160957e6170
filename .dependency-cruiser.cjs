/**
 * Import rules: which way imports point, and why. `test/cli/import-rules.test.ts` plants a violation of each and sees that
 * this file still catches it.
 */
const SUBGRAPH = '^subgraphs/([^/]+)/';
const SLICE = '^subgraphs/([^/]+)/([^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files in a cycle can only be understood, tested and loaded together. Type-only imports count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'gateway-knows-no-subgraph',
      comment: 'The gateway serves any supergraph; a schema reaches it as a file.',
      severity: 'error',
      from: { path: '^gateway/' },
      to: { path: '^(subgraphs|cli|schema|bench|test)/' },
    },
    {
      name: 'platform-knows-no-commerce',
      comment: 'Every process builds on the platform, so it can depend on none of them.',
      severity: 'error',
      from: { path: '^platform/' },
      to: { path: '^(gateway|subgraphs|cli|schema|bench|test)/' },
    },
    {
      name: 'subgraphs-know-only-platform-and-events',
      comment: 'A subgraph can be deployed alone: it sees the platform and the contracts of events.',
      severity: 'error',
      from: { path: '^subgraphs/' },
      to: { path: '^(gateway|cli|bench|test|schema/(?!events/))' },
    },
    {
      name: 'subgraphs-do-not-know-each-other',
      comment: 'What one needs of another it asks over the graph, as it would over a network.',
      severity: 'error',
      from: { path: SUBGRAPH },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'sandboxes-are-outsiders',
      comment: 'A sandbox stands for a company outside: it knows the shop by HTTP alone, and only commands start it.',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^(gateway|subgraphs|cli|schema|bench|test)/' },
    },
    {
      name: 'only-commands-start-sandboxes',
      comment: 'Nothing that runs in production may lean on a stand-in.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs|platform|schema)/' },
      to: { path: '^sandbox/' },
    },
    {
      name: 'schema-is-a-contract',
      comment: 'Contracts of events are read by all; they may use the words of the platform and nothing else.',
      severity: 'error',
      from: { path: '^schema/events/' },
      to: { path: '^(gateway|subgraphs|cli|bench|test)/' },
    },
    {
      name: 'slices-have-one-door',
      comment: 'A sibling slice is imported by its index.ts, so that its inside can change.',
      severity: 'error',
      from: { path: SLICE },
      to: { path: '^subgraphs/$1/[^/]+/', pathNot: ['^subgraphs/$1/$2/', '/index\\.ts$', '^subgraphs/$1/migrations/'] },
    },
    {
      name: 'platform-has-doors',
      comment: 'Each part of the platform is imported by its index.ts. Its own tests may look closer.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs|sandbox|cli|bench|test)/', pathNot: '^test/platform/' },
      to: { path: '^platform/[^/]+/', pathNot: '/index\\.ts$' },
    },
    {
      name: 'gateway-has-one-door',
      comment: 'Who starts a gateway needs its options and nothing of its inside. Its own tests may look closer.',
      severity: 'error',
      from: { path: '^(cli|bench|test)/', pathNot: '^test/gateway/' },
      to: { path: '^gateway/', pathNot: '^gateway/index\\.ts$' },
    },
    {
      name: 'resolvers-know-no-database',
      comment: 'A resolver reads as a sentence: who, may they, what. The service knows how.',
      severity: 'error',
      from: { path: '\\.resolver\\.ts$' },
      to: { path: 'node_modules/(typeorm|pg|ioredis)/' },
    },
    {
      name: 'services-know-no-graphql',
      comment: 'What a shop does is the same whoever asks and in whichever language.',
      severity: 'error',
      from: { path: '\\.service\\.ts$' },
      to: { path: 'node_modules/(graphql|type-graphql)/' },
    },
    {
      name: 'only-commands-compose',
      comment: 'cli/ puts processes together; nothing that is put together may reach back.',
      severity: 'error',
      from: { path: '^(gateway|platform|subgraphs|schema)/' },
      to: { path: '^cli/' },
    },
    {
      name: 'product-does-not-need-tests',
      comment: 'What ships must not need what is not shipped.',
      severity: 'error',
      from: { path: '^(cli|gateway|platform|subgraphs|schema)/', pathNot: '^cli/(check|prove|bench)/' },
      to: { path: '^(test|bench)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere is a mistake, or a package that package.json does not name.',
      severity: 'error',
      from: { pathNot: '^bench/peers/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-packages-in-the-product',
      comment: 'The image of production holds no dev dependencies.',
      severity: 'error',
      from: { path: '^(cli|gateway|platform|subgraphs|schema)/', pathNot: '^cli/(check|schema)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript interface: with the default parser this tool sees no module and is content.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules/\\.cache)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'import', 'default', 'types'],
      extensions: ['.ts', '.js', '.json', '.mjs'],
    },
  },
};
