import { Field, ID, InputType, Int } from 'type-graphql';
import { MoneyInput } from '../../../platform/federation';
import { NewVariantInput } from './product-edit.inputs';

@InputType({ description: 'A variant for a product.' })
export class AddVariantInput {
  @Field(() => ID, { description: 'Which product.' })
  productId: string;

  @Field(() => NewVariantInput, { description: 'The variant.' })
  variant: NewVariantInput;

  @Field(() => String, {
    nullable: true,
    description:
      'Your name for this request, 8 to 200 characters: sent again with it, it is done once and answered alike. Give one always: it is nullable only for clients that are older than it.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change of a variant; what is absent stays. Stock is changed by adjustStock.' })
export class UpdateVariantInput {
  @Field(() => ID, { description: 'Which variant.' })
  variantId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'The stock keeping unit; empty takes it away.' })
  sku?: string | null;

  @Field(() => [String], { nullable: true, description: 'One choice for each option of the product, in their order.' })
  optionValues?: string[] | null;

  @Field(() => MoneyInput, { nullable: true, description: 'What one costs.' })
  price?: MoneyInput | null;

  @Field(() => MoneyInput, { nullable: true, description: 'What it cost before, for an offer.' })
  compareAtPrice?: MoneyInput | null;

  @Field(() => Boolean, { nullable: true, description: 'True ends the offer: nothing is crossed out any more.' })
  clearCompareAtPrice?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether stock is counted.' })
  isTracked?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it may be sold beyond the stock.' })
  allowBackorder?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is sent by post.' })
  requiresShipping?: boolean | null;

  @Field(() => Int, { nullable: true, description: 'What one weighs, 0 to 10,000,000.' })
  weightGrams?: number | null;

  @Field(() => String, { nullable: true, description: 'EAN, UPC or the like; empty takes it away.' })
  barcode?: string | null;

  @Field(() => Int, { nullable: true, description: 'Its place among the variants, 1 to 1,000.' })
  position?: number | null;
}

@InputType({ description: 'A variant to be removed for good; orders keep its name.' })
export class RemoveVariantInput {
  @Field(() => ID, { description: 'Which variant.' })
  variantId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; if it is another now, nothing changes.' })
  expectedVersion?: number | null;
}
