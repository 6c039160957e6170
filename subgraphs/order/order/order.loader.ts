import type { Page, SubgraphContext } from '../../../platform/federation';
import { defineLoader, defineSharedLoader } from '../../../platform/loaders';
import type { Order } from './order.entity';
import type { OrderEvent } from './order-event.entity';
import type { OrderItem } from './order-item.entity';
import type { OrderListRequest } from './order-page';
import type { OrderService } from './order.service';

export interface OrdersOfUserKey {
  readonly userId: number;
  readonly request: OrderListRequest;
}

/** The batches of the order slice. */
export function createOrderLoaders(orders: OrderService) {
  return {
    byKey: defineSharedLoader<number, Order | null, SubgraphContext>({
      name: 'orderByKey',
      batch: (keys) => orders.byKeys(keys),
    }),
    items: defineSharedLoader<number, OrderItem[], SubgraphContext>({
      name: 'orderItems',
      batch: (keys) => orders.itemsOf(keys),
    }),
    events: defineSharedLoader<number, OrderEvent[], SubgraphContext>({
      name: 'orderEvents',
      batch: (keys) => orders.eventsOf(keys),
    }),
    pageOfUser: defineLoader<OrdersOfUserKey, Page<Order>, SubgraphContext>({
      name: 'ordersOfUser',
      batch: (keys) => readPages(orders, keys),
      cacheKey: (key) => `${key.userId}|${JSON.stringify(key.request)}`,
    }),
  };
}

export type OrderLoaders = ReturnType<typeof createOrderLoaders>;

/** One statement for each different page that is asked for, whatever the number of customers. */
async function readPages(orders: OrderService, keys: readonly OrdersOfUserKey[]): Promise<Page<Order>[]> {
  const byRequest = new Map<string, OrdersOfUserKey[]>();
  for (const key of keys) {
    const shape = JSON.stringify(key.request);
    byRequest.set(shape, [...(byRequest.get(shape) ?? []), key]);
  }
  const pages = new Map<OrdersOfUserKey, Page<Order>>();
  for (const group of byRequest.values()) {
    const [{ request }] = group as [OrdersOfUserKey];
    const read = await orders.pagesOf(
      group.map((key) => key.userId),
      request,
    );
    group.forEach((key, at) => pages.set(key, read[at] as Page<Order>));
  }
  return keys.map((key) => pages.get(key) as Page<Order>);
}
