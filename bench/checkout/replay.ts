import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Recorded } from './recording';

/** From here on a number is a key that the databases gave; see `spreadKeys`. */
export const FIRST_KEY = 10_000_000;
const STEP = 1_000_000;

/** What is unique to one checkout: references, hashes and keys by their length, order numbers, some of which have no digit, by their form. */
const UNIQUE = /\bM-[2-9A-Z]{4}-[2-9A-Z]{4}\b|[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*/g;
const ORDER_NUMBER = /^M-[2-9A-Z]{4}-[2-9A-Z]{4}$/;
const MIN_UNIQUE = 20;

type Names = Map<string, string>;

/** Lets each table count from a number of its own, so that a key is never taken for another or for an amount. */
export function spreadKeys(first: number): string {
  return `SELECT setval(s.oid::regclass, ${first} + ${STEP} * row_number() OVER (ORDER BY s.relname))
          FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace WHERE s.relkind = 'S' AND n.nspname = 'public'`;
}

/**
 * Sends recorded statements again over plain `pg`, one connection to each database, as another checkout: keys that came
 * back then are replaced by those that come back now, and what must be unique is made anew.
 */
export class Replay {
  private readonly clients = new Map<string, pg.Client>();

  constructor(private readonly recorded: readonly Recorded[]) {}

  async connect(urls: Readonly<Record<string, string>>): Promise<void> {
    for (const [database, url] of Object.entries(urls)) {
      const client = new pg.Client({ connectionString: url });
      // Seen by the statement that meets it; without a listener it would end the process.
      client.on('error', () => undefined);
      await client.connect();
      this.clients.set(database, client);
    }
  }

  /** @param given what stands for what from the start, such as which variant is bought */
  async run(given: Iterable<readonly [number, number]>): Promise<void> {
    const names: Names = new Map([...given].map(([then, now]) => [String(then), String(now)]));
    for (const { database, text, values, rows } of this.recorded) {
      const client = this.clients.get(database);
      if (!client) throw new Error(`no connection to ${database}`);
      const now = values.map((value) => renamed(value, names));
      const result = await client.query(values.length > 0 ? { name: nameOf(text), text, values: now } : text);
      rows.forEach((row, at) => learn(row, result.rows[at], names));
    }
  }

  async close(): Promise<void> {
    for (const client of this.clients.values()) await client.end();
  }
}

function nameOf(text: string): string {
  return createHash('sha1').update(text).digest('base64url');
}

function renamed(value: unknown, names: Names): unknown {
  if (typeof value === 'number') return Number(names.get(String(value)) ?? value);
  if (typeof value === 'string') return value.replaceAll(UNIQUE, (token) => nameNow(token, names));
  if (Array.isArray(value)) return value.map((each) => renamed(each, names));
  return value;
}

function nameNow(token: string, names: Names): string {
  const known = names.get(token);
  if (known !== undefined) return known;
  const isNumber = ORDER_NUMBER.test(token);
  if (token.length < MIN_UNIQUE && !isNumber) return token;
  const made = isNumber ? `M-${letters(4)}-${letters(4)}` : token.slice(0, -10) + randomBytes(5).toString('hex');
  names.set(token, made);
  return made;
}

function letters(count: number): string {
  return [...randomBytes(count)].map((byte) => '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'.charAt(byte % 32)).join('');
}

/** Notes which key of then is which key of now. */
function learn(then: unknown, now: unknown, names: Names): void {
  if (typeof then === 'object' && then !== null && typeof now === 'object' && now !== null) {
    for (const [field, value] of Object.entries(then)) learn(value, (now as Record<string, unknown>)[field], names);
  } else if (isKey(then) && (typeof now === 'number' || typeof now === 'string')) {
    names.set(String(then), String(now));
  }
}

function isKey(value: unknown): boolean {
  if (typeof value === 'number') return value >= FIRST_KEY;
  return typeof value === 'string' && (/^\d{8,}$/.test(value) || /^[0-9a-f-]{36}$/.test(value));
}
