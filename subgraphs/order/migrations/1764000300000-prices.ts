import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an order and its lines say of tax and discount, and that the database refuses totals that do not add up. */
export class Prices1764000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "order"
        ADD prices_include_tax boolean NOT NULL DEFAULT true,
        ADD shipping_tax_amount numeric(14,2) NOT NULL DEFAULT 0 CHECK (shipping_tax_amount >= 0),
        ADD shipping_tax_rate integer NOT NULL DEFAULT 0 CHECK (shipping_tax_rate BETWEEN 0 AND 10000),
        ADD shipping_method_name text NOT NULL DEFAULT '',
        DROP CONSTRAINT order_shipping_method_check,
        ADD CONSTRAINT order_total_adds_up CHECK (total_amount = subtotal_amount - discount_amount + shipping_amount
          + CASE WHEN prices_include_tax THEN 0 ELSE tax_amount END),
        ADD CONSTRAINT order_discount_within_subtotal CHECK (discount_amount <= subtotal_amount),
        ADD CONSTRAINT order_tax_has_shipping_tax CHECK (shipping_tax_amount <= tax_amount);
      ALTER TABLE order_item
        ADD discount_amount numeric(14,2) NOT NULL DEFAULT 0,
        ADD tax_amount numeric(14,2) NOT NULL DEFAULT 0 CHECK (tax_amount >= 0),
        ADD tax_rate integer NOT NULL DEFAULT 0 CHECK (tax_rate BETWEEN 0 AND 10000),
        ADD CONSTRAINT order_item_discount_within_line CHECK (discount_amount BETWEEN 0 AND price * quantity),
        ADD CONSTRAINT order_item_tax_within_line CHECK (tax_amount <= price * quantity - discount_amount);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE order_item DROP COLUMN discount_amount, DROP COLUMN tax_amount, DROP COLUMN tax_rate;
      ALTER TABLE "order" DROP CONSTRAINT order_total_adds_up, DROP CONSTRAINT order_discount_within_subtotal,
        DROP COLUMN prices_include_tax, DROP COLUMN shipping_tax_amount, DROP COLUMN shipping_tax_rate,
        DROP COLUMN shipping_method_name,
        ADD CONSTRAINT order_shipping_method_check CHECK (shipping_method IN ('STANDARD', 'EXPRESS', 'NONE'));`);
  }
}
