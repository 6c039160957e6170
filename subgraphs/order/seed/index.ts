export type { SeedOrder, SeedOrderEvent, SeedOrderItem, SeedPayment } from './seed-order';
export { isOrderDatabaseEmpty, writeOrders } from './write-orders';
