import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';
import { startGateway, type GatewayOptions, type RunningGateway } from '../../../gateway';
import type { Role } from '../../../platform/auth';
import { createMemoryBus, type EventBus } from '../../../platform/events';
import { globalId, type SubgraphClient } from '../../../platform/federation';
import { createLogger } from '../../../platform/observability';
import { Library, librarySubgraphs, librarySupergraph } from './library';

export const ISSUER = 'https://shop.example';

export interface TestGateway extends RunningGateway {
  readonly bus: EventBus;
  readonly library: Library;
  /** An access token; `claims` override what it says. */
  token(claims?: TokenClaims): Promise<string>;
  post(body: unknown, headers?: Record<string, string>): Promise<Posted>;
  query(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Posted>;
}

export interface TokenClaims {
  readonly user?: number;
  readonly roles?: readonly Role[];
  readonly sid?: string;
  readonly issuedAtSeconds?: number;
  readonly expiresAtSeconds?: number;
  readonly issuer?: string;
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    data?: Record<string, never> | null;
    errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
    extensions: Record<string, never>;
  };
}

/** A gateway over the library, with keys and a bus of its own, on a free port. */
export async function testGateway(
  change: Partial<GatewayOptions> & { wrap?: (client: SubgraphClient) => SubgraphClient } = {},
): Promise<TestGateway> {
  const { wrap = (client: SubgraphClient) => client, ...options } = change;
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  const library = new Library();
  const bus = createMemoryBus(logger);
  const keys = await generateKeyPair('EdDSA', { extractable: true });
  const keySet: JSONWebKeySet = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }] };
  const subgraphs = new Map([...librarySubgraphs(library)].map(([name, client]) => [name, wrap(client)]));
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    supergraphSdl: librarySupergraph(),
    subgraphs,
    keySource: async () => keySet,
    tokenIssuer: ISSUER,
    bus,
    logger,
    environment: 'test',
    introspection: true,
    checkReady: async () => undefined,
    // Threads have tests of their own; starting one for each gateway would cost more than all else here.
    planner: { threads: 0 },
    ...options,
  });
  const post = (body: unknown, headers: Record<string, string> = {}) => postTo(gateway.url, body, headers);
  return {
    ...gateway,
    bus,
    library,
    post,
    query: (query, variables = {}, headers = {}) => post({ query, variables }, headers),
    token: (claims = {}) => signToken(keys.privateKey, claims),
  };
}

async function signToken(key: Parameters<SignJWT['sign']>[0], claims: TokenClaims): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ roles: claims.roles ?? ['CUSTOMER'], sid: claims.sid ?? 'session-1' })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
    .setSubject(globalId('User', claims.user ?? 1))
    .setIssuer(claims.issuer ?? ISSUER)
    .setIssuedAt(claims.issuedAtSeconds ?? now)
    .setExpirationTime(claims.expiresAtSeconds ?? now + 600)
    .sign(key);
}

async function postTo(url: string, body: unknown, headers: Record<string, string>): Promise<Posted> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Posted['body'] };
}
