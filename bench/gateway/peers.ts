import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { environmentWith } from '../../platform/config';
import { SUBGRAPHS } from './graph';

/** What peers are started with. */
export interface PeerWorld {
  /** For files that a peer wants. */
  readonly folder: string;
  readonly supergraphFile: string;
  readonly subgraphsOrigin: string;
  readonly projectRoot: string;
}

export interface Peer {
  readonly name: string;
  readonly path: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it comes from `bench/peers`. */
  readonly isInstalled: boolean;
  command(world: PeerWorld, port: number): readonly string[];
}

const NODE = process.execPath;

const hive = (name: string, flags: readonly string[]): Peer => ({
  name,
  path: '/graphql',
  isInstalled: true,
  command: ({ projectRoot, supergraphFile }, port) => [
    NODE,
    join(peersFolder(projectRoot), 'node_modules', '@graphql-hive', 'gateway', 'dist', 'bin.js'),
    'supergraph',
    supergraphFile,
    '--port',
    String(port),
    '--host',
    '127.0.0.1',
    '--config-path',
    'hive.config.mjs',
    ...flags,
  ],
});

/** The gateways beside which ours is measured; the two floors are processes of our own. */
export const PEERS: readonly Peer[] = [
  {
    name: 'ours',
    path: '/graphql',
    isInstalled: false,
    environment: { LOG_LEVEL: 'info' },
    // With the flags that `npx mercato` starts it with, and this process too.
    command: ({ projectRoot, supergraphFile }, port) => [
      NODE,
      ...process.execArgv,
      join(projectRoot, 'dist', 'cli', 'main.js'),
      ...['gateway', '--supergraph', supergraphFile, '--port', String(port)],
    ],
  },
  {
    name: 'stock',
    path: '/',
    isInstalled: true,
    command: ({ supergraphFile }, port) => [NODE, 'stock.mjs', supergraphFile, String(port)],
  },
  hive('hive', []),
  hive('hive-rust', ['--hive-router-runtime']),
  {
    name: 'grafbase',
    path: '/graphql',
    isInstalled: true,
    command: (world, port) => [grafbaseBinary(world.projectRoot), 'dev', '-c', grafbaseConfig(world), '--port', String(port)],
  },
  {
    name: 'mercurius',
    path: '/graphql',
    isInstalled: true,
    command: (world, port) => [NODE, 'mercurius.mjs', federationOneSchemas(world), String(port)],
  },
];

export function peersFolder(projectRoot: string): string {
  return join(projectRoot, 'bench', 'peers');
}

/** Installs the peers when they were not, or others were. @returns why it could not be done, or `null` */
export function installPeers(projectRoot: string, say: (line: string) => void): string | null {
  const folder = peersFolder(projectRoot);
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const mark = join(folder, 'node_modules', '.mercato-installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return null;
  say('installing the other gateways (bench/peers, once) ...');
  try {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'pipe' });
    // Its package does not say that it is a program.
    chmodSync(grafbaseBinary(projectRoot), 0o755);
    writeFileSync(mark, lock);
    return null;
  } catch (error) {
    return (
      String((error as { stderr?: Buffer }).stderr ?? error)
        .trim()
        .split('\n')
        .at(0) ?? 'npm ci failed'
    );
  }
}

/** What peers see of our environment: production, and nothing that could send what they do elsewhere. */
export function peerEnvironment(peer: Peer): NodeJS.ProcessEnv {
  return environmentWith({ NODE_ENV: 'production', GRAFBASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...peer.environment });
}

function grafbaseBinary(projectRoot: string): string {
  return join(peersFolder(projectRoot), 'node_modules', '@grafbase', 'cli-x86_64-unknown-linux-musl', 'grafbase');
}

function grafbaseConfig({ folder, subgraphsOrigin }: PeerWorld): string {
  const subgraphs = Object.entries(SUBGRAPHS).map(([name, sdl]) => {
    writeFileSync(join(folder, `${name}.graphql`), sdl);
    return `[subgraphs.${name}]\nurl = "${subgraphsOrigin}/${name}"\nschema_path = "${join(folder, `${name}.graphql`)}"\n`;
  });
  const forward = '[[headers]]\nrule = "forward"\nname = "authorization"\n';
  const file = join(folder, 'grafbase.toml');
  writeFileSync(file, `${forward}\n${subgraphs.join('\n')}`);
  return file;
}

function federationOneSchemas({ folder, subgraphsOrigin }: PeerWorld): string {
  const schemas = Object.entries(SUBGRAPHS).map(([name, sdl]) => {
    const own = sdl
      .slice(sdl.indexOf('\n') + 1)
      .replaceAll(' @shareable', '')
      .replace('type Query', 'extend type Query');
    const entities = own.replaceAll(/type (\w+) (@key)/g, (_, type: string, key: string) =>
      OWNERS[type] === name ? `type ${type} ${key}` : `extend type ${type} ${key}`,
    );
    const withExternalKeys = Object.entries(OWNERS)
      .filter(([, owner]) => owner !== name)
      .reduce(
        (text, [type]) =>
          text.replace(new RegExp(`(extend type ${type} [^{]*\\{ *\\s*(?:id: ID!|upc: String!))`), '$1 @external'),
        entities,
      );
    return [name, { url: `${subgraphsOrigin}/${name}`, sdl: withExternalKeys }];
  });
  const file = join(folder, 'federation-one.json');
  writeFileSync(file, JSON.stringify(Object.fromEntries(schemas)));
  return file;
}

const OWNERS: Readonly<Record<string, string>> = { User: 'accounts', Product: 'products', Review: 'reviews' };
