import { startWork } from '../../cli/compose/work';
import { createMemoryBus } from '../../platform/events';
import type { SubgraphModule } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { Lifecycle } from '../../platform/process';

const logger = createLogger({ logLevel: 'silent' }, 'test');

it('starts all consumers before any relay tells an event, and stops them after the relays', async () => {
  const bus = createMemoryBus(logger);
  const seen: string[] = [];
  const event = { id: '1', type: 'account.erased', key: 'u', touches: [], at: new Date().toISOString(), data: {} };
  const stopped: string[] = [];
  const parts: Partial<SubgraphModule>[] = [
    {
      startWork: async () => {
        await bus.publish([event]);
        return { name: 'relay', stop: async () => void stopped.push('relay') };
      },
    },
    {
      startConsuming: () => {
        const stop = bus.consume('later', ['account'], async ({ type }) => void seen.push(type));
        const stopAndNote = async (): Promise<void> => {
          stopped.push('consumer');
          await stop();
        };
        return { name: 'consumer', stop: stopAndNote };
      },
      startWork: async () => ({ name: 'other work', stop: async () => undefined }),
    },
  ];
  const lifecycle = new Lifecycle(logger);
  await startWork(parts as SubgraphModule[], { lifecycle });
  expect(seen).toEqual(['account.erased']);
  await lifecycle.stop();
  expect(stopped).toEqual(['relay', 'consumer']);
});
