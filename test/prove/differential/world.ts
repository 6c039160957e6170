import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { lexicographicSortSchema, parse, print, printSchema, validate, type GraphQLSchema } from 'graphql';
import { createSubgraphExecutor, type SubgraphClient } from '../../../platform/federation';
import { createLogger } from '../../../platform/observability';
import { overHttp, type HttpSubgraphs } from '../../gateway/support/over-http';
import { differenceOf } from './compare';
import { Data, type Moods } from './data';
import type { Answered, Edge, Served } from './edge';
import type { Fault } from './faults';
import { readSubgraph, type SubgraphSource, type SubgraphView } from './federation';
import { mergeSubgraphs } from './merge';
import type { Sent } from './operation';
import { executeMonolith, Notebook, subgraphSchema } from './served';

export interface WorldOptions {
  readonly seed: number;
  readonly moods: Moods;
  /** Whether subgraphs are reached over HTTP, as separate processes are. */
  readonly isOverHttp: boolean;
  /** Breaks what the gateway gets, to see that it is noticed. */
  readonly fault?: Fault;
}

/** Subgraphs over made-up data, our gateway before them, and the one schema that answers the same. */
export class World {
  /** Operations that the gateway said it cannot plan: told clearly, so not wrong, but few they must be. */
  refused = 0;

  private constructor(
    /** What clients see, by our own merge. */
    readonly api: GraphQLSchema,
    private readonly edge: Edge,
    private readonly served: Served,
    private readonly data: Data,
    private readonly notebook: Notebook,
    private readonly http: HttpSubgraphs | null,
  ) {}

  static async start(
    edge: Edge,
    sources: readonly SubgraphSource[],
    supergraphSdl: string,
    options: WorldOptions,
  ): Promise<World> {
    const views = sources.map(readSubgraph);
    const { api, full } = mergeSubgraphs(views);
    const data = new Data(views, full, options.seed, options.moods);
    const notebook = new Notebook();
    const clients = clientsOf(views, data, notebook, options.fault);
    const http = options.isOverHttp ? await overHttp(clients) : null;
    return new World(api, edge, { supergraphSdl, clients: http?.clients ?? clients }, data, notebook, http);
  }

  isValid({ document }: Sent): boolean {
    try {
      // Printed and read again: what was cut down may be no GraphQL at all.
      return validate(this.api, parse(print(document))).length === 0;
    } catch {
      return false;
    }
  }

  /** How the gateway's answer differs from the reference; `null` when it does not. */
  async differenceOf({ document, variables }: Sent): Promise<string | null> {
    const query = print(document);
    this.notebook.clear();
    const expected = await executeMonolith(this.api, this.data, parse(query), variables, this.notebook);
    const turns = this.notebook.mutations.join('; ');
    this.notebook.clear();
    const actual = await this.edge.ask(this.served, query, variables);
    if (isRefused(actual)) {
      this.refused += 1;
      return null;
    }
    const difference = differenceOf(expected, actual);
    if (difference !== null) return difference;
    const [wrong] = this.notebook.wrongs;
    if (wrong !== undefined) return `a subgraph was asked wrongly: ${wrong}`;
    const ownTurns = this.notebook.mutations.join('; ');
    // When a mutation ends the answer, the specification leaves open whether the ones after it still run.
    const isEnded = (expected.data ?? null) === null && ownTurns.startsWith(turns);
    return turns === ownTurns || isEnded ? null : `mutations ran as\n  ${ownTurns}\n  and not as\n  ${turns}`;
  }

  /** Where Apollo's composition and our own merge see different schemas; `null` when they agree. */
  schemaDifference(): string | null {
    const apollo = Supergraph.build(this.served.supergraphSdl, {
      supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
    })
      .apiSchema()
      .toGraphQLJSSchema();
    const [ours, theirs] = [this.api, apollo].map((schema) => printSchema(lexicographicSortSchema(schema)).split('\n'));
    const at = (ours ?? []).findIndex((line, each) => line !== theirs?.[each]);
    return at < 0 && ours?.length === theirs?.length ? null : `line ${at}, ours: ${ours?.[at]}; Apollo's: ${theirs?.[at]}`;
  }

  async stop(): Promise<void> {
    await this.http?.close();
  }
}

function isRefused({ errors }: Answered): boolean {
  return errors?.some(({ extensions }) => extensions?.['code'] === 'UNPLANNABLE_OPERATION') === true;
}

function clientsOf(
  views: readonly SubgraphView[],
  data: Data,
  notebook: Notebook,
  fault: Fault | undefined,
): Map<string, SubgraphClient> {
  const logger = createLogger({ logLevel: 'silent' }, 'differential');
  return new Map(
    views.map((view) => {
      const { name, sdl } = view;
      const client = createSubgraphExecutor({ name, sdl, schema: subgraphSchema(view, views, data, notebook) }, logger);
      return [name, fault ? fault.plant(client) : client];
    }),
  );
}
