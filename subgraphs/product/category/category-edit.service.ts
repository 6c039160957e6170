import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { recordEvents, type NewEvent } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { CategoryChangedData } from '../../../schema/events/product-events';
import { orRefusal, Refused, violatedConstraint, type Outcome } from '../refused';
import { freeSlug, readOptionalText, readSlug, readText, readWhole, slugOf } from '../text-input';
import type { CreateCategoryInput, UpdateCategoryInput } from './category-edit.inputs';
import { Category } from './category.entity';
import {
  CategoryCycle,
  CategoryNotEmpty,
  CategoryNotFound,
  CategorySlugTaken,
  CategoryTooDeep,
  CategoryVersionConflict,
  type CategoryEditFailure,
} from './category.errors';

type Edit = Promise<Outcome<Category, CategoryEditFailure>>;

const MAX_DEPTH = 10;

/** Of its own in this database: the relay of the outbox holds 724022 for as long as it works. */
const TREE_LOCK = 724_041;

/** Makes and changes categories, for staff. Changes of the tree's shape happen one after another. */
export class CategoryEditService {
  /** @param onChanged ends caches of these categories and of what counts products; called after each commit */
  constructor(
    private readonly database: DataSource,
    private readonly onChanged: (categoryKeys: readonly number[]) => Promise<void>,
  ) {}

  create(input: CreateCategoryInput, parentKey: number | null): Edit {
    const name = readText(input.name, 'input.name', 1, 200);
    const slug = input.slug ? readSlug(input.slug, 'input.slug') : null;
    const description = readOptionalText(input.description, 'input.description', 5_000) ?? '';
    const position = readWhole(input.position ?? 0, 'input.position', 0, 10_000);
    return this.change('CREATED', async (tx) => {
      await lockTree(tx);
      await readParent(tx, parentKey, 0);
      const category = tx.create(Category, {
        name,
        description,
        position,
        parentId: parentKey,
        slug: slug ?? (await slugFor(tx, name)),
      });
      await tx.insert(Category, category);
      return { key: category.id, touched: [category.id] };
    });
  }

  update(key: number, input: UpdateCategoryInput): Edit {
    return this.change('UPDATED', async (tx) => {
      const category = await lockCategory(tx, key, input.expectedVersion);
      if (typeof input.name === 'string') category.name = readText(input.name, 'input.name', 1, 200);
      if (typeof input.slug === 'string') category.slug = readSlug(input.slug, 'input.slug');
      if (input.description !== undefined)
        category.description = readOptionalText(input.description, 'input.description', 5_000) ?? '';
      if (typeof input.position === 'number') category.position = readWhole(input.position, 'input.position', 0, 10_000);
      await tx.save(category);
      return { key, touched: [key] };
    });
  }

  move(key: number, parentKey: number | null, expectedVersion: number | null): Edit {
    return this.change('MOVED', async (tx) => {
      await lockTree(tx);
      const category = await lockCategory(tx, key, expectedVersion);
      const below: { id: number; depth: number }[] = await tx.query(
        'SELECT id, cardinality(path) AS depth FROM category WHERE path @> ARRAY[$1::integer]',
        [key],
      );
      if (below.some(({ id }) => id === parentKey)) throw new Refused(CategoryCycle.make());
      const height = Math.max(0, ...below.map(({ depth }) => depth - category.path.length));
      await readParent(tx, parentKey, height);
      category.parentId = parentKey;
      await tx.save(category);
      return { key, touched: [key, ...below.map(({ id }) => id)] };
    });
  }

  /** Answers the category as it was. */
  delete(key: number, expectedVersion: number | null): Edit {
    return this.change('DELETED', async (tx) => {
      await lockTree(tx);
      const category = await lockCategory(tx, key, expectedVersion);
      if (await tx.existsBy(Category, { parentId: key })) throw new Refused(CategoryNotEmpty.make());
      await tx.delete(Category, key);
      return { key, touched: [key], last: category };
    });
  }

  private async change(change: CategoryChangedData['change'], work: (tx: EntityManager) => Promise<Changed>): Edit {
    let touched: readonly number[] = [];
    const outcome = await orRefusal<CategoryEditFailure, Category>(() =>
      inTransaction(this.database, async (tx) => {
        const changed = await work(tx);
        touched = [...new Set(changed.touched)];
        await recordEvents(tx, [categoryChanged(change, changed.key, touched)]);
        return changed.last ?? (await tx.findOneByOrFail(Category, { id: changed.key }));
      }).catch((error: unknown) => {
        throw violatedConstraint(error) === 'category_slug_key' ? new Refused(CategorySlugTaken.make()) : error;
      }),
    );
    if (outcome.result !== null) await this.onChanged(touched);
    return outcome;
  }
}

interface Changed {
  readonly key: number;
  /** Whose cached answers are no longer true, itself included. */
  readonly touched: readonly number[];
  readonly last?: Category;
}

/** Two moves that are each allowed may make a cycle together, so one waits for the other. */
async function lockTree(tx: EntityManager): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [TREE_LOCK]);
}

async function lockCategory(tx: EntityManager, key: number, expectedVersion: number | null | undefined): Promise<Category> {
  const category = await tx.findOne(Category, { where: { id: key }, lock: { mode: 'for_no_key_update' } });
  if (!category) throw new Refused(CategoryNotFound.make('categoryId'));
  if (typeof expectedVersion === 'number' && category.version !== expectedVersion)
    throw new Refused(CategoryVersionConflict.make(category));
  return category;
}

async function readParent(tx: EntityManager, parentKey: number | null, height: number): Promise<void> {
  if (parentKey === null) return;
  const parent = await tx.findOneBy(Category, { id: parentKey });
  if (!parent) throw new Refused(CategoryNotFound.make('parentId'));
  if (parent.path.length + 1 + height > MAX_DEPTH) throw new Refused(CategoryTooDeep.make(MAX_DEPTH));
}

async function slugFor(tx: EntityManager, name: string): Promise<string> {
  const wanted = slugOf(name);
  const taken: { slug: string }[] = await tx.query(`SELECT slug FROM category WHERE slug = $1 OR slug LIKE $1 || '-%'`, [wanted]);
  return freeSlug(
    wanted,
    taken.map(({ slug }) => slug),
  );
}

function categoryChanged(change: CategoryChangedData['change'], key: number, touched: readonly number[]): NewEvent {
  const categoryId = globalId('Category', key);
  const data: CategoryChangedData = { categoryId, change };
  return {
    type: 'category.changed',
    key: categoryId,
    touches: touched.map((id) => ({ type: 'Category', id: globalId('Category', id) })),
    data: { ...data },
  };
}
