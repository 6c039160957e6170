import type { Fleet } from './fleet';

/** What the payment provider itself says of one payment. */
export interface Charge {
  readonly reference: string;
  readonly heldMinor: number;
  /** Taken and not given back. */
  readonly takenMinor: number;
}

interface LedgerAnswer {
  readonly intents: readonly {
    readonly reference: string | null;
    readonly amount_capturable: number;
    readonly amount_received: number;
    readonly amount_refunded: number;
  }[];
}

/** The sandbox provider's own book, which knows nothing of ours. */
export async function readCharges({ paymentUrl }: Pick<Fleet, 'paymentUrl'>): Promise<Charge[]> {
  return (await readLedger(paymentUrl)).intents.map((intent) => ({
    reference: intent.reference ?? 'without a reference',
    heldMinor: intent.amount_capturable,
    takenMinor: intent.amount_received - intent.amount_refunded,
  }));
}

async function readLedger(paymentUrl: string): Promise<LedgerAnswer> {
  return (await (await fetch(`${paymentUrl}/_sandbox/ledger`)).json()) as LedgerAnswer;
}
