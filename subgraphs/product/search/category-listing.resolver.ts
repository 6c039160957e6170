import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { ConnectionArgs, readPage, type ConnectionOf, type SubgraphContext } from '../../../platform/federation';
import { Category } from '../category';
import type { Product } from '../catalog';
import { ProductSort } from './listing.inputs';
import type { ListingLoaders } from './listing.loader';
import { CategoryProductConnection, toProducts } from './listing.type';

/** What a category lists. */
@Resolver(() => Category)
export class CategoryListingResolver {
  constructor(private readonly loaders: ListingLoaders) {}

  @FieldResolver(() => CategoryProductConnection, {
    description: 'The products in it and below it. To filter, or for facets, use products with filter.categoryId.',
  })
  async products(
    @Root() category: Category,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('sort', () => ProductSort, { defaultValue: ProductSort.NEWEST, description: 'In which order.' }) sort: ProductSort,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<Product>> {
    if (sort === ProductSort.RELEVANCE) throw badInput('sort', 'can be RELEVANCE only where words are searched for');
    const page = await context.loaders
      .of(this.loaders.pageByCategory)
      .load({ categoryKey: category.id, sort, page: readPage(args) });
    const totalCount = (): Promise<number> => context.loaders.of(this.loaders.countByCategory).load(category.id);
    return toProducts({ ...page, totalCount });
  }

  @FieldResolver(() => Int, { description: 'How many products of the shop stand in it or below it.' })
  productCount(@Root() category: Category, @Ctx() context: SubgraphContext): Promise<number> {
    return context.loaders.of(this.loaders.countByCategory).load(category.id);
  }
}
