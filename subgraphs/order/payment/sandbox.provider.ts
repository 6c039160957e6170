import { Column, Entity, PrimaryColumn, type DataSource } from 'typeorm';
import { minorToDecimal } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import type { Authorisation, CaptureOn, ChargeRequest, PaymentProvider } from './payment.port';

/** The sandbox's own book, as a real provider keeps one out of our reach. */
@Entity('sandbox_charge')
export class SandboxCharge {
  @PrimaryColumn('text')
  reference: string;

  @Column('text')
  status: 'AUTHORIZED' | 'CAPTURED' | 'REFUNDED' | 'VOIDED' | 'DECLINED';

  @Column('text', { name: 'capture_on' })
  captureOn: CaptureOn;

  @Column('text', { name: 'failure_code', nullable: true })
  failureCode: string | null;
}

/** What each test card does; any other token is declined as "invalid_token". */
const CARDS: Readonly<Record<string, Authorisation>> = {
  tok_ok: { isAuthorised: true, captureOn: 'PLACING' },
  tok_hold: { isAuthorised: true, captureOn: 'SHIPPING' },
  tok_declined: { isAuthorised: false, code: 'card_declined' },
  tok_insufficient_funds: { isAuthorised: false, code: 'insufficient_funds' },
  tok_expired_card: { isAuthorised: false, code: 'expired_card' },
};

/** A provider without real money. "tok_lost" holds the amount, but its answer never arrives. */
export function createSandboxProvider(database: DataSource): PaymentProvider {
  const find = async (reference: string): Promise<Authorisation | null> => {
    const charge = await database.getRepository(SandboxCharge).findOneBy({ reference });
    return charge && outcomeOf(charge);
  };
  return {
    name: 'sandbox',
    find,
    authorise: async ({ token, ...charge }) => {
      const outcome = CARDS[token === 'tok_lost' ? 'tok_ok' : token] ?? { isAuthorised: false, code: 'invalid_token' };
      await database.query(
        `INSERT INTO sandbox_charge (reference, status, capture_on, currency, amount, failure_code)
         VALUES ($1, $2, $3, $4, $5::numeric, $6) ON CONFLICT (reference) DO NOTHING`,
        [
          charge.reference,
          outcome.isAuthorised ? 'AUTHORIZED' : 'DECLINED',
          outcome.isAuthorised ? outcome.captureOn : 'PLACING',
          ...amountOf(charge),
          outcome.isAuthorised ? null : outcome.code,
        ],
      );
      if (token === 'tok_lost')
        throw new AppError('UPSTREAM_UNAVAILABLE', 'The payment provider did not answer; try again', { service: 'sandbox' });
      return (await find(charge.reference)) ?? outcome;
    },
    capture: (charge) => move(database, charge, 'AUTHORIZED', 'CAPTURED'),
    refund: (charge) => move(database, charge, 'CAPTURED', 'REFUNDED'),
    void: (charge) => move(database, charge, 'AUTHORIZED', 'VOIDED'),
  };
}

/** A charge that the book does not know is entered in its new state: demo orders were never authorised, and a voided reference is barred. */
async function move(database: DataSource, charge: ChargeRequest, from: string, to: string): Promise<void> {
  await database.query(
    `INSERT INTO sandbox_charge AS charge (reference, status, currency, amount) VALUES ($1, $5, $2, $3::numeric)
     ON CONFLICT (reference) DO UPDATE SET status = $5, updated_at = now() WHERE charge.status = $4`,
    [charge.reference, ...amountOf(charge), from, to],
  );
}

function amountOf(charge: ChargeRequest): [currency: string, amount: string] {
  return [charge.currency, minorToDecimal(charge.amountMinor)];
}

function outcomeOf(charge: SandboxCharge): Authorisation {
  if (charge.status === 'DECLINED') return { isAuthorised: false, code: charge.failureCode ?? 'card_declined' };
  if (charge.status === 'VOIDED') return { isAuthorised: false, code: 'voided' };
  return { isAuthorised: true, captureOn: charge.captureOn };
}
