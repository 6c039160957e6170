import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROJECT_ROOT } from '../../cli/project-root';
import { createProgram } from '../../cli/program';
import { readSettings, SETTING_NAMES, SUBGRAPH_NAMES } from '../../platform/config';

interface Service {
  readonly build?: string;
  readonly command?: string | readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: object;
}

const compose = parse(readFileSync(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
};
/** The services that run our image. */
const ours = Object.entries(compose.services).filter(([, service]) => service.build !== undefined);

/** `${NAME:?why}` and `${NAME:-default}`, as compose fills them in. */
function filledIn(text: string): string {
  return text.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_all, _name, kind: string, rest: string) =>
    kind === '-' ? rest : 'secret-of-at-least-32-characters-0123',
  );
}

test('every part of the system is a service', () => {
  expect(ours.map(([name]) => name).toSorted()).toEqual(['gateway', 'migrate', 'worker', ...SUBGRAPH_NAMES].toSorted());
});

test.each(ours)('%s runs a command that `mercato` knows, with arguments that it takes', (_name, { command }) => {
  const [name, ...args] = command as string[];
  const known = createProgram().commands.find((each) => each.name() === name);
  expect(known).toBeDefined();
  args.forEach((argument, at) => expect(known?.registeredArguments[at]?.argChoices).toContain(argument));
});

test.each(ours)('%s is given settings that the processes read, and readable ones', (_name, { environment = {} }) => {
  expect(Object.keys(environment).filter((name) => !SETTING_NAMES.includes(name))).toEqual([]);
  const values = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(String(value))]));
  const settings = readSettings(values);
  expect(settings).toMatchObject({ environment: 'production', host: '0.0.0.0', port: 4000, introspection: false });
  expect(settings.redisUrl).not.toBeNull();
  expect(settings.subgraphUrls).toEqual({
    user: 'http://user:4000/graphql',
    product: 'http://product:4000/graphql',
    order: 'http://order:4000/graphql',
  });
});

test('who works on data is given the databases, and the gateway is not', () => {
  for (const [name, { environment = {} }] of ours) {
    const databases = Object.keys(environment).filter((key) => key.endsWith('_DATABASE_URL'));
    expect([name, databases.length]).toEqual([name, name === 'gateway' ? 0 : SUBGRAPH_NAMES.length]);
  }
});

test('the image starts the same program, as an unprivileged user, with a health check', () => {
  const dockerfile = readFileSync(join(PROJECT_ROOT, 'Dockerfile'), 'utf8');
  const flags = readFileSync(join(PROJECT_ROOT, 'cli', 'node-flags.mjs'), 'utf8').match(/'--[^']+'/g) ?? [];
  const entrypoint = ['node', ...flags.map((flag) => flag.slice(1, -1)), 'dist/cli/main.js'];
  expect(dockerfile).toContain(`ENTRYPOINT [${entrypoint.map((part) => `"${part}"`).join(', ')}]`);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toContain('CMD ["node", "dist/cli/main.js", "health"]');
  expect(createProgram().commands.map((command) => command.name())).toContain('health');
});
