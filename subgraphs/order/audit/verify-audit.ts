import type { ClientBase } from 'pg';
import { anchorHash, headsOf } from './audit-anchors';
import { ERASED_EMAIL, linkOf } from './audit-entry';

/** Where a trail is broken first, and how. */
export interface Broken {
  readonly where: string;
  readonly why: string;
}

export interface AuditVerdict {
  readonly chains: number;
  readonly entries: number;
  readonly anchors: number;
  /** The newest anchor, to be kept elsewhere; `null` before the first. */
  readonly lastAnchor: { readonly sequence: number; readonly hash: string } | null;
  readonly broken: Broken | null;
}

export interface VerifyOptions {
  /** Only this chain, such as `Order/12`. */
  readonly chain?: string;
  /** An anchor that was kept elsewhere: it must still be there, unchanged. */
  readonly knownAnchor?: { readonly sequence: number; readonly hash: string };
}

const BATCH = 2_000;

interface Link {
  readonly chain: string;
  readonly sequence: number;
  readonly body: string;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
}

interface Head {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: Buffer;
  readonly anchored: number;
}

/** Computes every hash again over one snapshot of the database, and tells the first that does not hold. */
export async function verifyAudit(client: ClientBase, options: VerifyOptions = {}): Promise<AuditVerdict> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    return await verifySnapshot(client, options);
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Like {@link verifyAudit}, inside the client's transaction. */
export async function verifySnapshot(client: ClientBase, options: VerifyOptions = {}): Promise<AuditVerdict> {
  const only = options.chain ?? null;
  const { chains, entries, broken: brokenChain } = await verifyChains(client, only);
  const { anchors, last, broken: brokenAnchor } = await verifyAnchors(client, options);
  const firstBroken =
    brokenChain ?? brokenAnchor ?? (only === null ? ((await strayEvent(client)) ?? (await otherReason(client))) : null);
  return { chains, entries, anchors, lastAnchor: last, broken: firstBroken };
}

interface Walked {
  readonly chains: number;
  readonly entries: number;
  readonly broken: Broken | null;
}

/** Walks heads and their entries side by side, so that memory does not grow with the trail. */
async function verifyChains(client: ClientBase, only: string | null): Promise<Walked> {
  let chains = 0;
  let entries = 0;
  for (let from = ''; ;) {
    const heads = await read<Head>(
      client,
      `SELECT * FROM audit_head WHERE chain > $1 AND ($2::text IS NULL OR chain = $2) ORDER BY chain LIMIT ${BATCH}`,
      [from, only],
    );
    const to = heads.length < BATCH ? null : (heads.at(-1)?.chain ?? null);
    const walked = await verifyRange(client, heads, { from, to, only });
    chains += heads.length;
    entries += walked.entries;
    if (walked.broken || to === null) return { chains, entries, broken: walked.broken };
    from = to;
  }
}

interface Range {
  readonly from: string;
  /** `null` for all that follow. */
  readonly to: string | null;
  readonly only: string | null;
}

async function verifyRange(client: ClientBase, heads: readonly Head[], range: Range): Promise<Omit<Walked, 'chains'>> {
  const unseen = new Map(heads.map((head) => [head.chain, head]));
  let entries = 0;
  let last: Link | null = null;
  for await (const link of linksOf(client, range)) {
    const before: Link | null = last?.chain === link.chain ? last : null;
    const problem: Broken | null = (before || !last ? null : problemAtEnd(last, unseen)) ?? problemOf(link, before);
    if (problem) return { entries, broken: problem };
    entries += 1;
    last = link;
  }
  return { entries, broken: (last ? problemAtEnd(last, unseen) : null) ?? leftOver(unseen) };
}

/** The last link of a chain must be the one that the chain's head names. */
function problemAtEnd({ chain, sequence, hash }: Link, unseen: Map<string, Head>): Broken | null {
  const head = unseen.get(chain);
  unseen.delete(chain);
  if (!head) return broken(chain, sequence, 'the chain has lost its head');
  if (head.sequence !== sequence) return broken(chain, sequence + 1, `missing: the chain had ${head.sequence} entries`);
  return head.hash.equals(hash) ? null : broken(chain, sequence, 'is not the entry that the head of its chain names');
}

function problemOf(link: Link, before: Link | null): Broken | null {
  const expected = (before?.sequence ?? 0) + 1;
  if (link.sequence !== expected) return broken(link.chain, expected, 'missing');
  const previous = before?.hash ?? Buffer.alloc(0);
  if (!link.previous_hash.equals(previous)) return broken(link.chain, link.sequence, 'does not follow the entry before it');
  const hash = linkOf(previous, link.chain, link.sequence, link.body);
  return link.hash.equals(hash) ? null : broken(link.chain, link.sequence, 'was changed: its hash is another');
}

function leftOver(heads: ReadonlyMap<string, Head>): Broken | null {
  const [head] = heads.values();
  return head ? broken(head.chain, 1, `missing: the chain had ${head.sequence} entries`) : null;
}

async function* linksOf(client: ClientBase, { from, to, only }: Range): AsyncGenerator<Link> {
  let chain = from;
  // Behind every entry of the chain that the last range ended with.
  let sequence = 2_147_483_647;
  for (;;) {
    const links = await read<Link>(
      client,
      `SELECT chain, sequence, body, previous_hash, hash FROM audit_entry
       WHERE (chain, sequence) > ($1, $2) AND ($3::text IS NULL OR chain <= $3) AND ($4::text IS NULL OR chain = $4)
       ORDER BY chain, sequence LIMIT ${BATCH}`,
      [chain, sequence, to, only],
    );
    yield* links;
    const last = links.at(-1);
    if (!last || links.length < BATCH) return;
    ({ chain, sequence } = last);
  }
}

