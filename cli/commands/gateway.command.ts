import { Command, InvalidArgumentError } from 'commander';
import { readFileSync } from 'node:fs';
import { environmentWith, readSettings } from '../../platform/config';
import { CommandError } from '../print';
import { readPort } from './start.command';

interface GatewayCommandOptions {
  readonly supergraph: string;
  readonly port: number;
  readonly host: string;
  readonly forwardHeader?: readonly string[];
  readonly jwks?: string;
  readonly issuer?: string;
  readonly signingKeyFile?: string;
  readonly subgraph?: ReadonlyMap<string, string>;
  readonly poll: number;
  readonly maxCost?: number;
  readonly cache?: string;
  readonly cacheTopic?: readonly string[];
}

const HELP = `
Examples:
  mercato gateway --supergraph supergraph.graphql
  mercato gateway --supergraph https://example.org/supergraph.graphql --port 4000 --poll 5
  mercato gateway --supergraph supergraph.graphql --subgraph products=http://localhost:4001/graphql
  mercato gateway --supergraph supergraph.graphql --cache redis://localhost:6379 --cache-topic product

Subgraphs are reached at the URLs that the supergraph names. They get the client's authorization header and those that
--forward-header names, and no signature unless there is a key. Without --jwks no token is verified here.
--cache keeps what subgraphs answer about entities and root fields in Redis, for as long as @cacheControl(maxAge: Int,
scope: String) of the supergraph says; subgraphs compose it by @composeDirective. scope: PUBLIC shares an answer among all
clients, PRIVATE keeps one for each; without a scope those share one whose forwarded headers and tokens are equal. Where
nothing is said, nothing is kept. --cache-topic NAME ends answers sooner: subgraphs tell of a change in the same Redis by
  XADD mercato:events:NAME * event '{"id":"1","type":"NAME.changed","key":"k","touches":[{"type":"Product","id":"7"}]}'
where type and id are those of the changed entities.
Also read from the environment: LOG_LEVEL, NODE_ENV, INTROSPECTION, OPERATION_TIMEOUT_MS, PLANNING_THREADS,
PLANNING_TIMEOUT_MS, MAX_REQUESTS, MAX_OPERATION_COST, MAX_SOCKETS_PER_ADDRESS, MAX_SUBSCRIPTIONS_PER_USER,
DRAIN_SECONDS, METRICS_PORT, OTEL_EXPORTER_OTLP_ENDPOINT, CORS_ORIGINS and the other settings of docs/settings.md that say
how clients are met.`;

/** `mercato gateway --supergraph FILE|URL`: the gateway alone, over any supergraph. */
export function gatewayCommand(): Command {
  return new Command('gateway')
    .description('serve any supergraph: the gateway alone, without the shop; Redis only to cache in')
    .requiredOption('-s, --supergraph <file or URL>', 'what is served; watched, and swapped in when it changes')
    .option('-p, --port <number>', 'where it listens; 0 takes a free port', readPort, 4000)
    .option('--host <address>', 'the address that it listens on', '127.0.0.1')
    .option('--forward-header <name>', 'a header passed on to subgraphs beside authorization; may be repeated', collectHeader)
    .option('--jwks <URL>', 'the public keys that access tokens are verified with')
    .option('--issuer <name>', 'who must have issued access tokens (iss); needed with --jwks')
    .option('--signing-key-file <file>', 'sign requests to subgraphs with the key in this file, 32 characters at least')
    .option('--subgraph <name=URL>', 'where a subgraph is, whatever the supergraph says; may be repeated', collectSubgraph)
    .option('--poll <seconds>', 'how often a supergraph at a URL is asked for', readSeconds, 10)
    .option('--max-cost <number>', 'what one operation may cost, by @cost and @listSize (or MAX_OPERATION_COST)', readCost)
    .option('--cache <redis URL>', 'keep what subgraphs answer there, by @cacheControl', readRedisUrl)
    .option('--cache-topic <name>', 'events that end what is kept; may be repeated', collectTopic)
    .addHelpText('after', HELP)
    .action(async (options: GatewayCommandOptions) => {
      if ((options.jwks === undefined) !== (options.issuer === undefined))
        throw new CommandError('--jwks and --issuer go together: whose keys, and who must have issued the tokens');
      if (options.jwks !== undefined && !/^https?:\/\//.test(options.jwks))
        throw new CommandError(`--jwks: a URL of http or https; not ${options.jwks}`);
      if (options.cacheTopic && options.cache === undefined) throw new CommandError('--cache-topic goes with --cache');
      const cost: Record<string, string> = options.maxCost === undefined ? {} : { MAX_OPERATION_COST: String(options.maxCost) };
      const environment = environmentWith({ PORT: String(options.port), HOST: options.host, ...cost }, { LOG_LEVEL: 'warn' });
      const settings = readSettings(environment, { mustSign: false });
      const { startStandalone } = require('../gateway/standalone') as typeof import('../gateway/standalone');
      await startStandalone(settings, {
        supergraph: options.supergraph,
        pollSeconds: options.poll,
        forwardHeaders: options.forwardHeader ?? [],
        jwks: options.jwks ?? null,
        issuer: options.issuer ?? null,
        subgraphs: options.subgraph ?? new Map(),
        cache: options.cache === undefined ? null : { url: options.cache, topics: options.cacheTopic ?? [] },
        signingKey: options.signingKeyFile === undefined ? null : readKey(options.signingKeyFile),
      });
    });
}

function collectHeader(name: string, before: readonly string[] = []): readonly string[] {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(name)) throw new InvalidArgumentError('it must be the name of a header');
  const lower = name.toLowerCase();
  if (OWN_HEADERS.has(lower)) throw new InvalidArgumentError('the gateway writes that header itself');
  return lower === 'authorization' || before.includes(lower) ? before : [...before, lower];
}

/** Passed on, they would break the request that is sent, or speak for the gateway. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'connection',
  'content-digest',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'signature',
  'signature-input',
  'te',
  'traceparent',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-mercato-viewer',
  'x-request-id',
]);

function readRedisUrl(text: string): string {
  if (/^rediss?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('it must be a URL that begins with redis:// or rediss://');
}

function collectTopic(name: string, before: readonly string[] = []): readonly string[] {
  if (!/^[\w-]{1,100}$/.test(name)) throw new InvalidArgumentError('it must be the name of a topic, such as product');
  return [...before, name];
}

function collectSubgraph(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, name, url] = /^([^=]+)=(https?:\/\/.+)$/.exec(text) ?? [];
  if (name === undefined || url === undefined || !URL.canParse(url))
    throw new InvalidArgumentError('it must be NAME=URL, such as products=http://localhost:4001/graphql');
  return new Map([...before, [name, url]]);
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('it must be a number of seconds from 0.1 to 86400');
}

function readCost(text: string): number {
  const cost = Number(text);
  if (Number.isInteger(cost) && cost >= 1 && cost <= 1_000_000_000) return cost;
  throw new InvalidArgumentError('it must be a whole number from 1 to 1000000000');
}

function readKey(file: string): string {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch {
    throw new CommandError(`--signing-key-file: ${file} cannot be read`);
  }
  if (key.length < 32) throw new CommandError(`--signing-key-file: the key in ${file} is shorter than 32 characters`);
  return key;
}
