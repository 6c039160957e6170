import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { parse, print, TypeInfo, validate, visit, visitWithTypeInfo, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { Pool } from 'undici';
import { startGateway, type RunningGateway } from '../../../gateway';
import { createMemoryBus } from '../../../platform/events';
import { createSubgraphExecutor, type SubgraphClient, type SubgraphRequest } from '../../../platform/federation';
import { createLogger, type Logger } from '../../../platform/observability';
import { differenceOf } from '../differential/compare';
import { Data } from '../differential/data';
import { UNLIMITED } from '../differential/edge';
import { readSubgraph, type SubgraphSource, type SubgraphView } from '../differential/federation';
import { mergeSubgraphs } from '../differential/merge';
import type { Sent } from '../differential/operation';
import { Notebook, subgraphSchema } from '../differential/served';
import { Oracle, type Person } from './oracle';
import { POLICIES, SCOPES } from './protect';

const ALL_POWERFUL: Person = { isSignedIn: true, scopes: new Set(SCOPES), policies: new Set(POLICIES) };
const ISSUER = 'https://oracle.invalid';
const MOODS = { nulls: 0.08, errors: 0, illegalNulls: 0 };

/** The operation was not planned for this person; or it is answered wrongly to who may see everything, too. */
export type Excuse = 'refused' | 'broken';

export interface Judged {
  /** How the answer differs from the oracle's; `null` when it does not. */
  readonly difference: string | null;
  /** Leaves that stand in the answer and must not. */
  readonly leaked: number;
  /** Leaves that must stand in the answer and do not. */
  readonly withheld: number;
  /** How the rules have no part in a difference: see {@link Excuse}. */
  readonly excuse: Excuse | null;
  /** Fields that a subgraph was asked for though the person may not see them. */
  readonly fetched: readonly string[];
  /** Whether anything was denied at all. */
  readonly isDenied: boolean;
}

interface Answered {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** What a subgraph was asked. */
interface Asked {
  readonly view: SubgraphView;
  readonly schema: GraphQLSchema;
  readonly query: string;
}

/** Random subgraphs with rules, our gateway before them, and the oracle beside it. */
export class GuardedWorld {
  private readonly tokens = new Map<string, string>();
  private readonly pool: Pool;

  private constructor(
    readonly api: GraphQLSchema,
    private readonly views: readonly SubgraphView[],
    private readonly oracle: Oracle,
    private readonly asked: Asked[],
    private readonly key: CryptoKey,
    private readonly gateway: RunningGateway,
  ) {
    this.pool = new Pool(gateway.url, { connections: 1 });
  }

  static async start(
    sources: readonly SubgraphSource[],
    supergraphSdl: string,
    seed: number,
    log?: Logger,
  ): Promise<GuardedWorld> {
    const views = sources.map(readSubgraph);
    const { api, full } = mergeSubgraphs(views);
    const data = new Data(views, full, seed, MOODS);
    const logger = log ?? createLogger({ logLevel: 'silent' }, 'auth-directives');
    const keys = await generateKeyPair('EdDSA', { extractable: true });
    const keySet = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'EdDSA', use: 'sig' }] };
    const asked: Asked[] = [];
    const gateway = await startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphSdl,
      subgraphs: clientsOf(views, data, asked),
      keySource: async () => keySet,
      tokenIssuer: ISSUER,
      tokenSubjects: 'any',
      forwardHeaders: ['x-policies'],
      authorisation: { policies: ({ headers }) => (headers['x-policies'] ?? '').split(' ') },
      bus: createMemoryBus(logger),
      logger,
      environment: 'test',
      introspection: true,
      checkReady: async () => undefined,
      limits: UNLIMITED,
    });
    return new GuardedWorld(api, views, new Oracle(views, api, data), asked, keys.privateKey, gateway);
  }

  isValid({ document }: Sent): boolean {
    return validate(this.api, document).length === 0;
  }

  async judge(sent: Sent, person: Person): Promise<Judged> {
    this.asked.length = 0;
    const expected = this.answer(sent, person);
    const actual = await this.ask(sent, person);
    const fetched = this.wronglyFetched(person);
    const difference = differenceOf(expected, actual as never);
    const isDenied = (expected.errors?.length ?? 0) > 0;
    if (difference === null) return { difference, leaked: 0, withheld: 0, excuse: null, fetched, isDenied };
    const whole = this.answer(sent, ALL_POWERFUL);
    const excuse = isRefused(actual) ? 'refused' : (await this.isBroken(sent, whole)) ? 'broken' : null;
    // Whatever the excuse, the rules must hide all the same.
    const leaked = leakedLeaves(expected.data, actual.data, whole.data);
    const withheld = excuse === null ? leakedLeaves(actual.data, expected.data, whole.data) : 0;
    return { difference, leaked, withheld, excuse, fetched, isDenied };
  }

  private async isBroken(sent: Sent, whole: ExecutionResult): Promise<boolean> {
    const answered = await this.ask(sent, ALL_POWERFUL);
    return !isRefused(answered) && differenceOf(whole, answered as never) !== null;
  }

  private answer({ document, variables }: Sent, person: Person): ExecutionResult {
    return this.oracle.answer(parse(print(document)), variables, person);
  }

  async stop(): Promise<void> {
    await this.pool.close();
    await this.gateway.stop();
  }

  private async ask({ document, variables }: Sent, person: Person): Promise<Answered> {
    const { body } = await this.pool.request({
      path: '/graphql',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-policies': [...person.policies].join(' '),
        ...(person.isSignedIn ? { authorization: `Bearer ${await this.tokenFor(person)}` } : {}),
      },
      body: JSON.stringify({ query: print(document), variables }),
    });
    return (await body.json()) as Answered;
  }

  private async tokenFor({ scopes }: Person): Promise<string> {
    const scope = [...scopes].sort().join(' ');
    let token = this.tokens.get(scope);
    if (token === undefined) {
      const claims = new SignJWT({ scope })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'k' })
        .setSubject('somebody')
        .setIssuer(ISSUER);
      token = await claims.setIssuedAt().setExpirationTime('2h').sign(this.key);
      this.tokens.set(scope, token);
    }
    return token;
  }

  /** Keys apart, which join records and are shown to nobody who does not ask for them. */
  private wronglyFetched(person: Person): string[] {
    const wrong = new Set<string>();
    for (const { view, schema, query } of this.asked) {
      const typeInfo = new TypeInfo(schema);
      visit(
        parse(query),
        visitWithTypeInfo(typeInfo, {
          Field: ({ name: { value: field } }) => {
            const local = typeInfo.getParentType()?.name ?? '';
            const parent = view.rootNames.get(local) ?? local;
            if (field.startsWith('_') || this.isKey(field)) return;
            const types = this.objectsOf(parent);
            if (types.length > 0 && types.every((type) => !this.maySee(person, type, field))) wrong.add(`${parent}.${field}`);
          },
        }),
      );
    }
    return [...wrong];
  }

  private maySee(person: Person, type: string, field: string): boolean {
    return this.oracle.maySee(person, type) && this.oracle.maySeeField(person, type, field);
  }

  private objectsOf(name: string): readonly string[] {
    const type = this.api.getType(name);
    if (type && ('getTypes' in type || this.views.some(({ types }) => types.get(name)?.kind === 'interface')))
      return this.api.getPossibleTypes(type as never).map((each) => each.name);
    return type ? [name] : [];
  }

  private isKey(field: string): boolean {
    // Also as a part of another type's key.
    return this.views.some(({ types }) =>
      [...types.values()].some(({ keys }) => keys.some(({ selection }) => mentions(selection, field))),
    );
  }
}

