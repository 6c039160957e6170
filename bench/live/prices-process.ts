import { createSubgraphExecutor, startSubgraphServer, type SourceEvent } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { PRICES_SDL, pricesSchema } from './graph';
import { Prices } from './prices';

/** The subgraph of prices over HTTP: `prices-process.js KEY`; a message names the product whose price changes. */
async function serve(signingKey: string): Promise<void> {
  const prices = new Prices();
  const source = async function* (_root: unknown, { product }: { product: string }): AsyncGenerator<SourceEvent> {
    const changes = prices.follow(product);
    yield { position: prices.position };
    for await (const change of changes) yield { position: change.position, root: { priceChanged: change } };
  };
  const logger = createLogger({ logLevel: 'warn' }, 'prices');
  const client = createSubgraphExecutor({ name: 'prices', schema: pricesSchema(source), sdl: PRICES_SDL }, logger);
  const server = await startSubgraphServer(client, {
    host: '127.0.0.1',
    port: 0,
    signingKey,
    logger,
    checkReady: async () => undefined,
    metrics: async () => '',
  });
  process.on('message', (product) => void prices.change(String(product)));
  process.stdout.write(`${server.port}\n`);
}

void serve(process.argv[2] ?? '');
