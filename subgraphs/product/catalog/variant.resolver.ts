import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { notFound } from '../../../platform/errors';
import { keyOf, type SubgraphContext } from '../../../platform/federation';
import { ProductImage } from './image.type';
import type { CatalogLoaders } from './product.loader';
import { mayRead } from './product.policy';
import { Product } from './product.type';
import { ProductVariant } from './variant.type';

@Resolver(() => ProductVariant)
export class VariantResolver {
  constructor(private readonly loaders: CatalogLoaders) {}

  @FieldResolver(() => Product, { description: 'What it is a variant of.' })
  async product(@Root() variant: ProductVariant, @Ctx() context: SubgraphContext): Promise<Product> {
    const row = await context.loaders.of(this.loaders.productByKey).load(variant.row.productKey);
    if (!row) throw notFound('The product');
    return Product.of(row);
  }

  @FieldResolver(() => ProductImage, {
    nullable: true,
    description: 'Its own picture, or the featured one of the product; null without any.',
  })
  async image(@Root() variant: ProductVariant, @Ctx() context: SubgraphContext): Promise<ProductImage | null> {
    const [featured, ...others] = await context.loaders.of(this.loaders.imagesByProduct).load(variant.row.productKey);
    const row = others.find((image) => image.key === variant.row.imageKey) ?? featured;
    return row ? ProductImage.of(row) : null;
  }

  /** `__resolveReference` of ProductVariant. */
  async resolveReference(reference: Record<string, unknown>, context: SubgraphContext): Promise<ProductVariant | null> {
    const row = await context.loaders.of(this.loaders.variantByKey).load(keyOf('ProductVariant', String(reference['id'])));
    return row && mayRead(context.viewer, row.productStatus) ? ProductVariant.of(row) : null;
  }
}
