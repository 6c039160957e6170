import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CATALOGUE_DDL } from './catalogue-ddl';
import { STOCK_DDL } from './stock-ddl';

/** Products, variants, images, the paths of the category tree, and stock with its reservations and ledger. */
export class Catalogue1764000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CATALOGUE_DDL);
    await runner.query(STOCK_DDL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION reserve_stock, claim_stock, release_stock, expire_stock, restock, lines_short_of_stock, hold_lines, changed_stock;
      DROP TABLE stock_reservation_line, stock_reservation, stock_movement, slug_redirect, product_category, product_variant, product_image, product;
      DROP FUNCTION refresh_products, refresh_products_of_inserted, refresh_products_of_updated, refresh_products_of_deleted;
      DROP TRIGGER category_path_before ON category;
      DROP TRIGGER category_path_after ON category;
      DROP FUNCTION set_category_path, cascade_category_path;
      ALTER TABLE category DROP COLUMN path, DROP COLUMN position, DROP COLUMN updated_at;
      DROP FUNCTION product_document, fold;
      DROP TEXT SEARCH CONFIGURATION shop;
      DROP TEXT SEARCH CONFIGURATION shop_words`);
  }
}
