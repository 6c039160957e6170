import { Arg, Args, Ctx, Directive, Int, Query, Resolver } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { ConnectionArgs, readPage, type SubgraphContext } from '../../../platform/federation';
import { Product } from '../catalog';
import { ProductFilterInput, ProductSort } from './listing.inputs';
import type { ListingLoaders } from './listing.loader';
import type { ListingService, ProductPage } from './listing.service';
import { ProductConnection, ProductSearchConnection, toProducts, type ProductListing } from './listing.type';
import { readFilter, readQuery } from './product-filter';

const MAX_SUGGESTIONS = 20;

@Resolver()
export class ListingResolver {
  constructor(
    private readonly listings: ListingService,
    private readonly loaders: ListingLoaders,
    private readonly currency: string,
  ) {}

  @Directive('@cacheControl(maxAge: 60)')
  @Query(() => ProductConnection, { description: 'The products of the shop, filtered and sorted.' })
  async products(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: SubgraphContext,
    @Arg('sort', () => ProductSort, { defaultValue: ProductSort.NEWEST, description: 'In which order.' }) sort: ProductSort,
    @Arg('filter', () => ProductFilterInput, { nullable: true, description: 'Which ones; all of the shop when absent.' })
    filter?: ProductFilterInput | null,
  ): Promise<ProductListing> {
    const read = readFilter(filter, context.viewer, this.currency);
    const page = await this.listings.page(read, sort, readPage(args));
    return this.toListing(page, context);
  }

  @Directive('@cacheControl(maxAge: 60)')
  @Query(() => ProductSearchConnection, {
    description: 'Products that have the words, or nearly: a misspelt word is corrected when nothing else is found.',
  })
  async search(
    @Arg('query', () => String, { description: 'Words, 1 to 200 characters; "in quotes" together, -without, or a SKU.' })
    query: string,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: SubgraphContext,
    @Arg('sort', () => ProductSort, { defaultValue: ProductSort.RELEVANCE, description: 'In which order.' }) sort: ProductSort,
    @Arg('filter', () => ProductFilterInput, { nullable: true, description: 'Only among these.' })
    filter?: ProductFilterInput | null,
  ): Promise<ProductListing> {
    const words = readQuery(query, 'query');
    if (words === null) throw badInput('query', 'must have from 1 to 200 characters');
    if (filter?.query) throw badInput('filter.query', 'cannot stand beside query');
    const read = { ...readFilter(filter, context.viewer, this.currency), query: words };
    const page = await this.listings.page(read, sort, readPage(args));
    return this.toListing(page, context);
  }

  @Directive('@cacheControl(maxAge: 60)')
  @Query(() => [Product], {
    description: 'Products for a search box while somebody is typing: their names have words that begin so.',
  })
  async suggestProducts(
    @Arg('prefix', () => String, { description: 'What was typed so far, 1 to 100 characters.' }) prefix: string,
    @Arg('first', () => Int, { defaultValue: 8, description: `How many, 1 to ${MAX_SUGGESTIONS}.` }) first: number,
  ): Promise<Product[]> {
    if (first < 1 || first > MAX_SUGGESTIONS) throw badInput('first', `must be from 1 to ${MAX_SUGGESTIONS}`);
    if (prefix.length > 100) throw badInput('prefix', 'must have at most 100 characters');
    const words = readQuery(prefix, 'prefix');
    const rows = words === null ? [] : await this.listings.suggest(words, first);
    return rows.map((row) => Product.of(row));
  }

  /** The total goes through the facets' loader, so that both are counted by one statement. */
  private toListing({ filter, suggestedQuery, ...page }: ProductPage, context: SubgraphContext): ProductListing {
    const totalCount = async (): Promise<number> =>
      (await context.loaders.of(this.loaders.facets).load({ filter, parts: [] })).total;
    return { ...toProducts({ ...page, totalCount }), filter, suggestedQuery };
  }
}
