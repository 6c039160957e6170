import { Storefront } from '../../support/storefront';
import type { Fleet } from './fleet';

/** A claim that does not note that it was made: repeated after a crash, it takes the goods twice. */
const FORGETFUL_CLAIM = `
  CREATE FUNCTION forget_claim() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.status := 'HELD'; RETURN NEW; END $$;
  CREATE TRIGGER forgetful_claim BEFORE UPDATE ON stock_reservation
    FOR EACH ROW WHEN (NEW.status = 'CLAIMED') EXECUTE FUNCTION forget_claim()`;

/** Keys that are kept under another name, and carts that stay open: each request is a new one. */
const FORGETFUL_KEYS = `
  CREATE FUNCTION forget_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN DELETE FROM idempotency_key WHERE viewer = NEW.viewer AND operation = NEW.operation AND key = NEW.key AND status = 'DONE'; RETURN NEW; END $$;
  CREATE TRIGGER forgetful_key BEFORE INSERT ON idempotency_key FOR EACH ROW EXECUTE FUNCTION forget_key();
  CREATE FUNCTION keep_cart() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.status := 'ACTIVE'; RETURN NEW; END $$;
  CREATE TRIGGER open_cart BEFORE UPDATE ON cart FOR EACH ROW WHEN (NEW.status = 'ORDERED') EXECUTE FUNCTION keep_cart()`;

/** The negative control: two steps of a checkout made so that doing them twice has two effects. */
export async function breakSteps({ url, databases }: Fleet): Promise<void> {
  const shop = new Storefront(url, databases);
  await shop.sql('product', FORGETFUL_CLAIM);
  await shop.sql('order', FORGETFUL_KEYS);
}
