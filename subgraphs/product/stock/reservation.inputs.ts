import { Directive, Field, ID, InputType, Int } from 'type-graphql';

@Directive('@inaccessible')
@InputType({ description: 'How many of a variant.' })
export class StockLineInput {
  @Field(() => ID, { description: 'Which variant.' })
  variantId: string;

  @Field(() => Int, { description: 'How many, 1 to 100,000.' })
  quantity: number;
}

@Directive('@inaccessible')
@InputType({ description: 'What to hold for a checkout.' })
export class ReserveStockInput {
  @Field(() => String, { description: 'Chosen by the caller; the same id again answers the same and holds nothing twice.' })
  reservationId: string;

  @Field(() => [StockLineInput], { description: 'All are held, or none; 1 to 200 lines.' })
  lines: StockLineInput[];

  @Field(() => Int, { description: 'After this time the stock is free again, 1 to 604,800.' })
  expiresInSeconds: number;
}

@Directive('@inaccessible')
@InputType({ description: 'Sold goods that came back.' })
export class RestockInput {
  @Field(() => String, { description: 'Chosen by the caller; each variant is taken back once for a reference.' })
  reference: string;

  @Field(() => String, { description: 'Why, for the stock ledger.' })
  reason: string;

  @Field(() => [StockLineInput], { description: 'What came back; 1 to 200 lines.' })
  lines: StockLineInput[];
}
