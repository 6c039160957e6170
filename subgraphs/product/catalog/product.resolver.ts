import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf, type SubgraphContext } from '../../../platform/federation';
import { Category } from '../category';
import { ProductImage } from './image.type';
import type { CatalogLoaders } from './product.loader';
import { mayRead, showsInShop } from './product.policy';
import type { ProductRow } from './product.reads';
import { Product, ProductOption, Seo } from './product.type';
import { ProductVariant } from './variant.type';

const MAX_IMAGES = 50;

@Resolver(() => Product)
export class ProductResolver {
  constructor(private readonly loaders: CatalogLoaders) {}

  @Directive('@cacheControl(maxAge: 60)')
  @Query(() => Product, { nullable: true, description: 'One product; null when the shop does not show it.' })
  async product(
    @Arg('id', () => ID, { description: 'As this API gave it.' }) id: string,
    @Ctx() context: SubgraphContext,
  ): Promise<Product | null> {
    return shown(await context.loaders.of(this.loaders.productByKey).load(keyOf('Product', id)), context);
  }

  @Directive('@cacheControl(maxAge: 60)')
  @Query(() => Product, {
    nullable: true,
    description: 'One product by its name in web addresses, earlier ones included; null when the shop does not show it.',
  })
  async productBySlug(
    @Arg('slug', () => String, { description: 'Such as "gravel-bike-500".' }) slug: string,
    @Ctx() context: SubgraphContext,
  ): Promise<Product | null> {
    if (slug.length > 200 || slug.includes('\0')) throw badInput('slug', 'must have from 1 to 200 characters without NUL');
    return shown(await context.loaders.of(this.loaders.productBySlug).load(slug), context);
  }

  @FieldResolver(() => String, { description: 'What it is, as plain text; may be empty.' })
  async description(@Root() product: Product, @Ctx() context: SubgraphContext): Promise<string> {
    return (await context.loaders.of(this.loaders.textsByKey).load(product.row.key))?.description ?? '';
  }

  @FieldResolver(() => String, { description: 'What it is, as HTML that is safe to show.' })
  async descriptionHtml(@Root() product: Product, @Ctx() context: SubgraphContext): Promise<string> {
    return (await context.loaders.of(this.loaders.textsByKey).load(product.row.key))?.descriptionHtml ?? '';
  }

  @FieldResolver(() => Seo, { description: 'What search engines are told.' })
  async seo(@Root() product: Product, @Ctx() context: SubgraphContext): Promise<Seo> {
    const texts = await context.loaders.of(this.loaders.textsByKey).load(product.row.key);
    return {
      title: texts?.seoTitle ?? product.name,
      description: texts?.seoDescription ?? (texts?.description ?? '').slice(0, 320),
    };
  }

  @FieldResolver(() => [ProductVariant], { description: 'In the order that the shop shows them; at most 100.' })
  async variants(@Root() product: Product, @Ctx() context: SubgraphContext): Promise<ProductVariant[]> {
    const rows = await context.loaders.of(this.loaders.variantsByProduct).load(product.row.key);
    return rows.map((row) => ProductVariant.of(row));
  }

  @FieldResolver(() => ProductVariant, {
    nullable: true,
    description: 'One of its variants, by id or by SKU; null when it has none such.',
  })
  async variant(
    @Root() product: Product,
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { nullable: true, description: 'The id of the variant; or give sku.' }) id?: string | null,
    @Arg('sku', () => String, { nullable: true, description: 'The SKU of the variant; or give id.' }) sku?: string | null,
  ): Promise<ProductVariant | null> {
    if ((id ?? null) === null && (sku ?? null) === null) throw badInput('id', 'or sku is needed');
    const key = id ? keyOf('ProductVariant', id) : null;
    const rows = await context.loaders.of(this.loaders.variantsByProduct).load(product.row.key);
    const found = rows.find((row) => (key === null ? row.sku === sku : row.key === key));
    return found ? ProductVariant.of(found) : null;
  }

  @FieldResolver(() => [ProductOption], { description: 'What can be chosen, with the choices that its variants have.' })
  async options(@Root() product: Product, @Ctx() context: SubgraphContext): Promise<ProductOption[]> {
    const rows = await context.loaders.of(this.loaders.variantsByProduct).load(product.row.key);
    return product.row.optionNames.map((name, at) => {
      const values = rows.map((row) => row.optionValues[at]).filter((value) => value !== undefined);
      return { name, values: [...new Set(values)] };
    });
  }

  @FieldResolver(() => [ProductImage], { description: 'The featured picture first.' })
  async images(
    @Root() product: Product,
    @Arg('first', () => Int, { defaultValue: 10, description: `How many, 1 to ${MAX_IMAGES}.` }) first: number,
    @Ctx() context: SubgraphContext,
  ): Promise<ProductImage[]> {
    if (first < 1 || first > MAX_IMAGES) throw badInput('first', `must be from 1 to ${MAX_IMAGES}`);
    const rows = await context.loaders.of(this.loaders.imagesByProduct).load(product.row.key);
    return rows.slice(0, first).map((row) => ProductImage.of(row));
  }

  @FieldResolver(() => ProductImage, { nullable: true, description: 'The picture for lists; null when it has none.' })
  async featuredImage(@Root() product: Product, @Ctx() context: SubgraphContext): Promise<ProductImage | null> {
    const [row] = await context.loaders.of(this.loaders.imagesByProduct).load(product.row.key);
    return row ? ProductImage.of(row) : null;
  }

  @FieldResolver(() => [Category], {
    description: 'The categories that it was put into, by name; those above are their ancestors.',
  })
  categories(@Root() product: Product, @Ctx() context: SubgraphContext): Promise<Category[]> {
    return context.loaders.of(this.loaders.categoriesByProduct).load(product.row.key);
  }

  /** `__resolveReference` of Product. */
  async resolveReference(reference: Record<string, unknown>, context: SubgraphContext): Promise<Product | null> {
    const row = await context.loaders.of(this.loaders.productByKey).load(keyOf('Product', String(reference['id'])));
    return row && mayRead(context.viewer, row.status) ? Product.of(row) : null;
  }
}

function shown(row: ProductRow | null, context: SubgraphContext): Product | null {
  return row && showsInShop(context.viewer, row.status) ? Product.of(row) : null;
}
