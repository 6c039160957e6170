export { isProductDatabaseEmpty, writeProducts } from './write-products';
export type { SeedCatalogue, SeedCategory, SeedProduct, SeedSale, SeedVariant } from './seed-product';
