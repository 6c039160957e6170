import type { GraphQLSchema } from 'graphql';
import { loadSupergraph } from '../../../gateway/supergraph/load';
import type { Logger } from '../../../platform/observability';

/** What clients of a supergraph see. */
export async function apiSchemaOf(supergraphSdl: string, logger: Logger): Promise<GraphQLSchema> {
  return (await loadSupergraph(supergraphSdl, logger)).apiSchema;
}
