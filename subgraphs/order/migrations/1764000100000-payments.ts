import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Payments known by the provider's own name, refunds in parts, the events that the provider tells, and a shopper who confirms. */
export class Payments1764000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE payment
        ADD COLUMN provider_id text UNIQUE,
        DROP CONSTRAINT payment_status_check,
        ADD CONSTRAINT payment_status_check CHECK
          (status IN ('PENDING', 'ACTION_REQUIRED', 'AUTHORIZED', 'CAPTURED', 'REFUNDED', 'VOIDED', 'DECLINED')),
        DROP CONSTRAINT payment_check2,
        ADD CONSTRAINT payment_order_check
          CHECK (status IN ('PENDING', 'ACTION_REQUIRED', 'DECLINED', 'AUTHORIZED', 'VOIDED') OR order_id IS NOT NULL);
      CREATE INDEX payment_unsettled ON payment (created_at) WHERE status IN ('PENDING', 'ACTION_REQUIRED', 'AUTHORIZED');
      CREATE TABLE payment_refund (
        reference text PRIMARY KEY,
        payment_id integer NOT NULL REFERENCES payment (id),
        provider_id text UNIQUE,
        amount numeric(14,2) NOT NULL CHECK (amount > 0),
        status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'DONE', 'FAILED')),
        failure_code text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX payment_refund_by_payment ON payment_refund (payment_id);
      CREATE TABLE provider_event (
        id text PRIMARY KEY,
        type text NOT NULL,
        provider_id text NOT NULL,
        reference text,
        happened_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        handled_at timestamptz
      );
      CREATE INDEX provider_event_waiting ON provider_event (provider_id) WHERE handled_at IS NULL;
      CREATE INDEX provider_event_age ON provider_event (received_at);
      ALTER TABLE checkout ADD COLUMN confirm_until timestamptz;
      CREATE INDEX checkout_by_reference ON checkout (reference) WHERE step IN ('STARTED', 'RESERVED', 'PAYING');
      DROP TABLE sandbox_charge;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE provider_event, payment_refund;
      DROP INDEX payment_unsettled;
      UPDATE payment SET status = 'PENDING' WHERE status = 'ACTION_REQUIRED';
      ALTER TABLE payment
        DROP CONSTRAINT payment_status_check, DROP CONSTRAINT payment_order_check, DROP COLUMN provider_id,
        ADD CONSTRAINT payment_status_check CHECK (status IN ('PENDING', 'AUTHORIZED', 'CAPTURED', 'REFUNDED', 'VOIDED', 'DECLINED')),
        ADD CONSTRAINT payment_check2 CHECK (status IN ('PENDING', 'DECLINED', 'AUTHORIZED', 'VOIDED') OR order_id IS NOT NULL);
      DROP INDEX checkout_by_reference;
      ALTER TABLE checkout DROP COLUMN confirm_until;
      CREATE TABLE sandbox_charge (
        reference text PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('AUTHORIZED', 'CAPTURED', 'REFUNDED', 'VOIDED', 'DECLINED')),
        capture_on text NOT NULL DEFAULT 'PLACING',
        currency text NOT NULL,
        amount numeric(14,2) NOT NULL,
        failure_code text,
        updated_at timestamptz NOT NULL DEFAULT now()
      );`);
  }
}
