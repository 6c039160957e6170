import { Any, IsNull, type DataSource } from 'typeorm';
import type { CacheStore } from '../../../platform/cache';
import { groupedByKey } from '../../../platform/loaders';
import { createCategoryCache, type CategoryCache } from './category.cache';
import { Category } from './category.entity';

/** Reads and changes the category tree. */
export class CategoryService {
  private readonly cache: CategoryCache;

  constructor(
    private readonly database: DataSource,
    store: CacheStore,
  ) {
    this.cache = createCategoryCache(store, (keys) => this.database.getRepository(Category).findBy({ id: Any([...keys]) }));
  }

  /** In the order of `keys`; `null` for one that does not exist. */
  async byKeys(keys: readonly number[]): Promise<(Category | null)[]> {
    const found = await this.cache.getMany(keys);
    return found.map((category) => category ?? null);
  }

  /** Call it after the commit of a change of these categories. */
  endCache(keys: readonly number[]): Promise<void> {
    return this.cache.invalidate(keys);
  }

  async bySlug(slug: string): Promise<Category | null> {
    return this.database.getRepository(Category).findOneBy({ slug });
  }

  /** Those of the products that stand in one of the categories, or in one below it. */
  async productsIn(categoryKeys: readonly number[], productKeys: readonly number[]): Promise<number[]> {
    const rows: { key: number }[] = await this.database.query(
      `SELECT DISTINCT pc.product_id AS key FROM product_category pc JOIN category c ON c.id = pc.category_id
       WHERE pc.product_id = ANY ($1) AND c.path && $2::int[]`,
      [productKeys, categoryKeys],
    );
    return rows.map(({ key }) => key);
  }

  /** The top of the tree, by name. */
  roots(): Promise<Category[]> {
    return this.database
      .getRepository(Category)
      .find({ where: { parentId: IsNull() }, order: { position: 'ASC', name: 'ASC', id: 'ASC' } });
  }

  /** The children of each parent, by name, in the order of `parentKeys`. */
  async childrenOf(parentKeys: readonly number[]): Promise<Category[][]> {
    const children = await this.database
      .getRepository(Category)
      .find({ where: { parentId: Any([...parentKeys]) }, order: { position: 'ASC', name: 'ASC', id: 'ASC' } });
    return groupedByKey(parentKeys, children, (child) => child.parentId ?? 0);
  }
}
