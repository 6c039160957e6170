export { DEMO_ACCOUNTS, type DemoAccount } from './customers';
export { SEED_DEFAULTS } from './seed-counts';
export { isShopEmpty, seedShop } from './seed-shop';
