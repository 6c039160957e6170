export { isProductDatabaseEmpty, writeProducts } from './write-products';
export type { SeedCategory, SeedProduct, SeedSale, SeedVariant } from './seed-product';
