import { Supergraph, type Schema } from '@apollo/federation-internals';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { QueryPlanner, type QueryPlannerConfig } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { silenceVendorTelemetry } from '../../platform/config';
import { quietChild, type Logger } from '../../platform/observability';
import { Security, withoutEnforcedLinks } from '../authorisation';
import { CostDirectives } from '../demand';
import { withDefer } from '../defer/defer-directive';
import { fetchedNames, plannerSupergraph, safePlanner, type MakePlan } from '../planning/traps';
import { supergraphId, type Supergraph as ReadSupergraph } from './supergraph';

/** How many alternatives the planner may weigh for one operation; its own default of 10,000 can take seconds. */
const MAX_EVALUATED_PLANS = 1_000;
const PLANNER: QueryPlannerConfig = {
  // Plans are read and mended before they are believed (see `planning/traps`), which fragments by name would hide from.
  reuseQueryFragments: false,
  debug: { maxEvaluatedPlans: MAX_EVALUATED_PLANS },
  incrementalDelivery: { enableDefer: true },
};

/** A supergraph with its planner, in this thread: planning stalls whoever shares the thread (see `gateway/planning/`). */
export interface LoadedSupergraph extends ReadSupergraph {
  /** @throws GraphQLError when the operation cannot be planned */
  readonly plan: MakePlan;
}

/** Plans over a supergraph that was changed where the planner would go wrong over the real one. */
function plannerOf(sdl: string, own: QueryPlanner, { apiSchema, schema }: GatewayInternals): MakePlan {
  const changed = plannerSupergraph(sdl);
  if (changed.sdl === sdl) return safePlanner(own, changed, apiSchema, schema);
  const supergraph = Supergraph.build(withoutEnforcedLinks(changed.sdl));
  return safePlanner(new QueryPlanner(supergraph, PLANNER), changed, supergraph.apiSchema(), schema);
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
    queryPlannerConfig: PLANNER,
    logger: quietChild(logger, 'apollo-gateway'),
  });
  await gateway.load();
  const internals = gateway as unknown as GatewayInternals;
  const planner = gateway.__testing().queryPlanner as QueryPlanner;
  await gateway.stop();
  return {
    id: supergraphId(sdl),
    sdl,
    apiSchema: withDefer(internals.schema),
    fullSchema: internals.supergraphSchema,
    fetchedNames: fetchedNames(sdl),
    security: new Security(sdl),
    costs: new CostDirectives(sdl),
    plan: plannerOf(sdl, planner, internals),
  };
}
