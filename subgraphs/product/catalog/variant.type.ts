import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { globalId, Money, Node } from '../../../platform/federation';
import type { VariantRow } from './product.reads';

@ObjectType({ description: 'One choice that makes a variant, such as size L.', simpleResolvers: true })
export class SelectedOption {
  @Field(() => String, { description: 'What is chosen, such as "Size".' })
  name: string;

  @Field(() => String, { description: 'The choice, such as "L".' })
  value: string;
}

/** As the graph shows it: every plain field is a property, so that no resolver runs for it. */
@Directive('@key(fields: "id")')
@Directive('@cacheControl(scope: "RIGHTS")')
@ObjectType('ProductVariant', {
  implements: Node,
  description: 'What is bought: a product in one choice of its options.',
  simpleResolvers: true,
})
export class ProductVariant {
  /** Behind the id; not in the schema. */
  readonly row: VariantRow;

  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: string;

  @Field(() => String, { nullable: true, description: 'The stock keeping unit, unique in the shop; null without one.' })
  sku: string | null;

  @Field(() => String, { description: 'Its choices in one line, such as "L / Blue".' })
  title: string;

  @Field(() => [SelectedOption], { description: 'Its choices, in the order of the options of the product.' })
  selectedOptions: SelectedOption[];

  @Field(() => Money, { description: 'What one costs.' })
  price: Money;

  @Field(() => Money, { nullable: true, description: 'What it cost before, to be crossed out; null when it is no offer.' })
  compareAtPrice: Money | null;

  @Field(() => Int, { description: 'How many can be sold now; 0 also where stock is not counted.' })
  stockQuantity: number;

  @Field(() => Int, {
    nullable: true,
    description: 'How many can be bought at most; null where stock is not counted or may run short.',
  })
  quantityAvailable: number | null;

  @Field(() => Boolean, { description: 'Whether at least one can be bought now.' })
  availableForSale: boolean;

  @Field(() => Int, { nullable: true, description: 'What one weighs; null when unknown.' })
  weightGrams: number | null;

  @Field(() => String, { nullable: true, description: 'EAN, UPC or the like; null without one.' })
  barcode: string | null;

  @Field(() => Boolean, { description: 'Whether it is sent by post.' })
  requiresShipping: boolean;

  @Field(() => Int, { description: 'Its place among the variants of the product.' })
  position: number;

  @Field(() => Int, { description: 'Rises with every change by staff; give it as expectedVersion.' })
  version: number;

  static of(row: VariantRow): ProductVariant {
    return Object.assign(new ProductVariant(), {
      row,
      id: globalId('ProductVariant', row.key),
      sku: row.sku,
      title: row.title,
      selectedOptions: row.optionValues.map((value, at) => ({ name: row.optionNames[at] ?? `Option ${at + 1}`, value })),
      price: Money.ofMinor(row.priceMinor, row.currency),
      compareAtPrice:
        row.compareAtMinor !== null && row.compareAtMinor > row.priceMinor
          ? Money.ofMinor(row.compareAtMinor, row.currency)
          : null,
      stockQuantity: row.available,
      quantityAvailable: row.isTracked && !row.allowBackorder ? row.available : null,
      availableForSale: row.isSellable && row.productStatus === 'ACTIVE',
      weightGrams: row.weightGrams,
      barcode: row.barcode,
      requiresShipping: row.requiresShipping,
      position: row.position,
      version: row.version,
    });
  }
}
