export type { SeedOrder, SeedOrderEvent } from './seed-order';
export { priceSeedOrder, readSeedPrices, writeDemoCodes, type SeedPrices, type UnpricedItem } from './seed-prices';
export { isOrderDatabaseEmpty, writeOrders } from './write-orders';
