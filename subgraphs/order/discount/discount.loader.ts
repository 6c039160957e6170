import type { DataSource } from 'typeorm';
import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader, type LoaderDefinition } from '../../../platform/loaders';
import { discountsOfOrders, type TakenDiscount } from './discount-use';

export type DiscountLoader = LoaderDefinition<number, TakenDiscount[], SubgraphContext>;

/** The discounts of each order. */
export function createDiscountLoader(database: DataSource): DiscountLoader {
  return defineLoader({ name: 'discountsByOrder', batch: (orderIds) => discountsOfOrders(database, orderIds) });
}
