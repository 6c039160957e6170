import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { silenceVendorTelemetry } from '../../platform/config';
import { quietChild, type Logger } from '../../platform/observability';
import { Security, withoutEnforcedLinks } from '../authorisation';
import { withDefer } from '../defer/defer-directive';
import { supergraphId, type Supergraph } from './supergraph';

/** How many alternatives the planner may weigh for one operation; its own default of 10,000 can take seconds. */
const MAX_EVALUATED_PLANS = 1_000;

/** A supergraph with its planner, in this thread: planning stalls whoever shares the thread (see `gateway/planning/`). */
export interface LoadedSupergraph extends Supergraph {
  /** @throws GraphQLError when the operation cannot be planned */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan;
}

/** The parts of ApolloGateway that it keeps to itself but that planning without its executor needs. */
interface GatewayInternals {
  readonly apiSchema: Schema;
  readonly supergraphSchema: GraphQLSchema;
  readonly schema: GraphQLSchema;
}

/**
 * Reads a supergraph with Apollo Gateway, whose planner then plans.
 *
 * @throws when the SDL is no supergraph, or links `for: SECURITY` what nobody here enforces
 */
export async function loadSupergraph(sdl: string, logger: Logger): Promise<LoadedSupergraph> {
  silenceVendorTelemetry();
  const gateway = new ApolloGateway({
    supergraphSdl: withoutEnforcedLinks(sdl),
    // Subgraphs are called by our own executor; this only keeps Apollo Gateway from making its HTTP agents.
    buildService: () => new RemoteGraphQLDataSource({ url: 'http://subgraph.invalid' }),
    queryPlannerConfig: { debug: { maxEvaluatedPlans: MAX_EVALUATED_PLANS }, incrementalDelivery: { enableDefer: true } },
    logger: quietChild(logger, 'apollo-gateway'),
  });
  await gateway.load();
  const { apiSchema, supergraphSchema, schema } = gateway as unknown as GatewayInternals;
  const planner = gateway.__testing().queryPlanner as QueryPlanner;
  await gateway.stop();
  return {
    id: supergraphId(sdl),
    sdl,
    apiSchema: withDefer(schema),
    fullSchema: supergraphSchema,
    security: new Security(sdl),
    plan: (document, operationName) =>
      planner.buildQueryPlan(operationFromDocument(apiSchema, document, { operationName, validate: false })),
  };
}
