import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar, globalId, Money, Node } from '../../../platform/federation';
import type { ProductStatus } from './product.entity';
import type { ProductRow } from './product.reads';

export enum ProductStatusEnum {
  DRAFT = 'DRAFT',
  ACTIVE = 'ACTIVE',
  ARCHIVED = 'ARCHIVED',
}

registerEnumType(ProductStatusEnum, {
  name: 'ProductStatus',
  description: 'Where a product stands in its life.',
  valuesConfig: {
    DRAFT: { description: 'Being prepared; only staff see it.' },
    ACTIVE: { description: 'In the shop.' },
    ARCHIVED: { description: 'No longer sold; orders still show it.' },
  },
});

@ObjectType({ description: 'From the cheapest to the dearest variant.', simpleResolvers: true })
export class PriceRange {
  @Field(() => Money, { description: 'The lowest price.' })
  min: Money;

  @Field(() => Money, { description: 'The highest price.' })
  max: Money;
}

@ObjectType({ description: 'Something to choose, such as the size.', simpleResolvers: true })
export class ProductOption {
  @Field(() => String, { description: 'What is chosen, such as "Size".' })
  name: string;

  @Field(() => [String], { description: 'The choices, in the order of the variants.' })
  values: string[];
}

@ObjectType({ description: 'What search engines are told.', simpleResolvers: true })
export class Seo {
  @Field(() => String, { description: 'The title for search engines; the name of the product unless set.' })
  title: string;

  @Field(() => String, { description: 'The description for search engines; the start of the text unless set.' })
  description: string;
}

/** As the graph shows it: every plain field is a property, so that no resolver runs for it. */
@Directive('@key(fields: "id")')
@Directive('@cacheControl(scope: "RIGHTS")')
@ObjectType('Product', {
  implements: Node,
  description: 'Something that the shop sells, in one or more variants.',
  simpleResolvers: true,
})
export class Product {
  /** Behind the fields; not in the schema. */
  readonly row: ProductRow;

  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: string;

  @Field(() => String, { description: 'Its name in web addresses; an earlier one still leads here.' })
  slug: string;

  @Field(() => String, { description: 'What it is called in the shop.' })
  name: string;

  @Field(() => String, { description: 'Who makes it; may be empty.' })
  vendor: string;

  @Field(() => String, { description: 'What kind of thing it is, such as "Saddle"; may be empty.' })
  productType: string;

  @Field(() => String, { description: 'By which category it is taxed, such as "standard" or "reduced".' })
  taxCategory: string;

  @Field(() => [String], { description: 'Free words that staff gave it.' })
  tags: string[];

  @Field(() => ProductStatusEnum, { description: 'Where it stands in its life; the shop shows active ones.' })
  status: ProductStatus;

  @Field(() => Money, { description: 'What the cheapest variant costs.' })
  price: Money;

  @Field(() => PriceRange, { description: 'What the variants cost.' })
  priceRange: PriceRange;

  @Field(() => Money, {
    nullable: true,
    description: 'What the cheapest variant cost before, to be crossed out; null when it is no offer.',
  })
  compareAtPrice: Money | null;

  @Field(() => Int, { description: 'How many can be sold now, of all variants together.' })
  stockQuantity: number;

  @Field(() => Boolean, { description: 'Whether at least one variant can be bought now.' })
  availableForSale: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the shop first showed it; null when it never did.' })
  publishedAt: Date | null;

  @Field(() => DateTimeScalar, { description: 'When it was entered.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When staff last changed it.' })
  updatedAt: Date;

  @Field(() => Int, { description: 'Rises with every change by staff; give it as expectedVersion.' })
  version: number;

  static of(row: ProductRow): Product {
    const price = Money.ofMinor(row.priceMinor, row.currency);
    return Object.assign(new Product(), {
      row,
      id: globalId('Product', row.key),
      slug: row.slug,
      name: row.name,
      vendor: row.vendor,
      productType: row.productType,
      taxCategory: row.taxCategory,
      tags: row.tags,
      status: row.status,
      price,
      priceRange: { min: price, max: Money.ofMinor(row.maxPriceMinor, row.currency) },
      compareAtPrice: row.compareAtMinor === null ? null : Money.ofMinor(row.compareAtMinor, row.currency),
      stockQuantity: row.stockQuantity,
      availableForSale: row.isAvailable && row.status === 'ACTIVE',
      publishedAt: row.publishedAt,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      version: row.version,
    });
  }
}