function isRefused({ errors = [] }: Answered): boolean {
  return errors.some(({ extensions }) => extensions.code === 'UNPLANNABLE_OPERATION');
}

function mentions(set: { readonly selections: readonly { readonly kind: string }[] }, field: string): boolean {
  return JSON.stringify(set).includes(`"value":"${field}"`);
}

function clientsOf(views: readonly SubgraphView[], data: Data, asked: Asked[]): Map<string, SubgraphClient> {
  const logger = createLogger({ logLevel: 'silent' }, 'auth-directives');
  return new Map(
    views.map((view): [string, SubgraphClient] => {
      const schema = subgraphSchema(view, views, data, new Notebook());
      const client = createSubgraphExecutor({ name: view.name, sdl: view.sdl, schema }, logger);
      const execute = (request: SubgraphRequest) => {
        asked.push({ view, schema, query: request.query });
        return client.execute(request);
      };
      return [view.name, { ...client, name: view.name, execute }];
    }),
  );
}

/** How many leaves stand in an answer where another has none, though the whole answer has. */
function leakedLeaves(expected: unknown, actual: unknown, whole: unknown): number {
  if (actual === null || actual === undefined || whole === null || whole === undefined) return 0;
  if (isBranch(actual)) {
    return Object.entries(actual).reduce(
      (sum, [key, inner]) => sum + leakedLeaves(memberOf(expected, key), inner, memberOf(whole, key)),
      0,
    );
  }
  return expected === null || expected === undefined ? 1 : 0;
}

function memberOf(value: unknown, key: string): unknown {
  return isBranch(value) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
