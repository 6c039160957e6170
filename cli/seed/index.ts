export { DEMO_ACCOUNTS, type DemoAccount } from './customers';
export { answerMedia, isMediaPath } from './media';
export { SEED_DEFAULTS, type SeedCounts } from './seed-counts';
export { isShopEmpty, seedShop, type SeedDatabases, type SeedOptions } from './seed-shop';
