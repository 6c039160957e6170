import { Field, Int, ObjectType } from 'type-graphql';
import { Money } from '../../../platform/federation';
import { Category } from '../category';

@ObjectType({ description: 'A value, and how many products of the list have it.', simpleResolvers: true })
export class FacetValue {
  @Field(() => String, { description: 'Give it back in the filter of the same name.' })
  value: string;

  @Field(() => Int, { description: 'How many products.' })
  count: number;
}

@ObjectType({ description: 'A category, and how many products of the list stand in it or below it.', simpleResolvers: true })
export class CategoryFacet {
  @Field(() => Category, { description: 'The category.' })
  category: Category;

  @Field(() => Int, { description: 'How many products.' })
  count: number;
}

@ObjectType({ description: 'An option, and how many products of the list have each of its choices.', simpleResolvers: true })
export class OptionFacet {
  @Field(() => String, { description: 'What is chosen, such as "Size".' })
  name: string;

  @Field(() => [FacetValue], { description: 'The choices, the most frequent first; at most 50.' })
  values: FacetValue[];
}

@ObjectType({ description: 'What the products of the list cost.', simpleResolvers: true })
export class PriceFacet {
  @Field(() => Money, { nullable: true, description: 'The cheapest; null when nothing matches.' })
  min: Money | null;

  @Field(() => Money, { nullable: true, description: 'The dearest; null when nothing matches.' })
  max: Money | null;
}

@ObjectType({ description: 'A range of prices, and how many products of the list lie in it.', simpleResolvers: true })
export class PriceRangeFacet {
  @Field(() => Money, { description: 'From this price on.' })
  from: Money;

  @Field(() => Money, { nullable: true, description: 'Below this price; null for the highest range.' })
  below: Money | null;

  @Field(() => Int, { description: 'How many products.' })
  count: number;
}

@ObjectType({ description: 'How many products of the list can be bought now. May be 15 seconds old.', simpleResolvers: true })
export class StockFacet {
  @Field(() => Int, { description: 'How many can be bought.' })
  inStock: number;

  @Field(() => Int, { description: 'How many cannot.' })
  outOfStock: number;
}

/** Only the fields that were asked for are there. */
@ObjectType({
  description:
    'What the list could be narrowed to. Each ignores the filter on itself, so that alternatives can be offered beside what is chosen.',
  simpleResolvers: true,
})
export class ProductFacets {
  @Field(() => [FacetValue], { description: 'Who makes them, the most frequent first; at most 50.' })
  vendors?: FacetValue[];

  @Field(() => [FacetValue], { description: 'What kinds they are, the most frequent first; at most 50.' })
  productTypes?: FacetValue[];

  @Field(() => [FacetValue], { description: 'Their tags, the most frequent first; at most 50.' })
  tags?: FacetValue[];

  @Field(() => [CategoryFacet], {
    description: 'Their categories with all above them, the fullest first; at most 200. Within the category of the filter.',
  })
  categories?: CategoryFacet[];

  @Field(() => [OptionFacet], { description: 'Their options; at most 50. Ignores all filters on options.' })
  options?: OptionFacet[];

  @Field(() => PriceFacet, { description: 'What they cost.' })
  price?: PriceFacet;

  @Field(() => [PriceRangeFacet], { description: 'What they cost, in ranges; empty ranges are left out.' })
  priceRanges?: PriceRangeFacet[];

  @Field(() => StockFacet, { description: 'Whether they can be bought now.' })
  inStock?: StockFacet;
}
