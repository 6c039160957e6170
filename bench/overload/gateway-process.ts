import { startGateway } from '../../gateway';
import { createMemoryBus } from '../../platform/events';
import { createLogger } from '../../platform/observability';
import { openSupergraph } from '../../test/gateway/support/open-graph';
import { openClients } from '../../test/prove/hostile/open-world';

/** A gateway with its subgraphs in a process of its own; tells its parent where it serves. `off` admits every request. */
async function serve(admission: string | undefined): Promise<void> {
  const logger = createLogger({ logLevel: 'silent' }, 'bench');
  const clients = openClients(logger);
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    supergraphSdl: openSupergraph(new Map(clients.map(({ name }) => [name, `http://${name}.invalid`]))),
    subgraphs: new Map(clients.map((client) => [client.name, client])),
    keySource: null,
    tokenIssuer: '',
    bus: createMemoryBus(logger),
    logger,
    environment: 'test',
    introspection: false,
    checkReady: async () => undefined,
    responseCache: false,
    ...(admission === 'off' ? { admission: null } : {}),
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.(gateway.url);
}

void serve(process.argv[2]);
