import { buildSchema, type GraphQLObjectType } from 'graphql';
import { anonymous } from '../../platform/auth';
import { createSubgraphExecutor } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { EventLog } from '../support/event-log';
import { deferred } from './support/recording';

describe('a client that leaves while the source of its subscription is being opened', () => {
  it('leaves no source behind', async () => {
    const sdl = 'type Query { a: Int } type Subscription { ticks: Int }';
    const schema = buildSchema(sdl);
    const opening = deferred();
    const opened = deferred();
    const ended = deferred();
    const source: AsyncIterableIterator<never> = {
      next: () => ended.promise.then(() => ({ done: true, value: undefined })),
      return: async () => {
        ended.resolve();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => source,
    };
    const { ticks } = (schema.getSubscriptionType() as GraphQLObjectType).getFields();
    if (!ticks) throw new Error('the schema has no such field');
    ticks.subscribe = async () => {
      opening.resolve();
      await opened.promise;
      return source;
    };
    const client = createSubgraphExecutor({ name: 'clock', schema, sdl }, createLogger({ logLevel: 'silent' }, 'test'));
    const log = new EventLog();
    const running = client.subscribe({ query: 'subscription { ticks }', viewer: anonymous, requestId: 'r' }, log);
    await opening.promise;
    running.end();
    opened.resolve();
    await ended.promise;
    expect(log.waiting).toBe(0);
  });
});
