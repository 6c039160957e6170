import { compactJournal, openJournal, type Journal, type JournalEntry } from './journal';
import { newId, nowSeconds, type EventObject, type Intent, type RefundObject } from './objects';

/** The answer that a key got: a later request with it gets the same. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly at: number;
}

export const API_VERSION = '2026-10-28.endive';
/** As long as Stripe keeps keys. */
const KEEP_ANSWERS_SECONDS = 86_400;
/** Of more within that time the oldest are forgotten, so that no rush fills the memory: a few hundred MB. */
const MOST_ANSWERS = 200_000;

/**
 * All that the provider knows, in memory and in a journal. A change is made by `write`, whole, and is acknowledged to
 * nobody before it is on the disk.
 */
export class Ledger {
  readonly intents = new Map<string, Intent>();
  readonly refunds = new Map<string, RefundObject>();
  readonly events = new Map<string, EventObject>();
  /** The oldest first. */
  private readonly answers = new Map<string, KeptAnswer>();
  readonly delivered = new Set<string>();
  private journal: Journal | null = null;

  /** @param mostAnswers how many answers are remembered at most */
  constructor(private readonly mostAnswers = MOST_ANSWERS) {}

  async open(file: string): Promise<void> {
    const journal = await openJournal(file, (entry) => this.apply(entry));
    await journal.close();
    this.forgetOldAnswers();
    await compactJournal(file, this.entries());
    this.journal = await openJournal(file, () => undefined);
  }

  close(): Promise<void> {
    return this.opened().close();
  }

  /** Changes are seen at once, and on the disk when it resolves. */
  write(entries: readonly JournalEntry[]): Promise<void> {
    for (const entry of entries) this.apply(entry);
    this.forgetOldAnswers();
    return this.opened().append(entries);
  }

  /** What a key was answered within the last day. */
  answerOf(key: string): KeptAnswer | undefined {
    const kept = this.answers.get(key);
    return kept && isRemembered(kept) ? kept : undefined;
  }

  settled(): Promise<void> {
    return this.opened().settled();
  }

  refundsOf(intentId: string): RefundObject[] {
    return [...this.refunds.values()].filter(({ payment_intent }) => payment_intent === intentId);
  }

  private opened(): Journal {
    if (!this.journal) throw new Error('the ledger is not open');
    return this.journal;
  }

  private forgetOldAnswers(): void {
    for (const [key, kept] of this.answers) {
      if (isRemembered(kept) && this.answers.size <= this.mostAnswers) return;
      this.answers.delete(key);
    }
  }

  private apply({ kind, key, value }: JournalEntry): void {
    if (kind === 'intent') this.intents.set(key, value as Intent);
    else if (kind === 'refund') this.refunds.set(key, value as RefundObject);
    else if (kind === 'event') this.events.set(key, value as EventObject);
    else if (kind === 'answer') this.remember(key, value as KeptAnswer);
    else if (kind === 'delivered') this.delivered.add(key);
  }

  private remember(key: string, answer: KeptAnswer): void {
    this.answers.delete(key);
    this.answers.set(key, answer);
  }

  private entries(): JournalEntry[] {
    const of = (kind: string, values: ReadonlyMap<string, unknown>): JournalEntry[] =>
      [...values].map(([key, value]) => ({ kind, key, value }));
    return [
      ...of('intent', this.intents),
      ...of('refund', this.refunds),
      ...of('event', this.events),
      ...of('answer', this.answers),
      ...[...this.delivered].map((key) => ({ kind: 'delivered', key, value: true })),
    ];
  }
}

function isRemembered({ at }: KeptAnswer): boolean {
  return at >= nowSeconds() - KEEP_ANSWERS_SECONDS;
}

/** The entries of a changed object and of the event that tells of it. */
export function told(object: Intent | RefundObject, type: string, idempotencyKey: string | null): JournalEntry[] {
  const event: EventObject = {
    id: newId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: nowSeconds(),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: idempotencyKey },
    type,
  };
  const kind = object.object === 'refund' ? 'refund' : 'intent';
  return [
    { kind, key: object.id, value: object },
    { kind: 'event', key: event.id, value: event },
  ];
}
