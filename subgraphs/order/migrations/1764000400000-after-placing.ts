import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Partial shipments, returns, partial refunds, notes, tasks that an order may owe more than once, and the audit trail. */
export class AfterPlacing1764000400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(AUDIT_DDL);
    await runner.query(STATUS_DDL);
    await runner.query(SHIPMENT_DDL);
    await runner.query(RETURN_DDL);
    await runner.query(REFUND_DDL);
    await runner.query(NOTE_DDL);
    await runner.query(TASK_DDL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE order_note, refund_line, refund, return_line, order_return, shipment_line, audit_anchor, audit_head, audit_entry;
      DROP FUNCTION audit_append, audit_is_append_only, order_note_is_append_only;
      ALTER TABLE order_event DROP COLUMN audit_sequence;
      ALTER TABLE order_item DROP COLUMN shipped_quantity, DROP COLUMN cancelled_quantity, DROP COLUMN returned_quantity,
        DROP COLUMN refunded_quantity;
      ALTER TABLE "order" DROP COLUMN refunded_amount;
      DELETE FROM order_transition WHERE 'PARTIALLY_SHIPPED' IN (from_status, to_status);
      DELETE FROM order_task WHERE subject <> 0;
      ALTER TABLE order_task DROP COLUMN subject, ADD UNIQUE (order_id, kind);`);
  }
}

/**
 * A chain of hashes for each order (and for each other subject, such as a discount), so that checkouts of different orders
 * never wait for one another. `audit_append` is the only way in: it locks the chain's head, links and writes.
 */
const AUDIT_DDL = `
  CREATE TABLE audit_entry (
    chain text COLLATE "C" NOT NULL,
    sequence integer NOT NULL CHECK (sequence >= 1),
    body text NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (chain, sequence)
  );
  CREATE TABLE audit_head (
    chain text COLLATE "C" PRIMARY KEY,
    sequence integer NOT NULL,
    hash bytea NOT NULL,
    anchored integer NOT NULL DEFAULT 0
  );
  CREATE INDEX audit_head_to_anchor ON audit_head (chain) WHERE anchored < sequence;
  CREATE TABLE audit_anchor (
    sequence integer PRIMARY KEY,
    body text NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL
  );
  CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'check_violation';
  END $$;
  CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
  CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
  CREATE TRIGGER audit_anchor_kept BEFORE UPDATE OR DELETE ON audit_anchor
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
  CREATE TRIGGER audit_anchor_not_emptied BEFORE TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
  CREATE TRIGGER audit_head_kept BEFORE DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
  ALTER TABLE order_event ADD COLUMN audit_sequence integer;
  CREATE FUNCTION audit_append(the_chain text, the_body text) RETURNS integer LANGUAGE plpgsql AS $$
  DECLARE
    place integer;
    previous bytea := '';
    link bytea;
  BEGIN
    place := 1;
    link := sha256(convert_to(concat_ws(E'\\n', '', the_chain, place, the_body), 'UTF8'));
    INSERT INTO audit_head (chain, sequence, hash) VALUES (the_chain, place, link) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      SELECT head.sequence + 1, head.hash INTO STRICT place, previous FROM audit_head head WHERE head.chain = the_chain FOR UPDATE;
      link := sha256(convert_to(concat_ws(E'\\n', encode(previous, 'hex'), the_chain, place, the_body), 'UTF8'));
      UPDATE audit_head SET sequence = place, hash = link WHERE chain = the_chain;
    END IF;
    INSERT INTO audit_entry (chain, sequence, body, previous_hash, hash) VALUES (the_chain, place, the_body, previous, link);
    RETURN place;
  END $$;`;

const STATUS_DDL = `
  ALTER TABLE "order"
    DROP CONSTRAINT order_status_check,
    DROP CONSTRAINT order_payment_status_check,
    DROP CONSTRAINT order_fulfilment_status_check,
    ADD CONSTRAINT order_status_check CHECK (status IN
      ('PLACED', 'PAID', 'PACKED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'REFUNDED')),
    ADD CONSTRAINT order_payment_status_check CHECK (payment_status IN
      ('PENDING', 'AUTHORIZED', 'PAID', 'PARTIALLY_REFUNDED', 'REFUNDED', 'VOIDED', 'FAILED')),
    ADD CONSTRAINT order_fulfilment_status_check CHECK (fulfilment_status IN
      ('UNFULFILLED', 'PACKED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'PARTIALLY_DELIVERED', 'DELIVERED', 'PARTIALLY_RETURNED', 'RETURNED')),
    ADD COLUMN refunded_amount numeric(14,2) NOT NULL DEFAULT 0;
  UPDATE "order" SET refunded_amount = total_amount WHERE payment_status = 'REFUNDED';
  ALTER TABLE "order" ADD CONSTRAINT order_refunded_amount_check CHECK (refunded_amount BETWEEN 0 AND total_amount);
  INSERT INTO order_transition VALUES
    ('PACKED', 'PARTIALLY_SHIPPED'), ('PARTIALLY_SHIPPED', 'SHIPPED'), ('PARTIALLY_SHIPPED', 'DELIVERED');`;

const SHIPMENT_DDL = `
  ALTER TABLE order_item
    ADD COLUMN shipped_quantity integer NOT NULL DEFAULT 0 CHECK (shipped_quantity >= 0),
    ADD COLUMN cancelled_quantity integer NOT NULL DEFAULT 0 CHECK (cancelled_quantity >= 0),
    ADD COLUMN returned_quantity integer NOT NULL DEFAULT 0 CHECK (returned_quantity >= 0),
    ADD COLUMN refunded_quantity integer NOT NULL DEFAULT 0 CHECK (refunded_quantity BETWEEN 0 AND quantity),
    ADD CHECK (shipped_quantity + cancelled_quantity <= quantity),
    ADD CHECK (returned_quantity <= shipped_quantity);
  CREATE TABLE shipment_line (
    shipment_id integer NOT NULL REFERENCES shipment (id),
    order_item_id integer NOT NULL REFERENCES order_item (id),
    quantity integer NOT NULL CHECK (quantity >= 1),
    PRIMARY KEY (shipment_id, order_item_id)
  );
  INSERT INTO shipment_line SELECT s.id, i.id, i.quantity FROM shipment s JOIN order_item i ON i.order_id = s.order_id;
  UPDATE order_item i SET shipped_quantity = i.quantity FROM shipment s WHERE s.order_id = i.order_id;`;

const RETURN_DDL = `
  CREATE TABLE order_return (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    order_id integer NOT NULL REFERENCES "order" (id),
    status text NOT NULL DEFAULT 'REQUESTED' CHECK (status IN ('REQUESTED', 'APPROVED', 'REFUSED', 'RECEIVED')),
    reason text NOT NULL,
    comment text,
    answer text,
    requested_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    received_at timestamptz,
    CHECK ((status = 'RECEIVED') = (received_at IS NOT NULL))
  );
  CREATE INDEX order_return_by_order ON order_return (order_id);
  CREATE INDEX order_return_open ON order_return (requested_at DESC, id DESC) WHERE status IN ('REQUESTED', 'APPROVED');
  CREATE TABLE return_line (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    return_id integer NOT NULL REFERENCES order_return (id),
    order_item_id integer NOT NULL REFERENCES order_item (id),
    quantity integer NOT NULL CHECK (quantity >= 1),
    received_quantity integer CHECK (received_quantity BETWEEN 0 AND quantity),
    is_restocked boolean,
    UNIQUE (return_id, order_item_id)
  );`;

const REFUND_DDL = `
  CREATE TABLE refund (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    order_id integer NOT NULL REFERENCES "order" (id),
    return_id integer REFERENCES order_return (id),
    kind text NOT NULL CHECK (kind IN ('AMOUNT', 'LINES', 'RETURN', 'CANCELLATION', 'WHOLE')),
    amount numeric(14,2) NOT NULL CHECK (amount > 0),
    reason text NOT NULL,
    status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'DONE', 'FAILED')),
    failure text,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz
  );
  CREATE INDEX refund_by_order ON refund (order_id);
  CREATE TABLE refund_line (
    refund_id integer NOT NULL REFERENCES refund (id),
    order_item_id integer NOT NULL REFERENCES order_item (id),
    quantity integer NOT NULL CHECK (quantity >= 1),
    amount numeric(14,2) NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (refund_id, order_item_id)
  );`;

/** Nothing but the erasure of a person may change a note, and only by emptying it. */
const NOTE_DDL = `
  CREATE TABLE order_note (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    order_id integer NOT NULL REFERENCES "order" (id),
    text text NOT NULL,
    is_shown_to_customer boolean NOT NULL,
    author_id integer,
    at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX order_note_by_order ON order_note (order_id, id);
  CREATE FUNCTION order_note_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' AND NEW.text = '' AND (NEW.id, NEW.order_id, NEW.is_shown_to_customer, NEW.at, NEW.author_id)
      IS NOT DISTINCT FROM (OLD.id, OLD.order_id, OLD.is_shown_to_customer, OLD.at, OLD.author_id) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'notes on an order are append-only' USING ERRCODE = 'check_violation';
  END $$;
  CREATE TRIGGER order_note_kept BEFORE UPDATE OR DELETE ON order_note
    FOR EACH ROW EXECUTE FUNCTION order_note_is_append_only();`;

/** What is owed several times by one order, such as refunds, is told apart by its subject. */
const TASK_DDL = `
  ALTER TABLE order_task
    ADD COLUMN subject integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT order_task_kind_check,
    DROP CONSTRAINT order_task_order_id_kind_key,
    ADD CONSTRAINT order_task_kind_check CHECK (kind IN
      ('CLAIM_STOCK', 'CAPTURE_PAYMENT', 'SETTLE_PAYMENT', 'RETURN_STOCK', 'PAY_REFUND', 'RESTOCK_RETURN', 'RESTOCK_CANCELLED')),
    ADD UNIQUE (order_id, kind, subject);`;
