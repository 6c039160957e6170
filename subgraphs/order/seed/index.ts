export type { SeedOrder, SeedOrderEvent, SeedOrderItem } from './seed-order';
export { isOrderDatabaseEmpty, writeOrders } from './write-orders';
