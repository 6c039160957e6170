/** Lets a child process of a test run our TypeScript sources, compiled as Jest compiles them. */
require('reflect-metadata');
const { readFileSync } = require('node:fs');
const { registerHooks } = require('node:module');
const { fileURLToPath } = require('node:url');
const { existsSync } = require('node:fs');
const { transformSync } = require('@swc/core');

registerHooks({
  resolve: (specifier, context, next) => {
    if (!specifier.startsWith('.') || !context.parentURL) return next(specifier, context);
    const base = new URL(specifier, context.parentURL).href;
    const found = [`${base}.ts`, `${base}/index.ts`].find((url) => existsSync(fileURLToPath(url)));
    return found && !context.parentURL.includes('/node_modules/')
      ? { url: found, format: 'commonjs', shortCircuit: true }
      : next(specifier, context);
  },
  load: (url, context, next) => {
    if (!url.endsWith('.ts')) return next(url, context);
    const file = fileURLToPath(url);
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      filename: file,
      sourceMaps: 'inline',
      module: { type: 'commonjs' },
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
    });
    return { format: 'commonjs', source: code, shortCircuit: true };
  },
});
