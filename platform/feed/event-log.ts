import { toEvent, type OutboxRow, type PlacedEvent } from '../events';

/** Runs one statement on the database whose events are followed, never on a replica that lags behind. */
export type QueryLog = <Row>(sql: string, parameters: unknown[]) => Promise<Row[]>;

/** Part of the log, oldest first. */
export interface LogPage {
  readonly events: readonly PlacedEvent[];
  /** All up to here was read. */
  readonly upTo: number;
  /** The log's last position, as of this reading. */
  readonly last: number;
  /** What lies before it was swept away; a reader that was there has missed nothing. */
  readonly floor: number;
}

type Row = { readonly last: string; readonly floor: string } & (OutboxRow | { readonly position: null });

const COLUMNS = 'o.position, o.event_id, o.type, o.key, o.touches, o.data, o.created_at';

const ALL = `SELECT h.last, h.floor, e.* FROM outbox_head h LEFT JOIN LATERAL (
  SELECT ${COLUMNS} FROM outbox o WHERE o.position > $1 ORDER BY o.position LIMIT $2) e ON true ORDER BY e.position`;

/** Each key is read in its order by the index, so that a key with a long past costs no more than what is asked of it. */
const OF_KEYS = `SELECT h.last, h.floor, e.* FROM outbox_head h LEFT JOIN LATERAL (
  SELECT ${COLUMNS} FROM (
    SELECT DISTINCT own.position FROM unnest($3::text[]) AS asked (key) CROSS JOIN LATERAL (
      SELECT k.position FROM outbox_key k WHERE k.key = asked.key AND k.position > $1 ORDER BY k.position LIMIT $2) own
    ORDER BY own.position LIMIT $2) found JOIN outbox o USING (position)) e ON true ORDER BY e.position`;

/** A database's events as its outbox keeps them, in the order of their positions. */
export class EventLog {
  constructor(private readonly query: QueryLog) {}

  async head(): Promise<Pick<LogPage, 'last' | 'floor'>> {
    const [head] = await this.query<Pick<Row, 'last' | 'floor'>>('SELECT last, floor FROM outbox_head', []);
    if (!head) throw new Error('the log has no head');
    return { last: Number(head.last), floor: Number(head.floor) };
  }

  /** What came after a position; with `keys`, only what is found by one of them. */
  async after(position: number, limit: number, keys?: readonly string[]): Promise<LogPage> {
    const rows = await (keys ? this.query<Row>(OF_KEYS, [position, limit, keys]) : this.query<Row>(ALL, [position, limit]));
    const [head] = rows;
    if (!head) throw new Error('the log has no head');
    const events = rows.filter((row): row is Extract<Row, OutboxRow> => row.position !== null).map(toEvent);
    const last = Number(head.last);
    return { events, upTo: events.length < limit ? last : (events.at(-1)?.position ?? last), last, floor: Number(head.floor) };
  }
}
