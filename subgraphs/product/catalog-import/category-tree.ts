import type { EntityManager } from 'typeorm';

/** A tag becomes a category below the type when this many of the type's products share it... */
const MIN_SHARING = 4;
/** ...and at most this part of them: a tag that all have tells nothing apart. */
const MAX_PART = 0.8;
const MAX_PER_TYPE = 12;

/** Finds categories by their names from the top down, and makes those that are missing. Remembers what it found. */
export class CategoryTree {
  private readonly idByPath = new Map<string, number>();
  private readonly created = new Set<number>();

  /** The key of the last category of each path, made where missing. */
  async ensure(tx: EntityManager, paths: readonly (readonly string[])[]): Promise<Map<string, number>> {
    const answer = new Map<string, number>();
    for (const path of paths) {
      let parentId: number | null = null;
      for (let depth = 1; depth <= path.length; depth += 1) parentId = await this.step(tx, path.slice(0, depth), parentId);
      if (parentId !== null) answer.set(pathKey(path), parentId);
    }
    return answer;
  }

  /** Categories made since the last call. */
  takeCreated(): number[] {
    const ids = [...this.created];
    this.created.clear();
    return ids;
  }

  /** Forgets what was found: after a rollback some of it never was. */
  forget(): void {
    this.idByPath.clear();
    this.created.clear();
  }

  private async step(tx: EntityManager, path: readonly string[], parentId: number | null): Promise<number> {
    const known = this.idByPath.get(pathKey(path));
    if (known !== undefined) return known;
    const name = path.at(-1) ?? '';
    const [found] = (await tx.query(
      'SELECT id FROM category WHERE parent_id IS NOT DISTINCT FROM $1::integer AND lower(name) = lower($2) ORDER BY id LIMIT 1',
      [parentId, name],
    )) as { id: number }[];
    const id = found?.id ?? (await this.create(tx, path, parentId));
    this.idByPath.set(pathKey(path), id);
    return id;
  }

  private async create(tx: EntityManager, path: readonly string[], parentId: number | null): Promise<number> {
    const own = slugOf(path.at(-1) ?? '');
    const candidates = [own, slugOf(path.join(' ')), ...Array.from({ length: 50 }, (_, at) => `${own}-${at + 2}`)];
    for (const slug of candidates) {
      const [row] = (await tx.query(
        'INSERT INTO category (name, slug, parent_id) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING RETURNING id',
        [path.at(-1), slug, parentId],
      )) as { id: number }[];
      if (!row) continue;
      this.created.add(row.id);
      return row.id;
    }
    throw new Error(`no free slug for the category ${path.join(' > ')}`);
  }
}

export function pathKey(path: readonly string[]): string {
  return path.map((name) => name.toLowerCase()).join(' > ');
}

/** Tags that several, but not nearly all, products of a category share, and that are neither vendors nor option values. */
export async function sharedTags(tx: EntityManager, categoryIds: readonly number[]): Promise<SharedTag[]> {
  return (await tx.query(SHARED_TAGS, [categoryIds, MIN_SHARING, MAX_PART, MAX_PER_TYPE])) as SharedTag[];
}

export interface SharedTag {
  readonly parentId: number;
  readonly parentName: string;
  readonly tag: string;
  readonly productIds: readonly number[];
}

const SHARED_TAGS = `
  WITH member AS (
    SELECT c.id AS category_id, c.name, p.id AS product_id, p.tags, p.vendor
    FROM category c JOIN product_category pc ON pc.category_id = c.id JOIN product p ON p.id = pc.product_id
    WHERE c.id = ANY($1::integer[])),
  total AS (SELECT category_id, count(*) AS products FROM member GROUP BY category_id),
  noise AS (
    SELECT lower(vendor) AS word FROM member
    UNION SELECT lower(name) FROM member
    UNION SELECT lower(o) FROM member m JOIN product_variant v ON v.product_id = m.product_id, unnest(v.option_values) o),
  shared AS (
    SELECT m.category_id, m.name, min(t.tag) AS tag, array_agg(DISTINCT m.product_id) AS product_ids, count(DISTINCT m.product_id) AS products
    FROM member m, unnest(m.tags) AS t (tag)
    -- Words of machines ("color:red", "50cm") are for filters, not for shelves.
    WHERE t.tag !~ '[0-9:_]' AND length(t.tag) BETWEEN 3 AND 40 AND lower(t.tag) NOT IN (SELECT word FROM noise WHERE word IS NOT NULL)
    GROUP BY m.category_id, m.name, lower(t.tag)),
  ranked AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.category_id ORDER BY s.products DESC, s.tag) AS place
    FROM shared s JOIN total t ON t.category_id = s.category_id
    WHERE s.products >= $2::integer AND s.products <= t.products * $3::numeric)
  SELECT category_id AS "parentId", name AS "parentName", tag, product_ids AS "productIds" FROM ranked WHERE place <= $4::integer
  ORDER BY category_id, place`;

function slugOf(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll("'", '');
  return (
    plain
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '')
      .slice(0, 120) || 'category'
  );
}
