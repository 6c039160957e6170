import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../../platform/federation';

@Directive('@inaccessible')
@ObjectType({ description: 'A variant as a cart or checkout sees it.' })
export class VariantForSale {
  @Field(() => ID, { description: 'The variant.' })
  variantId: string;

  @Field(() => ID, { description: 'Its product.' })
  productId: string;

  @Field(() => String, { description: 'What the product is called now.' })
  productName: string;

  @Field(() => String, { description: 'What the variant is called now.' })
  variantTitle: string;

  @Field(() => String, { nullable: true, description: 'The stock keeping unit; null without one.' })
  sku: string | null;

  @Field(() => Int, { description: 'The price of one, in minor units.' })
  unitPriceMinor: number;

  @Field(() => String, { description: 'ISO 4217 code of the price.' })
  currency: string;

  @Field(() => Int, { description: 'How many can be promised; 1,000,000 where stock is not counted or may run short.' })
  available: number;

  @Field(() => Boolean, { description: 'Whether at least one can be bought now.' })
  isSellable: boolean;

  @Field(() => String, { nullable: true, description: 'A picture of the variant, or of its product.' })
  imageUrl: string | null;

  @Field(() => Boolean, { description: 'Whether it is sent by post.' })
  requiresShipping: boolean;

  @Field(() => Int, { nullable: true, description: 'What one weighs; null when unknown.' })
  weightGrams: number | null;

  @Field(() => String, { nullable: true, description: 'By which category it is taxed; null when it is not.' })
  taxCategory: string | null;
}

@Directive('@inaccessible')
@ObjectType({ description: 'A line that could not be held.' })
export class StockShortage {
  @Field(() => ID, { description: 'The variant.' })
  variantId: string;

  @Field(() => Int, { description: 'How many could be had; 0 also for a variant that is no longer sold.' })
  available: number;
}

@Directive('@inaccessible')
@ObjectType({ description: 'Whether the stock is held.' })
export class ReserveStockPayload {
  @Field(() => Boolean, { description: 'All lines are held; false also when the reservation was released before.' })
  isReserved: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the hold ends by itself.' })
  expiresAt: Date | null;

  @Field(() => [StockShortage], { description: 'Why not, when nothing is held.' })
  shortages: StockShortage[];
}

@Directive('@inaccessible')
@ObjectType({ description: 'Whether the held stock is sold.' })
export class ClaimStockPayload {
  @Field(() => Boolean, { description: 'False when it was released, is unknown, or expired and was taken by others.' })
  isClaimed: boolean;
}

@Directive('@inaccessible')
@ObjectType({ description: 'Whether the stock is free again.' })
export class ReleaseStockPayload {
  @Field(() => Boolean, { description: 'False only when it was sold already.' })
  isReleased: boolean;
}

@Directive('@inaccessible')
@ObjectType({ description: 'Whether the goods are back in stock.' })
export class RestockPayload {
  @Field(() => Boolean, { description: 'True also for a repeated call, which adds nothing.' })
  isRestocked: boolean;
}
