import { Arg, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import { requireService } from '../../../platform/auth';
import { badInput } from '../../../platform/errors';
import { globalId, keyOf, type SubgraphContext } from '../../../platform/federation';
import type { CategoryService } from './category.service';

const MAX_IDS = 500;

/** What the order subgraph asks of categories; hidden from clients and refused to them. */
@Resolver()
export class CategoryAssortmentResolver {
  constructor(private readonly categories: CategoryService) {}

  @Directive('@inaccessible')
  @Query(() => [ID], { description: 'Those of the products that stand in one of the categories or below one. Internal.' })
  async productsInCategories(
    @Arg('categoryIds', () => [ID], { description: 'Categories, at most 500.' }) categoryIds: string[],
    @Arg('productIds', () => [ID], { description: 'Products, at most 500.' }) productIds: string[],
    @Ctx() context: SubgraphContext,
  ): Promise<string[]> {
    requireService(context.viewer);
    if (Math.max(categoryIds.length, productIds.length) > MAX_IDS) throw badInput('productIds', `must hold at most ${MAX_IDS}`);
    const categories = categoryIds.map((id) => keyOf('Category', id, 'categoryIds'));
    const products = productIds.map((id) => keyOf('Product', id, 'productIds'));
    return (await this.categories.productsIn(categories, products)).map((key) => globalId('Product', key));
  }
}
