import { startTracing } from '../../../platform/observability';
import { testGateway } from './gateway';
import { Library, librarySubgraphs } from './library';
import { overHttp } from './over-http';

/** One request through a gateway and subgraphs over HTTP, traced to the endpoint in the arguments. */
async function main(): Promise<void> {
  const tracing = await startTracing({ otlpEndpoint: process.argv.at(-1) ?? null }, 'test');
  const { clients, close } = await overHttp(librarySubgraphs(new Library()));
  const gateway = await testGateway({ subgraphs: clients });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { body } = await gateway.query('{ books { title author { name } } }', {}, { traceparent });
  await gateway.stop();
  await close();
  await tracing.stop();
  process.exit(body.errors ? 1 : 0);
}

void main();
