import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { Money, type SubgraphContext } from '../../../platform/federation';
import type { Facets } from './facet.service';
import { PRICE_BOUNDS } from './facet.sql';
import { ProductFacets } from './facet.type';
import type { ListingLoaders } from './listing.loader';
import { ProductConnection, ProductSearchConnection, type ProductListing } from './listing.type';
import { selectedParts } from './selected-parts';

/** Turns counts into what the graph shows. */
export class FacetPresenter {
  constructor(
    private readonly loaders: ListingLoaders,
    private readonly currency: string,
  ) {}

  async present(listing: ProductListing, info: GraphQLResolveInfo, context: SubgraphContext): Promise<ProductFacets> {
    const parts = selectedParts(info);
    const facets =
      parts.length === 0 ? { total: 0 } : await context.loaders.of(this.loaders.facets).load({ filter: listing.filter, parts });
    return { ...facets, ...this.prices(facets) } as ProductFacets;
  }

  private prices({ price, priceRanges }: Facets): Pick<ProductFacets, 'price' | 'priceRanges'> {
    const money = (minor: number | null): Money | null => (minor === null ? null : Money.ofMinor(minor, this.currency));
    const bound = (bucket: number): Money | null => money(PRICE_BOUNDS[bucket] === undefined ? null : PRICE_BOUNDS[bucket] * 100);
    return {
      ...(price ? { price: { min: money(price.minMinor), max: money(price.maxMinor) } } : {}),
      ...(priceRanges
        ? {
            priceRanges: priceRanges.map(({ bucket, count }) => ({
              from: bound(bucket) as Money,
              below: bound(bucket + 1),
              count,
            })),
          }
        : {}),
    };
  }
}

@Resolver(() => ProductConnection)
export class ProductFacetResolver {
  constructor(private readonly presenter: FacetPresenter) {}

  @FieldResolver(() => ProductFacets, { description: 'What the whole list could be narrowed to.' })
  facets(
    @Root() listing: ProductListing,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductFacets> {
    return this.presenter.present(listing, info, context);
  }
}

@Resolver(() => ProductSearchConnection)
export class SearchFacetResolver {
  constructor(private readonly presenter: FacetPresenter) {}

  @FieldResolver(() => ProductFacets, { description: 'What everything found could be narrowed to.' })
  facets(
    @Root() listing: ProductListing,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductFacets> {
    return this.presenter.present(listing, info, context);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The words that were searched for instead, when those given were found nowhere; else null.',
  })
  suggestedQuery(@Root() listing: ProductListing): string | null {
    return listing.suggestedQuery;
  }
}
