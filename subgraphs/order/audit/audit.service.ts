import type { DataSource, EntityManager } from 'typeorm';
import { keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import { globalId, type GlobalIdType, type Page, type PageRequest } from '../../../platform/federation';
import { inKeyOrder } from '../../../platform/loaders';
import { bodyOf, chainOf, openedReason, type AuditActor, type AuditBody, type NewAuditEntry } from './audit-entry';

/** One link of a chain, as it is read. */
export interface AuditRow {
  readonly chain: string;
  readonly sequence: number;
  readonly body: AuditBody;
  readonly hash: string;
}

export interface AuditPageKey {
  readonly chain: string;
  readonly page: PageRequest;
}

/** Adds an entry to a subject's chain, in the transaction of the change that it tells of. */
export async function audit(tx: EntityManager, subject: { type: string; key: number }, entry: NewAuditEntry): Promise<void> {
  await tx.query('SELECT audit_append($1, $2)', [chainOf(subject.type, subject.key), bodyOf(entry)]);
}

/** What an order's price is made of, beside the goods: changes of it stand in chains of their own. */
type Setting = Extract<GlobalIdType, 'DiscountCode' | 'ShippingRate' | 'TaxZone'>;

/** Adds to the chain of a setting that somebody changed; `data` says what it is now. */
export function auditSetting(
  tx: EntityManager,
  type: Setting,
  key: number,
  change: { action: 'CREATED' | 'CHANGED' | 'DELETED'; actor: AuditActor; data: object },
): Promise<void> {
  const { action, actor, data } = change;
  const entity = { type, id: globalId(type, key) };
  return audit(tx, { type, key }, { action, entity, actor, reason: null, data: { ...data } });
}

const NEWEST = [{ sql: 'e.sequence', type: 'integer', direction: 'DESC' }] as const;

/** Reads the audit trail. */
export class AuditService {
  constructor(private readonly database: DataSource) {}

  /** The newest entries first, a page for each key. Pages that begin at the start share one statement. */
  async pages(keys: readonly AuditPageKey[]): Promise<Omit<Page<AuditRow>, 'totalCount'>[]> {
    const answers = new Map<AuditPageKey, Omit<Page<AuditRow>, 'totalCount'>>();
    const groups = Map.groupBy(keys, ({ page, chain }) => JSON.stringify([page, page.cursor === null ? null : chain]));
    for (const group of groups.values()) {
      const [first] = group;
      if (!first) continue;
      const keyset = keysetSql(requestOf(first), 3);
      const rows = await this.database.query<
        (Omit<AuditRow, 'body'> & { body: string; told: string | null; cursor_values: string[] })[]
      >(
        `SELECT found.* FROM unnest($1::text[]) AS asked (chain) CROSS JOIN LATERAL (
           SELECT e.chain, e.sequence, e.body, encode(e.hash, 'hex') AS hash, ${TOLD} AS told, ${keyset.cursorValues} AS cursor_values
           FROM audit_entry e WHERE e.chain = asked.chain AND ${keyset.where} ORDER BY ${keyset.orderBy} LIMIT $2
         ) found`,
        [group.map(({ chain }) => chain), keyset.limit, ...keyset.parameters],
      );
      const read = rows.map(({ told, ...row }) => ({ ...row, body: readBody(row.body, told) }));
      const byChain = Map.groupBy(read, (row) => row.chain);
      for (const key of group) answers.set(key, keysetPage(requestOf(key), byChain.get(key.chain) ?? []));
    }
    return keys.map((key) => answers.get(key) as Omit<Page<AuditRow>, 'totalCount'>);
  }

  async counts(chains: readonly string[]): Promise<number[]> {
    const rows = await this.database.query<{ chain: string; sequence: number }[]>(
      'SELECT chain, sequence FROM audit_head WHERE chain = ANY ($1)',
      [chains],
    );
    return inKeyOrder(chains, rows, (row) => row.chain).map((row) => row?.sequence ?? 0);
  }
}

/** What the order's log says of the reason of entry `e`. */
const TOLD = `CASE WHEN e.chain LIKE 'Order/%' THEN (
  SELECT v.data->>'reason' FROM order_event v WHERE v.order_id = split_part(e.chain, '/', 2)::integer AND v.audit_sequence = e.sequence) END`;

function readBody(text: string, told: string | null): AuditBody {
  const body = JSON.parse(text) as AuditBody;
  return { ...body, reason: openedReason(body.reason, told) };
}

function requestOf({ chain, page }: AuditPageKey): KeysetRequest {
  return { sort: NEWEST, list: ['audit trail', chain], ...page };
}