async function verifyAnchors(client: ClientBase, { chain: only, knownAnchor }: VerifyOptions) {
  let previous: Buffer = Buffer.alloc(0);
  let anchors = 0;
  const anchored = new Map<string, number>();
  const fail = (why: string, sequence = anchors + 1) => ({
    anchors,
    last: null,
    broken: { where: `anchor ${sequence}`, why },
  });
  let isKnown = knownAnchor === undefined;
  for (const row of await read<Omit<Link, 'chain'>>(client, 'SELECT * FROM audit_anchor ORDER BY sequence')) {
    if (row.sequence !== anchors + 1) return fail('missing');
    if (!row.previous_hash.equals(previous)) return fail('does not follow the anchor before it');
    if (!row.hash.equals(anchorHash(previous, row.sequence, row.body))) return fail('was changed: its hash is another');
    const problem = await cutOff(client, row.body, only ?? null);
    if (problem) return { anchors, last: null, broken: problem };
    for (const head of headsOf(row.body)) anchored.set(head.chain, head.sequence);
    anchors += 1;
    previous = row.hash;
    if (knownAnchor?.sequence === anchors) isKnown = knownAnchor.hash === row.hash.toString('hex');
  }
  if (!isKnown) return fail('is not the one that was kept elsewhere', knownAnchor?.sequence);
  const skipped = await unanchored(client, anchored, only ?? null);
  const last = anchors === 0 ? null : { sequence: anchors, hash: previous.toString('hex') };
  return { anchors, last, broken: skipped };
}

/** An entry that an anchor names and that is not there any more, or is another. */
async function cutOff(client: ClientBase, body: string, only: string | null): Promise<Broken | null> {
  const heads = headsOf(body).filter(({ chain }) => only === null || chain === only);
  const [gone] = await read<{ chain: string; sequence: number }>(
    client,
    `SELECT a.chain, a.sequence FROM unnest($1::text[], $2::int[], $3::text[]) AS a (chain, sequence, hash)
     LEFT JOIN audit_entry e ON e.chain = a.chain AND e.sequence = a.sequence
     WHERE encode(e.hash, 'hex') IS DISTINCT FROM a.hash ORDER BY a.chain LIMIT 1`,
    [heads.map(({ chain }) => chain), heads.map(({ sequence }) => sequence), heads.map(({ hash }) => hash)],
  );
  return gone ? broken(gone.chain, gone.sequence, 'was cut off or changed since it was anchored') : null;
}

/** A head that says it was anchored, in no anchor. */
async function unanchored(
  client: ClientBase,
  anchored: ReadonlyMap<string, number>,
  only: string | null,
): Promise<Broken | null> {
  const heads = await read<Head>(
    client,
    'SELECT chain, anchored FROM audit_head WHERE anchored > 0 AND ($1::text IS NULL OR chain = $1)',
    [only],
  );
  const skipped = heads.find((head) => (anchored.get(head.chain) ?? 0) < head.anchored);
  return skipped ? broken(skipped.chain, skipped.anchored, 'is said to be anchored, but no anchor names it') : null;
}

/** The log of an order tells of something that its chain does not: a chain that was taken away with its head. */
async function strayEvent(client: ClientBase): Promise<Broken | null> {
  const [stray] = await read<{ chain: string; audit_sequence: number }>(
    client,
    `SELECT 'Order/' || event.order_id AS chain, event.audit_sequence FROM order_event event
     LEFT JOIN audit_entry entry ON entry.chain = 'Order/' || event.order_id AND entry.sequence = event.audit_sequence
     WHERE event.audit_sequence IS NOT NULL AND entry.chain IS NULL ORDER BY event.id LIMIT 1`,
  );
  return stray ? broken(stray.chain, stray.audit_sequence, 'missing: the log of the order tells of it') : null;
}

/** A reason in the log of an order that is not the one that was sealed, or that was taken out of the order of somebody not erased. */
async function otherReason(client: ClientBase): Promise<Broken | null> {
  const [other] = await read<{ chain: string; audit_sequence: number }>(
    client,
    `SELECT entry.chain, event.audit_sequence FROM order_event event JOIN "order" o ON o.id = event.order_id
     JOIN audit_entry entry ON entry.chain = 'Order/' || event.order_id AND entry.sequence = event.audit_sequence
     WHERE entry.body LIKE '%"reason":"sha256:%' AND CASE WHEN event.data ? 'reason'
       THEN 'sha256:' || encode(sha256(convert_to(event.data->>'reason', 'UTF8')), 'hex') <> entry.body::jsonb->>'reason'
       ELSE o.email <> $1 END
     ORDER BY event.id LIMIT 1`,
    [ERASED_EMAIL],
  );
  return other ? broken(other.chain, other.audit_sequence, 'its reason in the log of the order is another') : null;
}

function broken(chain: string, sequence: number, why: string): Broken {
  return { where: `${chain}, entry ${sequence}`, why };
}

async function read<Row extends object>(client: ClientBase, text: string, values: unknown[] = []): Promise<Row[]> {
  return (await client.query<Row>(text, values)).rows;
}
