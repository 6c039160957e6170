import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { MoneyInput } from '../../../platform/federation';
import { ProductStatusEnum } from '../catalog';

export enum ProductSort {
  RELEVANCE = 'RELEVANCE',
  NEWEST = 'NEWEST',
  NAME_ASC = 'NAME_ASC',
  NAME_DESC = 'NAME_DESC',
  PRICE_ASC = 'PRICE_ASC',
  PRICE_DESC = 'PRICE_DESC',
}

registerEnumType(ProductSort, {
  name: 'ProductSort',
  description: 'The order of a list of products. More may come.',
  valuesConfig: {
    RELEVANCE: { description: 'The best match first; only where words are searched for.' },
    NEWEST: { description: 'The latest entered first.' },
    NAME_ASC: { description: 'By name, from A.' },
    NAME_DESC: { description: 'By name, from Z.' },
    PRICE_ASC: { description: 'The cheapest first.' },
    PRICE_DESC: { description: 'The dearest first.' },
  },
});

@InputType({ description: 'An option that one variant must have a certain choice of.' })
export class OptionFilterInput {
  @Field(() => String, { description: 'What is chosen, such as "Size".' })
  name: string;

  @Field(() => [String], { description: 'Any of these choices, such as ["L", "XL"]; 1 to 50.' })
  values: string[];
}

@InputType({ description: 'Which products to list. All that is given must hold; an empty list counts as not given.' })
export class ProductFilterInput {
  @Field(() => ID, { nullable: true, description: 'In this category or one below it.' })
  categoryId?: string | null;

  @Field(() => String, { nullable: true, description: 'In the category with this slug or one below it.' })
  categorySlug?: string | null;

  @Field(() => MoneyInput, { nullable: true, description: 'The cheapest variant costs at least this.' })
  minPrice?: MoneyInput | null;

  @Field(() => MoneyInput, { nullable: true, description: 'The cheapest variant costs at most this.' })
  maxPrice?: MoneyInput | null;

  @Field(() => Boolean, { nullable: true, description: 'True: at least one variant can be bought now. False: none can.' })
  inStock?: boolean | null;

  @Field(() => [OptionFilterInput], { nullable: true, description: 'One variant must have all of these at once; at most 10.' })
  options?: OptionFilterInput[] | null;

  @Field(() => [String], { nullable: true, description: 'Made by any of these; at most 50.' })
  vendors?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Of any of these types; at most 50.' })
  productTypes?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'With all of these tags; at most 50.' })
  tags?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Words to search for, as in search; at most 200 characters.' })
  query?: string | null;

  @Field(() => [ProductStatusEnum], {
    nullable: true,
    description: 'For staff: of any of these statuses. Others see active products alone.',
  })
  statuses?: ProductStatusEnum[] | null;
}
