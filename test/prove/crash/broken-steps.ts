import { Storefront } from '../../support/storefront';
import type { Fleet } from './fleet';

/**
 * A claim that does not look whether it was made: repeated after a crash, it takes the goods twice. The ledger refuses a
 * second sale under one reference by itself, so that goes, too.
 */
const FORGETFUL_CLAIM = `
  DROP INDEX stock_movement_once;
  ALTER FUNCTION claim_stock_many RENAME TO claim_stock_once;
  CREATE FUNCTION claim_stock_many(p_ids text[]) RETURNS boolean[] LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE product_variant v SET stock_reserved = v.stock_reserved + l.quantity
        FROM stock_reservation_line l JOIN stock_reservation r ON r.id = l.reservation_id
        WHERE r.id = ANY (p_ids) AND r.status = 'CLAIMED' AND v.id = l.variant_id;
      UPDATE stock_reservation SET status = 'HELD' WHERE id = ANY (p_ids) AND status = 'CLAIMED';
      RETURN claim_stock_once(p_ids);
    END $$`;

/** Answers that are not kept, and carts that stay open: each request is a new one. */
const FORGETFUL_KEYS = `
  CREATE FUNCTION forget_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN DELETE FROM idempotency_key WHERE viewer = NEW.viewer AND operation = NEW.operation AND key = NEW.key AND status = 'DONE'; RETURN NEW; END $$;
  CREATE TRIGGER forgetful_key BEFORE INSERT ON idempotency_key FOR EACH ROW EXECUTE FUNCTION forget_key();
  CREATE FUNCTION keep_cart() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.status := 'ACTIVE'; RETURN NEW; END $$;
  CREATE TRIGGER open_cart BEFORE UPDATE ON cart FOR EACH ROW WHEN (NEW.status = 'ORDERED') EXECUTE FUNCTION keep_cart()`;

/** Between which the first broken step can be repeated. */
export const TELLING_POINTS = ['stock.claimed', 'task.performed'];

/** The negative control: two steps of a checkout made so that doing them twice has two effects. */
export async function breakSteps({ url, databases }: Fleet): Promise<void> {
  const shop = new Storefront(url, databases);
  await shop.sql('product', FORGETFUL_CLAIM);
  await shop.sql('order', FORGETFUL_KEYS);
}
