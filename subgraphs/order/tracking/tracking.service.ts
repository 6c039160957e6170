import type { Viewer } from '../../../platform/auth';
import { notFound } from '../../../platform/errors';
import type { PlacedEvent } from '../../../platform/events';
import { openLiveSource, type EventFeed, type Told } from '../../../platform/feed';
import { globalId, type SourceEvent } from '../../../platform/federation';
import { sharedBatch, type Batch } from '../../../platform/loaders';
import { maySee, type LoggedOrder, type Order, type OrderService, type OrderStatus } from '../order';
import { logEntryOf, type LogEntry } from './log-entry';

/** What happened to an order, or how it stands. */
export interface WatchedChange extends Told, Omit<LogEntry, 'orderKey' | 'from'> {
  readonly order: Order;
}

export interface WatchedOrders extends Told {
  readonly change: WatchedChange | null;
  readonly orders: readonly Order[];
}

type Arguments = Readonly<Record<string, unknown>>;

/** Which orders somebody watches, and how they are found. */
interface WatchedList {
  /** In the feed. */
  readonly key: string;
  readonly args: Arguments;
  isOf(order: Order, entry: LogEntry): boolean;
  newest(): Promise<readonly Order[]>;
}

/**
 * Watches orders by the feed. The order that a change came to is read once for all who are told at that moment, and whether
 * they may see it is judged on it each time.
 */
export class TrackingService {
  private readonly current: Batch<number, Order | null>;
  private readonly logged: Batch<number, LoggedOrder | null>;

  constructor(
    private readonly orders: OrderService,
    private readonly feed: EventFeed,
  ) {
    this.current = sharedBatch((keys) => orders.byKeys(keys));
    this.logged = sharedBatch((keys) => orders.withLastEntry(keys));
  }

  /** @throws NOT_FOUND, before anything is yielded, for an order that the viewer may not see */
  async watchOrder(viewer: Viewer, orderKey: number, args: Arguments): Promise<AsyncIterable<SourceEvent>> {
    await this.visible(viewer, orderKey);
    let known = 0;
    return openLiveSource<WatchedChange>({
      feed: this.feed,
      keys: [globalId('Order', orderKey)],
      args,
      present: async (told) => {
        const [found] = await this.logged([orderKey]);
        if (!found || !maySee(viewer, found.order)) throw notFound('This order');
        known = found.sequence;
        const { order, sequence, type, at } = found;
        return { ...told, order, sequence, type, at, status: order.status };
      },
      change: async (event, told) => {
        const entry = logEntryOf(event);
        if (!entry || entry.sequence <= known) return null;
        return changeOf(entry, await this.visible(viewer, orderKey), told);
      },
    });
  }

  /** All orders of a customer. @param count how many of the newest a snapshot shows */
  watchOrdersOf(viewer: Viewer, userKey: number, count: number, args: Arguments): Promise<AsyncIterable<SourceEvent>> {
    return this.watchList(viewer, {
      key: globalId('User', userKey),
      args,
      isOf: ({ userId }) => userId === userKey,
      newest: async () => {
        const [page] = await this.orders.pagesOf([userKey], { page: firstOf(count), filter: {}, sort: 'NEWEST' });
        return page?.edges.map(({ node }) => node) ?? [];
      },
    });
  }

  /** All orders of the shop, or those that stand in one of some statuses: told also when they leave it. */
  watchOrders(
    viewer: Viewer,
    statuses: readonly OrderStatus[] | null,
    count: number,
    args: Arguments,
  ): Promise<AsyncIterable<SourceEvent>> {
    const isWanted = (status: OrderStatus | null) => statuses === null || (status !== null && statuses.includes(status));
    return this.watchList(viewer, {
      key: 'order.*',
      args,
      isOf: (_order, { from, status }) => isWanted(from) || isWanted(status),
      newest: async () => {
        const filter = statuses === null ? {} : { status: statuses };
        const { edges } = await this.orders.page({ page: firstOf(count), filter, sort: 'NEWEST' });
        return edges.map(({ node }) => node);
      },
    });
  }

  private watchList(viewer: Viewer, list: WatchedList): Promise<AsyncIterable<SourceEvent>> {
    const known = new Map<number, number>();
    return openLiveSource<WatchedOrders>({
      feed: this.feed,
      keys: [list.key],
      args: list.args,
      present: async (told) => {
        // Which they are first, then each with its place in its log: what is shown is never older than what is skipped.
        const newest = await list.newest();
        const found = (await this.logged(newest.map(({ id }) => id))).filter((logged) => logged !== null);
        for (const { order, sequence } of found) known.set(order.id, sequence);
        return { ...told, change: null, orders: found.map(({ order }) => order) };
      },
      change: (event, told) => this.changeInList(viewer, list, known, event, told),
    });
  }

  private async changeInList(
    viewer: Viewer,
    list: WatchedList,
    known: Map<number, number>,
    event: PlacedEvent,
    told: Told,
  ): Promise<WatchedOrders | null> {
    const entry = logEntryOf(event);
    if (!entry || entry.sequence <= (known.get(entry.orderKey) ?? 0)) return null;
    const [order] = await this.current([entry.orderKey]);
    if (!order || !list.isOf(order, entry) || !maySee(viewer, order)) return null;
    // What the snapshot knew is told by now; the log goes on from there by itself.
    known.delete(entry.orderKey);
    return { ...told, change: changeOf(entry, order, told), orders: [order] };
  }

  private async visible(viewer: Viewer, orderKey: number): Promise<Order> {
    const [order] = await this.current([orderKey]);
    if (!order || !maySee(viewer, order)) throw notFound('This order');
    return order;
  }
}

function changeOf({ sequence, type, status, at }: LogEntry, order: Order, told: Told): WatchedChange {
  return { ...told, sequence, type, status, at, order };
}

function firstOf(limit: number) {
  return { limit, cursor: null, backward: false };
}
