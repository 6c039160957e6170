import { service, type Viewer } from '../../../platform/auth';
import { AppError } from '../../../platform/errors';
import type { SubgraphClient } from '../../../platform/federation';

/** On whose behalf something is done, and under which request id it stands in the logs. */
export interface Caller {
  readonly viewer: Viewer;
  readonly requestId: string;
}

const TIMEOUT_MS = 8_000;

/**
 * Asks another subgraph as this process itself (`service`), never as the viewer.
 *
 * @throws UPSTREAM_UNAVAILABLE when it cannot be reached or answers an error
 */
export async function askSubgraph<T>(
  client: SubgraphClient,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  requestId: string,
): Promise<T> {
  const response = await client.execute({
    query,
    variables,
    viewer: service,
    requestId,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.data || response.errors?.length) {
    const cause = response.errors?.[0];
    const error = new AppError('UPSTREAM_UNAVAILABLE', `The ${client.name} service cannot answer right now; try again`, {
      service: client.name,
    });
    error.cause = new Error(cause?.message ?? 'no data');
    throw error;
  }
  return response.data as T;
}
