import { Arg, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { globalId, keyOf, type SubgraphContext } from '../../../platform/federation';
import { Category } from './category.entity';
import type { CategoryLoaders } from './category.loader';
import type { CategoryService } from './category.service';

@Resolver(() => Category)
export class CategoryResolver {
  constructor(
    private readonly categories: CategoryService,
    private readonly loaders: CategoryLoaders,
  ) {}

  @Directive('@cacheControl(maxAge: 60)')
  @Query(() => [Category], { description: 'The top of the category tree, by name.' })
  categoryTree(): Promise<Category[]> {
    return this.categories.roots();
  }

  @Directive('@cacheControl(maxAge: 60)')
  @Query(() => Category, { nullable: true, description: 'One category; null when there is none.' })
  category(
    @Arg('id', () => ID, { description: 'As this API gave it.' }) id: string,
    @Ctx() context: SubgraphContext,
  ): Promise<Category | null> {
    return context.loaders.of(this.loaders.byKey).load(keyOf('Category', id));
  }

  @Directive('@cacheControl(maxAge: 60)')
  @Query(() => Category, { nullable: true, description: 'One category by its name in web addresses; null when there is none.' })
  async categoryBySlug(
    @Arg('slug', () => String, { description: 'Such as "road-bikes".' }) slug: string,
  ): Promise<Category | null> {
    if (slug.length > 200 || slug.includes('\0')) throw badInput('slug', 'must have at most 200 characters without NUL');
    return this.categories.bySlug(slug);
  }

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() category: Category): string {
    return globalId('Category', category.id);
  }

  @FieldResolver(() => Category, { nullable: true, description: 'The category above; null at the top of the tree.' })
  parent(@Root() category: Category, @Ctx() context: SubgraphContext): Promise<Category | null> | null {
    return category.parentId === null ? null : context.loaders.of(this.loaders.byKey).load(category.parentId);
  }

  @FieldResolver(() => [Category], {
    description: 'The categories above, from the top of the tree down: a breadcrumb without the category itself.',
  })
  async ancestors(@Root() category: Category, @Ctx() context: SubgraphContext): Promise<Category[]> {
    const found = await Promise.all(category.path.slice(0, -1).map((key) => context.loaders.of(this.loaders.byKey).load(key)));
    return found.filter((above) => above !== null);
  }

  @FieldResolver(() => [Category], { description: 'The categories right below, by name.' })
  children(@Root() category: Category, @Ctx() context: SubgraphContext): Promise<Category[]> {
    return context.loaders.of(this.loaders.childrenByKey).load(category.id);
  }

  /** `__resolveReference` of Category. */
  resolveReference(reference: Record<string, unknown>, context: SubgraphContext): Promise<Category | null> {
    return context.loaders.of(this.loaders.byKey).load(keyOf('Category', String(reference['id'])));
  }
}
