import { setImmediate as turn } from 'node:timers/promises';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { AppError } from '../../../platform/errors';
import {
  createSubgraphExecutor,
  type EventReceiver,
  type SourceEvent,
  type SubgraphClient,
  type SubgraphContext,
  type SubgraphRequest,
} from '../../../platform/federation';
import { createLogger } from '../../../platform/observability';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@composeDirective"])
  @link(url: "https://mercato.example/cache/v1.0", import: ["@cacheControl"]) @composeDirective(name: "@cacheControl")
  @link(url: "https://mercato.example/live/v1.0", import: ["@resumable"]) @composeDirective(name: "@resumable")
  directive @cacheControl(maxAge: Int, scope: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  directive @resumable on FIELD_DEFINITION\n`;

const NEWS = `${LINK}
  type Query { headline: String }
  type Subscription {
    news(topic: String!, after: String, snapshot: Boolean = false): News! @resumable @cacheControl(scope: "PUBLIC")
    mail(topic: String!, after: String, snapshot: Boolean = false): News! @resumable
    once(topic: String!): News!
  }
  type News { position: String! kind: String! topic: String! text: String! author: Author for: String }
  type Author @key(fields: "id") { id: ID! }`;

const AUTHORS = `${LINK}
  type Query { authors: [Author!]! }
  type Author @key(fields: "id") @cacheControl(scope: "RIGHTS") { id: ID! name: String! }`;

export interface Item {
  readonly position: number;
  readonly topic: string;
  readonly text: string;
}

interface OpenStream {
  readonly request: SubgraphRequest;
  readonly receiver: EventReceiver;
}

/**
 * Two subgraphs: one tells news from a log in memory, which can be resumed, the other knows who wrote them. Its streams can be
 * broken, and counted.
 */
export class Newsroom {
  readonly log: Item[] = [];
  /** Streams of the news that are open. */
  readonly streams = new Set<OpenStream>();
  /** Requests of all streams that were opened. */
  readonly opened: SubgraphRequest[] = [];
  /** Viewers' keys and representations of the calls for authors. */
  readonly authorCalls: { readonly viewer: number | null; readonly ids: readonly string[] }[] = [];
  /** What calls of authors wait for, or fail with. */
  authorsAreAway = false;
  /** Positions up to here are forgotten. */
  floor = 0;
  private readonly wakers = new Set<() => void>();

  append(topic: string, text = `${topic} ${this.log.length + 1}`): Item {
    const item = { position: this.floor + this.log.length + 1, topic, text };
    this.log.push(item);
    for (const wake of this.wakers) wake();
    return item;
  }

  /** As where a subgraph is killed. */
  breakAll(): void {
    for (const stream of [...this.streams]) {
      this.streams.delete(stream);
      stream.receiver.failed(new AppError('UPSTREAM_UNAVAILABLE', 'the news cannot be reached', { service: 'news' }));
    }
  }

  subgraphs(): Map<string, SubgraphClient> {
    const logger = createLogger({ logLevel: 'silent' }, 'test');
    const source = (field: string) => ({
      subscribe: (_root: unknown, args: Args, context: SubgraphContext) => this.follow(field, args, context),
    });
    const news = buildSubgraphSchema([
      {
        typeDefs: parse(NEWS),
        resolvers: { Subscription: { news: source('news'), mail: source('mail'), once: source('once') } },
      },
    ]);
    const authors = buildSubgraphSchema([
      {
        typeDefs: parse(AUTHORS),
        resolvers: { Author: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Author of ${id}` }) } },
      },
    ]);
    return new Map([
      ['news', this.counted(createSubgraphExecutor({ name: 'news', schema: news, sdl: NEWS }, logger))],
      ['authors', this.watched(createSubgraphExecutor({ name: 'authors', schema: authors, sdl: AUTHORS }, logger))],
    ]);
  }

  private counted(client: SubgraphClient): SubgraphClient {
    return {
      ...client,
      subscribe: (request, receiver) => {
        const stream: OpenStream = { request, receiver };
        const isOpen = (): boolean => this.streams.has(stream);
        this.opened.push(request);
        this.streams.add(stream);
        const running = client.subscribe(request, {
          event: (response) => isOpen() && receiver.event(response),
          ended: () => this.streams.delete(stream) && receiver.ended(),
          failed: (error) => this.streams.delete(stream) && receiver.failed(error),
        });
        return {
          end: () => {
            this.streams.delete(stream);
            running.end();
          },
        };
      },
    };
  }

  private watched(client: SubgraphClient): SubgraphClient {
    return {
      ...client,
      execute: async (request) => {
        const ids = ((request.variables?.['representations'] ?? []) as { id: string }[]).map(({ id }) => id);
        this.authorCalls.push({ viewer: request.viewer.userId, ids });
        if (this.authorsAreAway) throw new AppError('UPSTREAM_UNAVAILABLE', 'authors are away', { service: 'authors' });
        await turn();
        return client.execute(request);
      },
    };
  }

  private async *follow(field: string, args: Args, { viewer }: SubgraphContext): AsyncGenerator<SourceEvent> {
    const { topic, after, snapshot } = args;
    if (topic === 'secret') throw new AppError('NOT_FOUND', 'There is no such topic');
    if (topic === 'broken') throw new Error('the password is hunter2');
    const root = (item: Item, kind: string): SourceEvent => ({
      position: field === 'once' ? null : String(item.position),
      root: {
        [field]: {
          ...item,
          position: String(item.position),
          kind,
          author: { __typename: 'Author', id: topic },
          for: viewer.userId === null ? null : String(viewer.userId),
        },
      },
    });
    const head = (): number => this.floor + this.log.length;
    let seen = after === null || after === undefined ? head() : Number(after);
    if (!(seen >= this.floor && seen <= head()) || snapshot) {
      const kind = snapshot ? 'SNAPSHOT' : 'RESET';
      seen = head();
      yield root({ position: seen, topic, text: `state of ${topic}` }, kind);
    }
    for (let isMarked = false; ;) {
      for (const item of this.log.filter(({ position }) => position > seen)) {
        seen = item.position;
        if (item.topic === topic) yield root(item, 'CHANGE');
      }
      if (!isMarked && field !== 'once') yield { position: String(seen) };
      isMarked = true;
      if (seen === head()) await this.news();
    }
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.wakers.delete(wake);
        resolve();
      };
      this.wakers.add(wake);
    });
  }
}

interface Args {
  readonly topic: string;
  readonly after?: string | null;
  readonly snapshot?: boolean | null;
}

/** @param news another SDL of the news, such as one that lacks a field */
export function newsSupergraph(news: (sdl: string) => string = (sdl) => sdl): string {
  const services = [
    { name: 'news', typeDefs: parse(news(NEWS)), url: 'http://news.invalid' },
    { name: 'authors', typeDefs: parse(AUTHORS), url: 'http://authors.invalid' },
  ];
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(String).join('\n'));
  return supergraphSdl;
}
