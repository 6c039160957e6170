import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By which category a product is taxed; the rates are the order subgraph's. */
export class TaxCategory1764000710000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE product ADD tax_category text NOT NULL DEFAULT 'standard'
      CHECK (tax_category ~ '^[a-z][a-z0-9-]{0,39}$')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE product DROP COLUMN tax_category');
  }
}
